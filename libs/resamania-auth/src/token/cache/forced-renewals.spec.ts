import { expect, it } from '@jest/globals';

import { AccessToken } from './access-token.js';
import { ForcedRenewals } from './forced-renewals.js';

function issuedAt(instant: number, lifetimeMs = 3_600_000): AccessToken {
  return new AccessToken({
    value: 'v',
    scope: undefined,
    issuedAt: instant,
    expiresAt: instant + lifetimeMs,
  });
}

it('a renewal is forced once in 30 seconds', () => {
  const forced = new ForcedRenewals();
  expect([0, 1, 29_999, 30_000, 59_999, 60_000].map((now) => forced.allow(undefined, now))).toEqual([
    true,
    false,
    false,
    true,
    false,
    true,
  ]);
});

it('a token younger than 10 seconds forces none, and does not count', () => {
  const forced = new ForcedRenewals();
  expect(forced.allow(issuedAt(0), 9_999)).toBe(false);
  expect(forced.allow(issuedAt(0), 10_000)).toBe(true);
});

it('of a short life a tenth is enough', () => {
  expect(new ForcedRenewals().allow(issuedAt(0, 4_000), 399)).toBe(false);
  expect(new ForcedRenewals().allow(issuedAt(0, 4_000), 400)).toBe(true);
});
