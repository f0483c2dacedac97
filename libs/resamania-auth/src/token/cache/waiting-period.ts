import type { Random } from '../../clock.js';
import type { ResamaniaTokenError } from '../../errors.js';
import { type FailureKind, type TokenFailure, toTokenError } from '../request/token-failure.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** The shortest share of a waiting period that jitter may leave: it keeps bad draws in a row from becoming a hot loop. */
const LEAST_SHARE = 0.1;
/** The shortest waiting period for a reset that is near or past, in milliseconds. */
const MIN_LIMITED_MS = 100;
/** While an old token serves: the shortest waiting period, in milliseconds, and the shortest share that jitter may leave. */
const MIN_CUT_MS = 250;
const LEAST_SHARE_OF_CUT = 0.5;

const GROWTH: Readonly<Record<FailureKind, { readonly firstMs: number; readonly maxMs: number }>> = {
  transient: { firstMs: SECOND, maxMs: MINUTE },
  limited: { firstMs: SECOND, maxMs: MINUTE },
  rejected: { firstMs: MINUTE, maxMs: 15 * MINUTE },
};

/**
 * The time after a failure in which no token is asked for, and the memory of the failures in a row that led to it.
 * Instants are milliseconds since the epoch.
 */
export interface WaitingPeriod {
  readonly failure: TokenFailure;
  /** How many failures in a row, this one included. */
  readonly count: number;
  /** How often the period has grown; one that the old token cuts short does not count. */
  readonly growth: number;
  /** When the failure happened. */
  readonly at: number;
  /** No request leaves before this instant. */
  readonly until: number;
  /** What callers are told: `until`, or the reset that the server advertised where that is later. */
  readonly retryAt: number;
}

/** The circumstances of a failure. */
export interface FailureCircumstances {
  readonly now: number;
  readonly random: Random;
  /** Until when the old token serves; an instant that has passed where there is none. */
  readonly usableUntil: number;
}

/** The waiting period that a failure begins, on top of the one before. */
export function waitingPeriod(
  previous: WaitingPeriod | undefined,
  failure: TokenFailure,
  { now, random, usableUntil }: FailureCircumstances,
): WaitingPeriod {
  const leftMs = Math.max(0, usableUntil - now);
  const { ms, growth } = lengthOf(failure, previous?.growth ?? 0, now, random, leftMs);
  const until = now + ms;
  const retryAt = Math.max(until, failure.resetAt ?? 0);
  return { failure, count: (previous?.count ?? 0) + 1, growth, at: now, until, retryAt };
}

/** The error that callers get during a waiting period, and at its beginning. */
export function waitingError({ failure, retryAt }: WaitingPeriod, tenant: string): ResamaniaTokenError {
  return toTokenError(failure, tenant, retryAt);
}

/**
 * How long a tenant waits after a failure:
 * transient 1 s doubling to 60 s with full jitter, and while an old token serves no more than half of what it has left,
 * so that a service that comes back is found before anybody misses it; rejected 60 s doubling to 15 min; limited until
 * the advertised reset, and never more than an hour, after which one request finds out.
 * @param grown - How often the period has grown, by the failures before in a row.
 * @param leftMs - For how long the old token still serves; 0 where there is none.
 */
export function lengthOf(
  { kind, resetAt }: TokenFailure,
  grown: number,
  now: number,
  random: Random,
  leftMs: number,
): { ms: number; growth: number } {
  const advertised = resetAt === undefined ? 0 : Math.min(resetAt - now, HOUR);
  const { firstMs, maxMs } = GROWTH[kind];
  const full = Math.min(firstMs * 2 ** Math.min(grown, 30), maxMs);
  const growth = grown + 1;
  if (kind === 'rejected') return { ms: full, growth };
  if (kind === 'limited') return { ms: advertised > 0 ? Math.max(MIN_LIMITED_MS, advertised) : full, growth };
  if (leftMs > 0 && leftMs / 2 < full) {
    const drawn = (leftMs / 2) * Math.max(LEAST_SHARE_OF_CUT, random());
    return { ms: Math.max(advertised, MIN_CUT_MS, drawn), growth: grown };
  }
  return { ms: Math.max(advertised, full * Math.max(LEAST_SHARE, random())), growth };
}
