import type { Clock, InContext, Random } from '../../clock.js';
import type { LimitMemory } from '../../gateway/limit-memory.js';
import type { ResamaniaTelemetry } from '../../telemetry/telemetry.js';
import type { RefreshPolicy } from '../../options/resolved-options.js';
import type { Tenant } from '../../tenants/tenant.js';
import type { ResamaniaPrincipal } from '../request/principal.js';
import type { StoredName } from '../request/token-answer.js';
import type { AccessToken } from './access-token.js';
import type { TokenFlights } from './token-flight.js';
import type { WaitingPeriod } from './waiting-period.js';

/** Whose token it is: a tenant's own, or that of one principal of it. */
export interface TokenSubject {
  readonly tenant: Tenant;
  readonly principal: ResamaniaPrincipal | undefined;
}

/** A token has come. */
export interface TokenObtained {
  /** True for every token after the first. */
  readonly renewal: boolean;
  /** The token in use now. */
  readonly token: AccessToken;
  /** When it is due for renewal, in milliseconds since the epoch. */
  readonly dueAt: number;
  /** For how long callers could still have used the token before, in milliseconds. */
  readonly leftMs: number;
  /** What was odd about the answer, if anything that was not so the last time. */
  readonly oddity: string | undefined;
  /** How many requests had failed in a row before it. */
  readonly failures: number;
  /** Where it comes from: the token endpoint, or the store, where another replica has put it. */
  readonly origin: 'endpoint' | 'store';
}

/** Token requests failed, all attempts used up. */
export interface TokenFailed {
  readonly period: WaitingPeriod;
  /** Whether the request before failed for the same reason. */
  readonly repeated: boolean;
  /** Whether callers still have a usable token. */
  readonly tokenStillUsable: boolean;
}

/** What a cache reports. No method may throw. */
export interface TokenCacheEvents {
  obtained(subject: TokenSubject, details: TokenObtained): void;
  failed(subject: TokenSubject, details: TokenFailed): void;
  /** From now on callers go without a token: the waiting period begins, or the old token runs out in it. */
  waitStarted(subject: TokenSubject, period: WaitingPeriod): void;
  /** This token was dropped before its time. */
  rejected(subject: TokenSubject, token: AccessToken): void;
}

/** What all caches of an engine share. */
export interface TokenCachePorts<Cache> {
  readonly flights: TokenFlights;
  readonly policy: RefreshPolicy;
  readonly clock: Clock;
  readonly random: Random;
  /** Where requests run, whoever causes them. */
  readonly inContext: InContext;
  readonly limits: LimitMemory;
  /** Where there is a shared store: drops a token for all replicas. False: a new one would not help. */
  readonly drop: ((stored: StoredName) => Promise<boolean>) | undefined;
  readonly events: TokenCacheEvents;
  readonly telemetry: ResamaniaTelemetry | undefined;
  /** Gives a cache its `turn()` at this instant, and at no other. */
  readonly schedule: { set(cache: Cache, instant: number): void };
}
