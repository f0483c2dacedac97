import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { DEFAULTS } from '../../options/option-table.js';
import { MAX_LIFETIME_MS } from '../request/token-lifetime.js';
import { planTimes } from './token-in-hand.js';

describe('planTimes', () => {
  it('has the stages of an hour where the rules say', () => {
    const times = planTimes(0, 3_600_000, DEFAULTS.refresh, () => 0.5);
    expect(times).toEqual({
      issuedAt: 0,
      dueAt: 3_600_000 - 900_000 - 180_000,
      usableUntil: 3_570_000,
      expiresAt: 3_600_000,
    });
  });

  it('keeps the stages in order for every lifetime from a second to 30 days', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1000, max: MAX_LIFETIME_MS }),
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        (lifetimeMs, random) => {
          const { issuedAt, dueAt, usableUntil, expiresAt } = planTimes(
            7,
            lifetimeMs,
            DEFAULTS.refresh,
            () => random,
          );
          return issuedAt < dueAt && dueAt < usableUntil && usableUntil < expiresAt;
        },
      ),
    );
  });

  it('never leads by more than twenty minutes and ten of jitter', () => {
    const day = 24 * 3_600_000;
    expect(planTimes(0, day, DEFAULTS.refresh, () => 0).dueAt).toBe(day - 1_200_000);
    expect(planTimes(0, day, DEFAULTS.refresh, () => 0.999_999).dueAt).toBeGreaterThan(day - 1_800_000);
  });
});
