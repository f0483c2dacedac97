import { NEVER } from '../../clock.js';
import type { ResamaniaErrorCode } from '../../errors.js';
import type { SeenLimits } from '../../gateway/limit-memory.js';
import type { ResamaniaLimits } from '../../gateway/limits.js';
import { principalLabel } from '../request/principal.js';
import { failuresIn, type Phase } from './phase.js';
import type { TokenSubject } from './token-cache-ports.js';
import type { TokenInHand } from './token-in-hand.js';
import { isHalfOpen, type WaitingPeriod } from './waiting-period.js';

/**
 * - `valid`: callers get a token without waiting.
 * - `obtaining`: there is no usable token, and a request for one is under way.
 * - `waiting`: there is none, and callers fail at once until `failure.nextAttemptAt`.
 * - `idle`: there is none, and nobody has asked.
 */
export type TokenState = 'valid' | 'obtaining' | 'waiting' | 'idle';

/** The last failure, for as long as no token was obtained after it. */
export interface TokenFailureStatus {
  /** What went wrong, as a stable word. */
  readonly code: ResamaniaErrorCode;
  /** What happened. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  /** HTTP status of the answer, where there was one. */
  readonly status?: number;
  /** When it happened. */
  readonly at: Date;
  /** When the other side says that another try makes sense; absent where it did not. */
  readonly retryAt?: Date;
  /** When the library asks again, at the earliest. */
  readonly nextAttemptAt: Date;
  /** How many times in a row, retries within one request not counted. */
  readonly count: number;
}

/** The state of one tenant's, or one principal's, token. Never the token. */
export interface TenantTokenStatus {
  /** Name of the tenant. */
  readonly tenant: string;
  /** A club by its IRI, a contact by a short hash of the address; absent for the tenant's own token. */
  readonly principal?: string;
  /** What callers meet now. */
  readonly state: TokenState;
  /** Whether a token request is under way. */
  readonly refreshing: boolean;
  /** From when the lifetime counts. */
  readonly obtainedAt?: Date;
  /** From when the token must be taken as expired. */
  readonly expiresAt?: Date;
  /** When callers stop getting this token. */
  readonly usableUntil?: Date;
  /** When the next request is due, by the schedule or, without one, by the first call after it. */
  readonly nextRefreshAt?: Date;
  /** How many tokens were obtained since the tenant is known. */
  readonly obtained: number;
  /** The last failure, for as long as no token was obtained after it. */
  readonly failure?: TokenFailureStatus;
  /** The gateway's limits as the tenant's answers told them last; absent where none did, and for principals. */
  readonly limits?: ResamaniaLimits;
  /** When `limits` were told. */
  readonly limitsSeenAt?: Date;
}

/** What the status of a cache is made from beside its state. `now` is in milliseconds since the epoch. */
interface StatusFacts {
  readonly seen: SeenLimits | undefined;
  readonly now: number;
}

/** The public status of a cache. */
export function describeToken(
  subject: TokenSubject,
  hand: TokenInHand,
  phase: Phase,
  { seen, now }: StatusFacts,
): TenantTokenStatus {
  const { token, usableUntil, obtained, dueAt } = hand;
  const failures = failuresIn(phase);
  const nextAt = phase.name === 'waiting' ? Math.max(phase.period.until, dueAt) : dueAt;
  return {
    ...describeSubject(subject),
    state: hand.useAt(now) === 'unusable' ? stateWithout(phase, now) : 'valid',
    refreshing: phase.name === 'flying',
    ...(token && {
      obtainedAt: token.issuedAt,
      expiresAt: token.expiresAt,
      usableUntil: new Date(usableUntil),
    }),
    ...(nextAt !== NEVER && { nextRefreshAt: new Date(nextAt) }),
    obtained,
    ...(failures && { failure: describeFailures(failures) }),
    ...(seen && { limits: seen.limits, limitsSeenAt: new Date(seen.at) }),
  };
}

/** The names of a subject, as status and events have them. */
export function describeSubject({ tenant, principal }: TokenSubject): { tenant: string; principal?: string } {
  return { tenant: tenant.name, ...(principal && { principal: principalLabel(principal) }) };
}

/** What callers meet who have no usable token. */
function stateWithout(phase: Phase, now: number): TokenState {
  switch (phase.name) {
    case 'flying':
      return 'obtaining';
    case 'waiting':
      return isHalfOpen(phase.period, now) ? 'idle' : 'waiting';
    case 'resting':
    case 'closed':
      return 'idle';
  }
}

function describeFailures({ failure, count, at, nextAttemptAt }: WaitingPeriod): TokenFailureStatus {
  return {
    code: failure.code,
    message: failure.what,
    remedy: failure.remedy,
    ...(failure.status !== undefined && { status: failure.status }),
    at: new Date(at),
    ...(failure.resetAt !== undefined && { retryAt: new Date(failure.resetAt) }),
    nextAttemptAt: new Date(nextAttemptAt),
    count,
  };
}
