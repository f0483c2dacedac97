import { describe, expect, it } from '@jest/globals';

import { MAX_LIFETIME_MS, readLifetime } from './token-lifetime.js';

function jwt(claims: unknown): string {
  return `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
}

const HOUR_JWT = jwt({ iat: 1000, exp: 4600 });

describe('readLifetime', () => {
  it.each<[string, unknown, string, number | undefined]>([
    ['a number of seconds', 3600, 'opaque', 3_600_000],
    ['a numeric string', '1800', 'opaque', 1_800_000],
    ['a fraction', 1.5, 'opaque', 1500],
    ['the JWT where it is shorter', 7200, HOUR_JWT, 3_600_000],
    ['expires_in where it is shorter', 600, HOUR_JWT, 600_000],
    ['the JWT where there is no expires_in', undefined, HOUR_JWT, 3_600_000],
    ['the JWT where expires_in is null', null, HOUR_JWT, 3_600_000],
    ['zero as dead', 0, HOUR_JWT, undefined],
    ['a negative number as dead', '-1', HOUR_JWT, undefined],
    ['a JWT that ends before it begins as none', 600, jwt({ iat: 10, exp: 5 }), 600_000],
    ['a JWT without iat as none', 600, jwt({ exp: 5 }), 600_000],
    ['a payload that is no object as none', 600, jwt([1]), 600_000],
    ['a payload that is no JSON as none', 600, 'a.###.c', 600_000],
  ])('takes %s', (_name, expiresIn, accessToken, lifetimeMs) => {
    const read = readLifetime({ expiresIn, accessToken });
    expect(read?.lifetimeMs).toBe(lifetimeMs);
    expect(read?.oddity).toBeUndefined();
  });

  it.each<[string, unknown, string, number, string]>([
    ['neither', undefined, 'opaque', 300_000, 'names no expires_in; 300 s are assumed'],
    ['nonsense and no JWT', 'soon', 'opaque', 300_000, 'no number; 300 s are assumed'],
    ['nonsense and a JWT', {}, HOUR_JWT, 3_600_000, "no number; the JWT's own lifetime is taken"],
    ['infinity', Infinity, HOUR_JWT, 3_600_000, 'no number'],
    ['a thousand years', 3.2e10, 'opaque', MAX_LIFETIME_MS, 'more than 30 days'],
  ])('finds %s odd', (_name, expiresIn, accessToken, lifetimeMs, words) => {
    const read = readLifetime({ expiresIn, accessToken });
    expect(read?.lifetimeMs).toBe(lifetimeMs);
    expect(read?.oddity).toContain(words);
  });
});
