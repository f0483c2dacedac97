import { beforeEach, describe, expect, it, jest } from '@jest/globals';

import { GatewayPace, MAX_PAUSE_MS, type Pause, type PauseChanged } from './gateway-pace.js';
import { type HeaderBag, readLimits } from './limits.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** In whole seconds, as the gateway's resets are. */
const NOW = 1_800_000_000_000;
const URGENT = { isUrgent: true };
const PLANNED = { isUrgent: false };

const changed = jest.fn<PauseChanged>();
let pace: GatewayPace;

beforeEach(() => {
  changed.mockClear();
  pace = new GatewayPace(changed);
});

function limit(name: string, remaining: number, resetAt: number, of = 100): HeaderBag {
  return {
    [`x-${name}-limit`]: String(of),
    [`x-${name}-remaining`]: String(remaining),
    [`x-${name}-reset`]: String(resetAt),
  };
}

function learn(headers: HeaderBag, now = NOW): void {
  pace.learn(readLimits(headers, now), headers, now);
}

/** A token request leaves, and is refused with a 429. */
function refuse(headers: HeaderBag = {}, now = NOW): void {
  pace.left(now);
  pace.over({ status: 429, headers }, now);
}

/** For how long nobody may leave, in milliseconds. */
function pausedFor(now = NOW): number {
  return (pace.pauseAt(now)?.until ?? now) - now;
}

function pauseUntil(until: number): Pause {
  return { limiter: 'rate-limit', from: NOW, until, resetAt: until, unnamed: 0 };
}

describe('A gateway of which nothing is known', () => {
  it('holds nobody up', () => {
    expect(pausedFor()).toBe(0);
    expect(pace.opensAt(PLANNED, NOW)).toBeLessThanOrEqual(NOW);
    expect(pace.opensAt(URGENT, NOW)).toBeLessThanOrEqual(NOW);
  });
});

