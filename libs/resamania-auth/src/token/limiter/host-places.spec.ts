import { beforeEach, describe, expect, it } from '@jest/globals';

import { HostPlaces } from './host-places.js';
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
