import { getEventListeners } from 'node:events';

import { describe, expect, it } from '@jest/globals';

import { settle, SimulatedClock } from '../../../test/support/simulated-clock.js';
import { delay, TimeUp, waitFor, withTimeLimit } from './waiting.js';

const STOP = new Error('stop');

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}

/** What a promise has come to by now. */
async function outcome(promise: Promise<unknown>): Promise<unknown> {
  let found: unknown = 'nothing yet';
  promise.then(
    (value) => {
      found = value;
    },
    (error: unknown) => {
      found = error;
    },
  );
  await settle();
  return found;
}

describe('waitFor', () => {
  it('gives what the promise gives', async () => {
    const { signal } = new AbortController();
    expect(await waitFor(Promise.resolve(1), signal)).toBe(1);
    await expect(waitFor(Promise.reject(STOP), signal)).rejects.toBe(STOP);
    expect(await waitFor(Promise.resolve(1), undefined)).toBe(1);
  });

  it('detaches one waiter, with the reason, and leaves the promise to the others', async () => {
    const abort = new AbortController();
    const shared = new Promise((resolve) => setImmediate(() => resolve('late')));
    const detached = waitFor(shared, abort.signal);
    abort.abort(STOP);
    await expect(detached).rejects.toBe(STOP);
    expect(await waitFor(shared, undefined)).toBe('late');
  });

  it('does not wait at all with a signal that has aborted', async () => {
    await expect(waitFor(Promise.resolve(1), AbortSignal.abort(STOP))).rejects.toBe(STOP);
  });

  it('takes one listener of a signal that many wait on, tells them all, and leaves none behind', async () => {
    const abort = new AbortController();
    const listeners = () => getEventListeners(abort.signal, 'abort').length;
    const served = Array.from({ length: 20 }, async (_, n) => waitFor(Promise.resolve(n), abort.signal));
    expect(listeners()).toBe(1);
    expect(await Promise.all(served)).toHaveLength(20);
    expect(listeners()).toBe(0);
    const told = Array.from({ length: 20 }, () => waitFor(never(), abort.signal).catch((error) => error));
    expect(listeners()).toBe(1);
    abort.abort(STOP);
    expect(new Set(await Promise.all(told))).toEqual(new Set([STOP]));
  });

  it('listens no longer when the one who waited goes on', async () => {
    const { signal } = new AbortController();
    await waitFor(Promise.resolve(1), signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await expect(waitFor(Promise.reject(STOP), signal)).rejects.toBe(STOP);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('withTimeLimit', () => {
  it('gives what the work gives, and leaves no timer behind', async () => {
    const clock = new SimulatedClock();
    expect(await withTimeLimit(clock, 100, async () => 'done')).toBe('done');
    await expect(withTimeLimit(clock, 100, () => Promise.reject(STOP))).rejects.toBe(STOP);
    expect(clock.timers).toBe(0);
  });

  it('aborts work that takes too long, and waits no more', async () => {
    const clock = new SimulatedClock();
    let seen: AbortSignal | undefined;
    const work = withTimeLimit(clock, 100, (signal) => {
      seen = signal;
      return never();
    });
    const result = work.catch((error: unknown) => error);
    await clock.advance(100);
    expect(await result).toBeInstanceOf(TimeUp);
    expect(seen?.aborted).toBe(true);
  });

  it('takes what comes at the very end of the time', async () => {
    const clock = new SimulatedClock();
    const work = withTimeLimit(
      clock,
      100,
      () => new Promise((resolve) => clock.after(100, () => resolve('in time'))),
    );
    await clock.advance(100);
    expect(await work).toBe('in time');
  });

  it('ends with the signal, with its reason', async () => {
    const clock = new SimulatedClock();
    const abort = new AbortController();
    let seen: AbortSignal | undefined;
    const work = withTimeLimit(
      clock,
      100,
      (signal) => {
        seen = signal;
        return never();
      },
      abort.signal,
    );
    abort.abort(STOP);
    expect(await outcome(work)).toBe(STOP);
    expect(seen?.reason).toBe(STOP);
    expect(clock.timers).toBe(0);
  });

  it('does not begin with a signal that has aborted', async () => {
    let hasBegun = false;
    const work = async () => {
      hasBegun = true;
    };
    await expect(withTimeLimit(new SimulatedClock(), 100, work, AbortSignal.abort(STOP))).rejects.toBe(STOP);
    expect(hasBegun).toBe(false);
  });

  it('keeps a failure of abandoned work from going unhandled', async () => {
    const clock = new SimulatedClock();
    const work = withTimeLimit(
      clock,
      100,
      (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(STOP))),
    );
    const result = work.catch((error: unknown) => error);
    await clock.advance(100);
    expect(await result).toBeInstanceOf(TimeUp);
  });
});

describe('delay', () => {
  it('ends when the time has passed', async () => {
    const clock = new SimulatedClock();
    const waiting = delay(clock, 50, new AbortController().signal);
    expect(await outcome(waiting)).toBe('nothing yet');
    await clock.advance(50);
    expect(await outcome(waiting)).toBeUndefined();
  });

  it('ends at once with the signal, and leaves no timer behind', async () => {
    const clock = new SimulatedClock();
    const abort = new AbortController();
    const waiting = delay(clock, 50, abort.signal);
    abort.abort(STOP);
    expect(await outcome(waiting)).toBe(STOP);
    expect(clock.timers).toBe(0);
  });
});