describe('A refusal', () => {
  it('shuts the gateway until the reset that it names, and a moment longer', () => {
    refuse(limit('rate-limit', 0, NOW + 20 * SECOND));
    expect(pace.pauseAt(NOW)).toMatchObject({ limiter: 'rate-limit', resetAt: NOW + 20 * SECOND });
    expect(pausedFor()).toBe(20 * SECOND + 100);
    expect(pace.opensAt(URGENT, NOW)).toBe(NOW + 20 * SECOND + 100);
    expect(changed).toHaveBeenCalledTimes(1);
  });

  it('never shuts it for more than an hour', () => {
    refuse(limit('quota', 0, NOW + 24 * 60 * MINUTE));
    expect(pausedFor()).toBe(MAX_PAUSE_MS);
  });

  it('that names an earlier reset than the one before shortens nothing', () => {
    refuse({ 'retry-after': '60' });
    refuse({ 'retry-after': '5' });
    expect(pausedFor()).toBe(MINUTE + 100);
    refuse({ 'retry-after': '90' });
    expect(pausedFor()).toBe(90 * SECOND + 100);
  });

  it('without a reset counts once a pause: 1 s doubling to a minute', () => {
    const pauses: number[] = [];
    for (let round = 0, now = NOW; round < 9; round += 1) {
      refuse({}, now);
      // It was under way when the first was refused.
      refuse({}, now);
      pauses.push(pausedFor(now) / SECOND);
      now += pausedFor(now);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('whose reset is not ahead is one without', () => {
    refuse({ 'retry-after': '0' });
    expect(pausedFor()).toBe(SECOND);
  });

  it('without a reset begins at 1 s again after another answer', () => {
    refuse();
    refuse({}, NOW + SECOND);
    pace.left(NOW + 3 * SECOND);
    pace.over({ status: 400, headers: {} }, NOW + 3 * SECOND);
    refuse({}, NOW + 3 * SECOND);
    expect(pausedFor(NOW + 3 * SECOND)).toBe(SECOND);
  });

  it('of a time that is ahead, since the clock was set back, is over', () => {
    refuse({ 'retry-after': '60' });
    expect(pace.pauseAt(NOW - SECOND)).toBeUndefined();
  });
});

describe('A used-up quota', () => {
  it('is told once, however many answers report it', () => {
    for (let call = 0; call < 3; call += 1) learn(limit('quota', 0, NOW + 10 * MINUTE));
    expect(pausedFor()).toBe(10 * MINUTE + 100);
    expect(changed).toHaveBeenCalledTimes(1);
  });

  it('is over as soon as an answer has some left', () => {
    learn(limit('quota', 0, NOW + 10 * MINUTE));
    learn(limit('quota', 5, NOW + 10 * MINUTE));
    expect(pausedFor()).toBe(0);
    expect(changed).toHaveBeenLastCalledWith(pace, undefined);
  });

  it('is not why another pause ends, nor a window', () => {
    learn(limit('quota', 5, NOW + 10 * MINUTE));
    expect(changed).not.toHaveBeenCalled();
    refuse({ 'retry-after': '60' });
    learn(limit('quota', 5, NOW + 10 * MINUTE));
    expect(pausedFor()).toBe(MINUTE + 100);
  });
});

describe('A window of the rate limit', () => {
  const RESET = NOW + 20 * SECOND;

  it('lets as many leave as remain, those under way counted', () => {
    pace.left(NOW);
    learn(limit('rate-limit', 3, RESET));
    pace.left(NOW);
    expect(pausedFor()).toBe(0);
    pace.left(NOW);
    expect(pausedFor()).toBe(20 * SECOND + 100);
    expect(pausedFor(RESET)).toBe(100);
    expect(pausedFor(RESET + 100)).toBe(0);
  });

  it('that was seen at a time that is ahead, since the clock was set back, is none', () => {
    learn(limit('rate-limit', 0, RESET));
    expect(pausedFor(NOW - SECOND)).toBe(0);
  });

  it('has one more for a request that did not leave after all, which leaves no trace', () => {
    learn(limit('rate-limit', 1, RESET));
    const opened = pace.opensAt(PLANNED, NOW);
    const undo = pace.left(NOW);
    expect(pausedFor()).toBeGreaterThan(0);
    undo();
    expect(pausedFor()).toBe(0);
    expect(pace.opensAt(PLANNED, NOW)).toBe(opened);
  });

  it('counts from the last that left, where an earlier one did not', () => {
    learn({ ...limit('rate-limit', 90, RESET), 'x-spike-arrest-limit': '1' });
    const undo = pace.left(NOW);
    pace.left(NOW + SECOND);
    undo();
    expect(pace.opensAt(URGENT, NOW + SECOND)).toBe(NOW + 2 * SECOND);
  });

  it('is spread over its time for the schedule once half of it is used, and never for callers', () => {
    learn(limit('rate-limit', 51, RESET));
    pace.left(NOW);
    expect(pace.opensAt(PLANNED, NOW)).toBe(NOW + (20 * SECOND) / 51);
    expect(pace.opensAt(URGENT, NOW)).toBe(NOW);
  });

  it('is not opened wider by an answer that left the gateway earlier', () => {
    learn(limit('rate-limit', 1, RESET));
    learn(limit('rate-limit', 2, RESET));
    pace.left(NOW);
    expect(pausedFor()).toBeGreaterThan(0);
  });

  it('is not replaced by an answer of the window before that came late', () => {
    learn(limit('rate-limit', 0, RESET));
    learn(limit('rate-limit', 50, RESET - 10 * SECOND));
    expect(pausedFor()).toBe(20 * SECOND + 100);
    learn(limit('rate-limit', 50, RESET + 10 * SECOND));
    expect(pausedFor()).toBe(0);
  });
});

describe('Spike arrest', () => {
  it('keeps requests apart, those of callers too', () => {
    learn({ 'x-spike-arrest-limit': '4', 'x-spike-arrest-slice-period': '2000ms' });
    pace.left(NOW);
    expect(pace.opensAt(URGENT, NOW)).toBe(NOW + 500);
    expect(pace.opensAt(URGENT, NOW + 500)).toBe(NOW + 500);
  });
});

describe('A pause of another replica', () => {
  it('is kept where it is the longer one, and told to nobody else', () => {
    refuse({ 'retry-after': '5' });
    changed.mockClear();
    expect(pace.adopt(pauseUntil(NOW + MINUTE), NOW)).toBe(true);
    expect(pace.adopt(pauseUntil(NOW + 30 * SECOND), NOW)).toBe(false);
    expect(pausedFor()).toBe(MINUTE);
    expect(changed).not.toHaveBeenCalled();
  });

  it('goes on where that replica stopped counting', () => {
    pace.adopt({ ...pauseUntil(NOW + 4 * SECOND), resetAt: undefined, unnamed: 3 }, NOW);
    refuse({}, NOW + 4 * SECOND);
    expect(pausedFor(NOW + 4 * SECOND)).toBe(8 * SECOND);
  });

  it('is lifted while it is the one that is kept, and no later', () => {
    const adopted = pauseUntil(NOW + 5 * SECOND);
    pace.adopt(adopted, NOW);
    refuse({ 'retry-after': '60' });
    pace.lift(adopted);
    expect(pausedFor()).toBe(MINUTE + 100);
    const longer = pauseUntil(NOW + 2 * MINUTE);
    pace.adopt(longer, NOW);
    pace.lift(longer);
    expect(pausedFor()).toBe(0);
  });
});

describe('Who watches a gateway', () => {
  it('is told of everything that may open or shut it, until it stops, whoever else watches', () => {
    const [one, other] = [jest.fn(), jest.fn()];
    const stopOne = pace.watch(one);
    const stopOther = pace.watch(other);
    refuse({ 'retry-after': '5' });
    learn(limit('rate-limit', 3, NOW + 20 * SECOND));
    pace.left(NOW)();
    expect([one.mock.calls.length, other.mock.calls.length]).toEqual([3, 3]);
    stopOne();
    pace.adopt(pauseUntil(NOW + MINUTE), NOW);
    expect([one.mock.calls.length, other.mock.calls.length]).toEqual([3, 4]);
    const longer = pauseUntil(NOW + 2 * MINUTE);
    pace.adopt(longer, NOW);
    pace.lift(longer);
    expect(other).toHaveBeenCalledTimes(6);
    stopOther();
    refuse({ 'retry-after': '180' });
    expect(other).toHaveBeenCalledTimes(6);
  });
});
