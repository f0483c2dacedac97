import { isWithin, type Random } from '../../clock.js';
import { ResamaniaTokenError } from '../../errors.js';
import { MAX_PAUSE_MS } from '../../gateway/gateway-pace.js';
import type { FailureKind, TokenFailure } from '../request/token-failure.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** The shortest share of a waiting period that jitter may leave: it keeps bad draws in a row from becoming a hot loop. */
const LEAST_SHARE = 0.1;
/** The shortest waiting period for a reset that is near or past, in milliseconds. */
const MIN_LIMITED_MS = 100;
/** Once the old token has run out, a caller's request is let through this long after a failure, and up to twice as long. */
const PROBE_MS = 5 * SECOND;

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
  /** When the failure happened. */
  readonly at: number;
  /** The schedule asks again at this instant. */
  readonly until: number;
  /** A caller who has no token may ask from this instant on: `until`, or earlier where an old token has run out. */
  readonly nextAttemptAt: number;
}

/** What is there meanwhile. */
export interface OldToken {
  /** How many tokens have come before. */
  readonly obtained: number;
  /** Until when the old token serves; an instant that has passed where there is none. */
  readonly usableUntil: number;
  /** The last instant for a request whose answer is to come before that. */
  readonly lastStartAt: number;
}

/**
 * The waiting period that a failure begins, on top of the one before. It has an eye on the clock:
 * one try starts early enough to be answered before the old token runs out; after its end the door is half open, and
 * one caller's request goes through every 5 to 10 s. Neither comes before the instant that the other side named.
 */
export function waitingPeriod(
  previous: WaitingPeriod | undefined,
  failure: TokenFailure,
  { now, random, old }: { now: number; random: Random; old: OldToken },
): WaitingPeriod {
  const count = (previous?.count ?? 0) + 1;
  const end = now + lengthOf(failure, count, now, random);
  const named = now + namedMs(failure, now);
  const isLastChance = now < old.lastStartAt && named <= old.lastStartAt;
  const until = isLastChance ? Math.min(end, old.lastStartAt) : end;
  const halfOpenAt = Math.max(named, old.usableUntil, now + PROBE_MS * (1 + random()));
  const nextAttemptAt = old.obtained > 0 ? Math.min(until, halfOpenAt) : until;
  return { failure, count, at: now, until, nextAttemptAt };
}

/** Whether the schedule may ask again. A period that begins in the future is over: the clock was set back. */
export function isOver({ at, until }: WaitingPeriod, now: number): boolean {
  return !isWithin(until - at, at, now);
}

/** Whether a caller without a token may ask. */
export function isHalfOpen({ at, nextAttemptAt }: WaitingPeriod, now: number): boolean {
  return !isWithin(nextAttemptAt - at, at, now);
}

/** The error that callers get during a waiting period, and at its beginning. A new one for each, with the stack of its own. */
export function waitingError({ failure, nextAttemptAt }: WaitingPeriod, tenant: string): ResamaniaTokenError {
  const { code, status, what, remedy, resetAt, cause } = failure;
  const details = {
    code,
    tenant,
    status,
    retryAt: resetAt === undefined ? undefined : new Date(resetAt),
    nextAttemptAt: new Date(nextAttemptAt),
    remedy,
  };
  return new ResamaniaTokenError(what, details, cause === undefined ? undefined : { cause });
}

/**
 * How long a tenant waits after a failure:
 * transient 1 s doubling to 60 s with full jitter; rejected 60 s doubling to 15 min; limited until the advertised reset,
 * and never more than an hour, after which one request finds out.
 * @param count - How many failures in a row, this one included.
 */
export function lengthOf(failure: TokenFailure, count: number, now: number, random: Random): number {
  const { kind } = failure;
  const named = namedMs(failure, now);
  const { firstMs, maxMs } = GROWTH[kind];
  const full = Math.min(firstMs * 2 ** Math.min(count - 1, 30), maxMs);
  if (kind === 'rejected') return full;
  if (kind === 'limited') return named > 0 ? Math.max(MIN_LIMITED_MS, named) : full;
  return Math.max(named, full * Math.max(LEAST_SHARE, random()));
}

/** For how long the other side asked not to be asked, an hour at most; 0 where it named no instant that is ahead. */
function namedMs({ resetAt }: TokenFailure, now: number): number {
  return resetAt === undefined ? 0 : Math.max(0, Math.min(resetAt - now, MAX_PAUSE_MS));
}
