import type { ResamaniaErrorCode } from '../../errors.js';
import { MAX_PAUSE_MS, type Pause } from '../../gateway/gateway-pace.js';
import { jsonObject, nonEmptyString } from '../../gateway/json.js';
import { RATE_LIMITERS, sane } from '../../gateway/limits.js';
import { isHeaderSafe } from '../../options/checks/rules.js';
import { MAX_WAIT_MS, type StoredEntry } from '../../store/token-store.js';
import type { IssuedToken } from '../request/token-answer.js';
import type { FailureKind, TokenFailure } from '../request/token-failure.js';
import { MAX_LIFETIME_MS } from '../request/token-lifetime.js';

/** For how long replicas leave it at a failure without a reset, in milliseconds: less than any of them waits by itself. */
const WAITS_MS: Readonly<Record<FailureKind, number>> = { transient: 0, limited: 1000, rejected: 5000 };
const KINDS = Object.keys(WAITS_MS) as FailureKind[];

/** A token as text. Its end is left out: the store keeps time. */
export function tokenText({ value, scope, lifetimeMs }: IssuedToken): string {
  return JSON.stringify({ value, scope, lifetimeMs });
}

/**
 * A token that another replica stored; `undefined` where it cannot be read. Its end is counted from what the store says is
 * left, so that clocks of other machines do not matter.
 * @param sentAt - When the store was asked: the answer took some of what is left.
 */
export function readStoredToken(
  { value, remainingMs }: StoredEntry,
  sentAt: number,
): IssuedToken | undefined {
  const json = jsonObject(value);
  const token = nonEmptyString(json?.['value']);
  const lifetimeMs = json?.['lifetimeMs'];
  if (token === undefined || !isHeaderSafe(token)) return undefined;
  if (typeof lifetimeMs !== 'number' || !(lifetimeMs >= 1 && lifetimeMs <= MAX_LIFETIME_MS)) return undefined;
  return {
    value: token,
    scope: nonEmptyString(json?.['scope']),
    lifetimeMs,
    requestedAt: sentAt + Math.min(remainingMs, lifetimeMs) - lifetimeMs,
    refreshToken: undefined,
    oddity: undefined,
  };
}

/**
 * For how long nobody should repeat a request that failed so, in milliseconds; 0 where the next replica may try its luck.
 * What is wrong with the network may be wrong with that of one replica only.
 */
export function sharedWaitMs({ kind, resetAt, retryNow }: TokenFailure, now: number): number {
  if (retryNow) return 0;
  if (resetAt !== undefined) return Math.max(0, resetAt - now);
  return WAITS_MS[kind];
}

/** A failure as text: what it says of itself, never what caused it. */
export function waitText({ code, kind, what, remedy, status, oauthError, resetAt }: TokenFailure): string {
  return JSON.stringify({ code, kind, what, remedy, status, oauthError, isNamed: resetAt !== undefined });
}

/** A failure that another replica met; `undefined` where it cannot be read. Only what this library writes is taken over. */
export function readWait({ value, remainingMs }: StoredEntry, now: number): TokenFailure | undefined {
  const json = jsonObject(value);
  const [code, what, remedy] = ['code', 'what', 'remedy'].map((name) => nonEmptyString(json?.[name]));
  const kind = KINDS.find((known) => known === json?.['kind']);
  if (json === undefined || !what || !remedy || kind === undefined) return undefined;
  if (code === undefined || !/^[a-z_]+$/.test(code)) return undefined;
  const { status, oauthError, isNamed } = json;
  return {
    code: code as ResamaniaErrorCode,
    kind,
    what,
    remedy,
    retryNow: false,
    ...(Number.isInteger(status) && { status: status as number }),
    ...(typeof oauthError === 'boolean' && { oauthError }),
    ...(isNamed === true && { resetAt: now + Math.min(remainingMs, MAX_WAIT_MS) }),
  };
}

/** A pause as text. Its end is left out: the store keeps time. The reset is told by how far from the end it is. */
export function pauseText({ limiter, until, resetAt, unnamed }: Pause): string {
  return JSON.stringify({ limiter, unnamed, resetIn: resetAt === undefined ? undefined : resetAt - until });
}

/** What is stored in the place of a pause that has ended before its time. */
export const PAUSE_IS_OVER = JSON.stringify({ over: true });

/**
 * A pause that another replica met; `undefined` where it cannot be read.
 * @param sentAt - When the store was asked.
 */
export function readPause({ value, remainingMs }: StoredEntry, sentAt: number): Pause | undefined {
  const json = jsonObject(value);
  const limiter = RATE_LIMITERS.find((known) => known === json?.['limiter']);
  const { unnamed = 0, resetIn = Number.NaN } = json ?? {};
  if (limiter === undefined || typeof resetIn !== 'number') return undefined;
  if (typeof unnamed !== 'number' || !Number.isInteger(unnamed) || unnamed < 0) return undefined;
  const until = sentAt + Math.min(remainingMs, MAX_PAUSE_MS);
  return {
    limiter,
    from: sentAt,
    until,
    resetAt: sane(sentAt + remainingMs + resetIn, sentAt),
    unnamed,
  };
}
