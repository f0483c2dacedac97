import assert from 'node:assert/strict';
import { inspect } from 'node:util';

import { ResamaniaAuthError } from '../../libs/resamania-auth/src/errors.js';
import { MAX_LIFETIME_MS } from '../../libs/resamania-auth/src/token/request/token-lifetime.js';
import type { IssuedToken } from '../../libs/resamania-auth/src/token/request/token-answer.js';
import { AccessToken } from '../../libs/resamania-auth/src/token/cache/access-token.js';
import { type TokenFailure } from '../../libs/resamania-auth/src/token/request/token-failure.js';
import { CANARY } from './hostile.js';

/** What `work` returns; what it throws has to be an error of the library itself, which gives nothing away. */
export function ownErrorsOnly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    checkOwnError(error);
    return undefined;
  }
}

export function checkOwnError(error: unknown): void {
  assert(error instanceof ResamaniaAuthError, `not an error of this library: ${inspect(error)}`);
  assert.match(error.code, /^[a-z_]+\d*$/);
  const { retryAt, nextAttemptAt } = error;
  for (const date of [retryAt, nextAttemptAt]) if (date !== undefined) checkInstant(date.getTime());
  if (error.status !== undefined) assert(Number.isInteger(error.status));
  checkSilent(error);
}

/** Nothing that can be seen of it holds a secret. */
export function checkSilent(value: unknown): void {
  const text = typeof value === 'string' ? value : inspect(value, { depth: 8, maxStringLength: null });
  assert(!text.includes(CANARY), `gives a secret away: ${text.slice(0, 400)}`);
}

/** An instant, in milliseconds since the epoch, that a `Date` can hold. */
export function checkInstant(instant: number | undefined): void {
  if (instant === undefined) return;
  assert.equal(typeof instant, 'number');
  assert(!Number.isNaN(new Date(instant).getTime()), `no instant: ${instant}`);
}

/** A token that a call can carry, with times that make sense, and that shows itself nowhere. */
export function checkUsable(token: IssuedToken, now: number): void {
  const { value, scope, lifetimeMs, requestedAt, refreshToken, oddity } = token;
  assert.match(value, /^[\x21-\x7e]+$/);
  assert(lifetimeMs > 0 && lifetimeMs <= MAX_LIFETIME_MS, `lifetime: ${lifetimeMs}`);
  assert(now < requestedAt + lifetimeMs, 'has expired already');
  checkInstant(requestedAt);
  for (const text of [scope, refreshToken])
    assert(text === undefined || (typeof text === 'string' && text !== ''));
  if (oddity !== undefined) checkSilent(oddity);
  const shown = new AccessToken({
    value: CANARY,
    scope: undefined,
    issuedAt: requestedAt,
    expiresAt: requestedAt + lifetimeMs,
  });
  checkInstant(shown.issuedAt.getTime());
  checkInstant(shown.expiresAt.getTime());
  for (const text of [inspect(shown), JSON.stringify(shown), String(shown)]) checkSilent(text);
}

/** A classified failure that an error can be made of. */
export function checkFailure(failure: TokenFailure): void {
  const { code, kind, what, remedy, retryNow, status, resetAt } = failure;
  assert.match(code, /^[a-z_]+$/);
  assert(['transient', 'limited', 'rejected'].includes(kind), kind);
  for (const text of [what, remedy]) assert(typeof text === 'string' && text !== '');
  assert.equal(typeof retryNow, 'boolean');
  assert(status === undefined || Number.isInteger(status));
  checkInstant(resetAt);
  checkSilent(failure);
}
