import { describe, expect, it } from '@jest/globals';

import { AwakeTime } from './awake-time.js';

const NOW = 1_000_000;
const HOUR_MS = 3_600_000;

describe('awake time', () => {
  it('passes as the clock does while nobody has to look at it', () => {
    const awake = new AwakeTime();
    expect(awake.at(NOW)).toBe(NOW);
    expect(awake.at(NOW + HOUR_MS)).toBe(NOW + HOUR_MS);
  });

  it('stands still from when somebody was to look until somebody does, and again until the next time is set', () => {
    const awake = new AwakeTime();
    awake.dueAt = NOW + 25;
    expect(awake.at(NOW + 25)).toBe(NOW + 25);
    expect(awake.at(NOW + 825)).toBe(NOW + 25);
    expect(awake.at(NOW + 830)).toBe(NOW + 25);
    awake.dueAt = NOW + 855;
    expect(awake.at(NOW + 850)).toBe(NOW + 45);
    expect(awake.at(NOW + 900)).toBe(NOW + 50);
  });

  it('misses nothing where somebody looks before the time, or nobody waits any more', () => {
    const awake = new AwakeTime();
    awake.dueAt = NOW + 25;
    expect(awake.at(NOW + 10)).toBe(NOW + 10);
    awake.dueAt = Infinity;
    expect(awake.at(NOW + HOUR_MS)).toBe(NOW + HOUR_MS);
  });

  it('goes back with a clock that is set back', () => {
    const awake = new AwakeTime();
    awake.dueAt = NOW + 25;
    expect(awake.at(NOW - HOUR_MS)).toBe(NOW - HOUR_MS);
    awake.dueAt = NOW - HOUR_MS + 25;
    expect(awake.at(NOW - HOUR_MS + 100)).toBe(NOW - HOUR_MS + 25);
  });
});
