import { beforeEach, describe, expect, it } from '@jest/globals';

import { NEVER } from '../../clock.js';
import { type Attempt, HostPlaces } from './host-places.js';
import { Trouble } from './trouble.js';

const HEALTHY = { isTroubled: false };
/** Longer than any request may take before it is late, or hangs. */
const LONG_MS = 5000;

describe('a request that has a place and is not sent yet', () => {
  let now = 1_000_000;
  let trouble = new Trouble();
  let places = new HostPlaces(2, trouble);
  const tenant = {};

  beforeEach(() => {
    now = 1_000_000;
    trouble = new Trouble();
    places = new HostPlaces(2, trouble);
  });

  /** A request of another tenant, answered at once. */
  function answerAnother(): void {
    const other = places.take({}, now);
    places.sent(other, now);
    now += 1;
    places.answered(other, now);
    places.leave(other, 'token');
  }

  it('is not late however long it waits, and then has its time from the start', () => {
    const attempt = places.take(tenant, now);
    now += LONG_MS;
    places.look(now);
    expect(trouble.has(tenant)).toBe(false);
    places.sent(attempt, now);
    places.look(now + 49);
    expect(trouble.has(tenant)).toBe(false);
    places.look(now + LONG_MS);
    expect(trouble.has(tenant)).toBe(true);
  });

  it('does not hang, though a later one has been answered: it keeps its place', () => {
    const attempt = places.take(tenant, now);
    now += 1;
    answerAnother();
    now += LONG_MS;
    places.look(now);
    expect(attempt.isHung).toBe(false);
    expect(places.hasRoom(HEALTHY, now)).toBe(true);
    places.take({}, now);
    expect(places.hasRoom(HEALTHY, now)).toBe(false);
  });

  it('teaches nothing of how long an answer takes, but for the time after it was sent', () => {
    for (let n = 0; n < 100; n += 1) {
      const attempt = places.take(tenant, now);
      now += LONG_MS;
      places.sent(attempt, now);
      now += 10;
      places.answered(attempt, now);
      places.leave(attempt, 'token');
    }
    places.sent(places.take(tenant, now), now);
    places.look(now + 49);
    expect(trouble.has(tenant)).toBe(false);
    places.look(now + 50);
    expect(trouble.has(tenant)).toBe(true);
  });

  it('does not make a host silent: nothing was sent to it', () => {
    const attempts = [places.take(tenant, now), places.take({}, now)];
    now += LONG_MS;
    places.look(now);
    expect(places.hasRoom(HEALTHY, now)).toBe(false);
    for (const attempt of attempts) places.sent(attempt, now);
    expect(places.hasRoom(HEALTHY, now)).toBe(false);
    now += LONG_MS;
    expect(places.hasRoom(HEALTHY, now)).toBe(true);
  });
});

describe('a process that stands still', () => {
  const BEAT_MS = 25;
  let now = 1_000_000;
  let trouble = new Trouble();
  let places = new HostPlaces(1, trouble);
  const tenant = {};

  beforeEach(() => {
    now = 1_000_000;
    trouble = new Trouble();
    places = new HostPlaces(1, trouble);
  });

  function send(to: object): Attempt {
    const attempt = places.take(to, now);
    places.sent(attempt, now);
    return attempt;
  }

  /** Somebody was to look so soon, and comes so much later. */
  function standStill(ms: number): void {
    places.lookedAtNext = now + BEAT_MS;
    now += BEAT_MS + ms;
    places.look(now);
    places.lookedAtNext = NEVER;
  }

  it('makes no request late, and no host silent', () => {
    send(tenant);
    standStill(LONG_MS);
    expect(trouble.has(tenant)).toBe(false);
    expect(places.hasRoom(HEALTHY, now)).toBe(false);
    now += LONG_MS;
    expect(places.hasRoom(HEALTHY, now)).toBe(true);
    places.look(now);
    expect(trouble.has(tenant)).toBe(true);
  });

  it('asks for the next look a beat later at most, whatever time it has missed', () => {
    expect(places.nextLookAt(now)).toBe(NEVER);
    send(tenant);
    expect(places.nextLookAt(now)).toBe(now + BEAT_MS);
    standStill(LONG_MS);
    // 500 ms are late, and 25 have passed.
    now += 465;
    expect(places.nextLookAt(now)).toBe(now + 10);
  });

  it('still finds the request that hangs: a later one was answered before', () => {
    const attempt = send(tenant);
    now += 1;
    const other = send({});
    now += 1;
    places.answered(other, now);
    places.leave(other, 'token');
    standStill(LONG_MS);
    expect(attempt.isHung).toBe(false);
    now += LONG_MS;
    places.look(now);
    expect(attempt.isHung).toBe(true);
  });

  it('learns how long an answer takes by the clock: a busy machine is slow to send as well', () => {
    for (let n = 0; n < 100; n += 1) {
      const attempt = send({});
      standStill(275);
      places.answered(attempt, now);
      places.leave(attempt, 'token');
    }
    send(tenant);
    places.look(now + 599);
    expect(trouble.has(tenant)).toBe(false);
    places.look(now + 600);
    expect(trouble.has(tenant)).toBe(true);
  });
});
