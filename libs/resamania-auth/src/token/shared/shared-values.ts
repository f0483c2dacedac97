import { MAX_PAUSE_MS, type Pause } from '../../gateway/gateway-pace.js';
import { jsonObject, nonEmptyString } from '../../gateway/json.js';
import type { RateLimiter } from '../../gateway/limits.js';
import { isHeaderSafe } from '../../options/checks/rules.js';
import type { StoredEntry } from '../../store/token-store.js';
import type { IssuedToken } from '../request/token-answer.js';
import type { TokenFailure } from '../request/token-failure.js';

/** Once refused, replicas leave it at that for this long, in milliseconds: less than any of them waits by itself. */
const REJECTED_WAIT_MS = 5000;
/** The same for a limit without a reset. */
const LIMITED_WAIT_MS = 1000;
const LIMITERS: readonly RateLimiter[] = ['quota', 'rate-limit', 'spike-arrest', 'unknown'];

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
  const lifetimeMs = Number(json?.['lifetimeMs']);
  if (token === undefined || !isHeaderSafe(token) || !(lifetimeMs > 0 && lifetimeMs < Infinity))
    return undefined;
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
  return { rejected: REJECTED_WAIT_MS, limited: LIMITED_WAIT_MS, transient: 0 }[kind];
}

/** A failure as text: what it says of itself, never what caused it. */
export function waitText({ code, kind, what, remedy, status, oauthError, resetAt }: TokenFailure): string {
  return JSON.stringify({ code, kind, what, remedy, status, oauthError, isNamed: resetAt !== undefined });
}

/** A failure that another replica met; `undefined` where it cannot be read. */
export function readWait({ value, remainingMs }: StoredEntry, now: number): TokenFailure | undefined {
  const json = jsonObject(value);
  if (json === undefined || !['code', 'what', 'remedy'].every((name) => nonEmptyString(json[name])))
    return undefined;
  if (!['transient', 'limited', 'rejected'].includes(String(json['kind']))) return undefined;
  const { isNamed, ...failure } = json;
  return {
    ...(failure as unknown as TokenFailure),
    retryNow: false,
    ...(isNamed === true && { resetAt: now + remainingMs }),
  };
}

/** A pause as text. Its end is left out: the store keeps time. The reset is told by how far from the end it is. */
export function pauseText({ limiter, until, resetAt, unnamed }: Pause): string {
  return JSON.stringify({ limiter, unnamed, resetIn: resetAt === undefined ? undefined : resetAt - until });
}

/**
 * A pause that another replica met; `undefined` where it cannot be read.
 * @param sentAt - When the store was asked.
 */
export function readPause({ value, remainingMs }: StoredEntry, sentAt: number): Pause | undefined {
  const json = jsonObject(value);
  const limiter = LIMITERS.find((known) => known === json?.['limiter']);
  const { unnamed = 0, resetIn } = (json ?? {}) as { unnamed?: unknown; resetIn?: unknown };
  if (
    limiter === undefined ||
    !Number.isInteger(unnamed) ||
    !['number', 'undefined'].includes(typeof resetIn)
  )
    return undefined;
  const until = sentAt + Math.min(remainingMs, MAX_PAUSE_MS);
  return {
    limiter,
    from: sentAt,
    until,
    resetAt: typeof resetIn === 'number' ? sentAt + remainingMs + resetIn : undefined,
    unnamed: unnamed as number,
  };
}
