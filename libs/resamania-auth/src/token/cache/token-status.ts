import type { ResamaniaErrorCode } from '../../errors.js';
import type { AccessToken } from './access-token.js';
import type { SeenLimits } from '../../gateway/limit-memory.js';
import { principalLabel, type ResamaniaPrincipal } from '../request/principal.js';
import type { ResamaniaLimits } from '../../gateway/limits.js';
import type { TokenTrouble } from './token-trouble.js';

/**
 * - `valid`: callers get a token without waiting.
 * - `obtaining`: there is no usable token, and a request for one is under way.
 * - `waiting`: there is none, and callers fail at once until `retryAt`.
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
  /** When the library asks again. */
  readonly retryAt: Date;
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

/** A cache's inner state, as its status is made from. Instants are milliseconds since the epoch. */
export interface TokenFacts {
  readonly tenant: string;
  readonly principal: ResamaniaPrincipal | undefined;
  readonly token: AccessToken | undefined;
  readonly isUsable: boolean;
  readonly usableUntil: number;
  readonly nextAt: number | undefined;
  readonly obtained: number;
  readonly refreshing: boolean;
  readonly trouble: TokenTrouble | undefined;
  readonly seen: SeenLimits | undefined;
  readonly now: number;
}

/** The public status of a cache. */
export function describeToken(facts: TokenFacts): TenantTokenStatus {
  const { tenant, principal, token, usableUntil, nextAt, obtained, refreshing, trouble, seen } = facts;
  return {
    tenant,
    ...(principal && { principal: principalLabel(principal) }),
    state: stateOf(facts),
    refreshing,
    ...(token && {
      obtainedAt: token.issuedAt,
      expiresAt: token.expiresAt,
      usableUntil: new Date(usableUntil),
    }),
    ...(nextAt !== undefined && { nextRefreshAt: new Date(nextAt) }),
    obtained,
    ...(trouble && { failure: describeTrouble(trouble) }),
    ...(seen && { limits: seen.limits, limitsSeenAt: new Date(seen.at) }),
  };
}

function stateOf({ isUsable, refreshing, trouble, now }: TokenFacts): TokenState {
  if (isUsable) return 'valid';
  if (refreshing) return 'obtaining';
  return trouble !== undefined && now < trouble.until ? 'waiting' : 'idle';
}

function describeTrouble({ failure, count, at, retryAt }: TokenTrouble): TokenFailureStatus {
  return {
    code: failure.code,
    message: failure.what,
    remedy: failure.remedy,
    ...(failure.status !== undefined && { status: failure.status }),
    at: new Date(at),
    retryAt: new Date(retryAt),
    count,
  };
}
