import { ResamaniaTokenError } from '../../errors.js';
import type { RefreshPolicy } from '../../options/resolved-options.js';
import type { Tenant } from '../../tenants/tenant.js';
import type { AccessToken } from './access-token.js';
import type { Clock, Random } from '../../clock.js';
import type { LimitMemory } from '../../gateway/limit-memory.js';
import type { ResamaniaPrincipal } from '../request/principal.js';
import { type Renewal, startRenewal } from './renewal.js';
import type { IssuedToken } from '../request/token-answer.js';
import type { TokenEndpointClient } from '../request/token-endpoint.client.js';
import { TokenRequestFailed, toTokenError, unexpectedFailure } from '../request/token-failure.js';
import type { TokenFlights } from './token-flight.js';
import { TokenHolder } from './token-holder.js';
import { describeToken, type TenantTokenStatus } from './token-status.js';
import { type TokenTrouble, troubleAfter } from './token-trouble.js';

/** A token has come. */
export interface TokenObtained {
  /** True for every token after the first. */
  readonly renewal: boolean;
  /** The token in use now. */
  readonly token: AccessToken;
  /** When it is due for renewal, in milliseconds since the epoch. */
  readonly dueAt: number;
  /** What was odd about the answer, if anything that was not so the last time. */
  readonly oddity: string | undefined;
}

/** What a cache reports. No method may throw. */
export interface TokenCacheObserver {
  /** `nextAt()` may have changed. */
  rescheduled(cache: TokenCache): void;
  obtained(cache: TokenCache, details: TokenObtained): void;
  failed(cache: TokenCache, trouble: TokenTrouble, tokenStillUsable: boolean): void;
  /** The token was dropped before its time. */
  rejected(cache: TokenCache): void;
}

/** What all caches of an engine share. */
export interface TokenCachePorts {
  readonly endpoint: TokenEndpointClient;
  readonly flights: TokenFlights;
  readonly policy: RefreshPolicy;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: LimitMemory;
  readonly observer: TokenCacheObserver;
}

/** After a rejected token, a renewal is forced once in this many milliseconds, at most. */
const FORCED_RENEWAL_EVERY_MS = 30_000;
/** A token rejected when younger than this, or than a tenth of its lifetime, stays: a new one would not help. */
const TOO_YOUNG_MS = 10_000;

/**
 * The token of one tenant, or of one principal of it.
 *
 * - *fresh*: handed out, nothing to do. One comparison decides.
 * - *due*: handed out still; a renewal starts in the background, unless one failed a moment ago.
 * - *not usable*: the caller waits for the flight, or fails at once while the cache is in a waiting period.
 *
 * The clock decides at every call; the schedule only makes waiting rare. Instants are milliseconds since the epoch.
 */
export class TokenCache {
  /** Place in the schedule's heap, -1 outside of it; and the instant it stands there for. Both are the schedule's. */
  heapIndex = -1;
  scheduledAt = Infinity;

  readonly principal: ResamaniaPrincipal | undefined;
  readonly #ports: TokenCachePorts;
  readonly #keepWarm: boolean;
  readonly #holder = new TokenHolder();
  #tenant: Tenant;
  /** Whether somebody asked since the last request. */
  #used = false;
  #obtained = 0;
  #lastForcedAt = Number.NEGATIVE_INFINITY;
  #oddity: string | undefined;
  #refreshToken: string | undefined;
  #trouble: TokenTrouble | undefined;
  #renewal: Renewal | undefined;
  #closed: (() => Error) | undefined;

  constructor(
    tenant: Tenant,
    principal: ResamaniaPrincipal | undefined,
    keepWarm: boolean,
    ports: TokenCachePorts,
  ) {
    this.#tenant = tenant;
    this.principal = principal;
    this.#keepWarm = keepWarm;
    this.#ports = ports;
  }

  get tenant(): Tenant {
    return this.#tenant;
  }

  /** A usable token, or nothing. Starts the renewal of one that is due, and never waits for it. */
  peek(): AccessToken | undefined {
    const now = this.#ports.clock.now();
    this.#used = true;
    const fresh = this.#holder.fresh(now);
    if (fresh !== undefined) return fresh;
    const due = this.#holder.usable(now);
    if (due !== undefined && this.#mayRequest(now)) void this.#request(false);
    return due;
  }

  /**
   * A usable token, now or as soon as there is one.
   * @throws ResamaniaTokenError when none can be obtained, at once in a waiting period
   */
  async get(): Promise<AccessToken> {
    return this.peek() ?? this.renew();
  }

  /** A new token, from the flight under way or from one that starts now. Fails at once in a waiting period. */
  async renew(): Promise<AccessToken> {
    this.#used = true;
    if (this.#closed !== undefined) throw this.#closed();
    if (this.#trouble !== undefined && !this.#mayRequest(this.#now())) throw this.#waiting(this.#trouble);
    return this.#request(true);
  }

  /** Drops the token, if it is still the one named. A tenant that is kept warm gets a new one in the background. */
  invalidate(value?: string): void {
    const { token } = this.#holder;
    if (token === undefined || (value !== undefined && token.value !== value)) return;
    this.#drop();
    this.#holder.planFor(this.#now());
    this.#ports.observer.rejected(this);
    this.#ports.observer.rescheduled(this);
  }

  /**
   * What to use instead of a token that the API rejected: the current one where that is another, else a new one.
   * `undefined` where a new token would not help: the rejected one is too young, or one was forced a moment ago.
   */
  async replaceRejected(value: string): Promise<AccessToken | undefined> {
    const now = this.#now();
    const current = this.#holder.usable(now);
    if (current !== undefined && current.value !== value) return current;
    if (this.#renewal === undefined) {
      if (current !== undefined && isTooYoung(current, now)) return undefined;
      if (now - this.#lastForcedAt < FORCED_RENEWAL_EVERY_MS) return undefined;
      this.#lastForcedAt = now;
    }
    this.invalidate(value);
    return this.renew();
  }

  /** Goes on with changed config. The same client keeps its token until the new one is there; a new client starts over. */
  update(tenant: Tenant): void {
    const previous = this.#tenant;
    const isSameClient = tenant.identity === previous.identity;
    const isSameRequest = isSameClient && tenant.hasSecretsOf(previous);
    const wasWaiting = this.#trouble !== undefined;
    this.#tenant = tenant;
    this.#trouble = undefined;
    if (!isSameClient) this.#drop();
    if (!isSameRequest) this.#leaveFlight();
    if (!isSameRequest || wasWaiting) this.#holder.planFor(this.#now());
    this.#ports.observer.rescheduled(this);
  }

  /** Ends it: no more requests, and everybody who waits or comes later gets this error. */
  close(makeError: () => Error, keepToken: boolean): void {
    this.#closed = makeError;
    if (!keepToken) this.#drop();
    this.#leaveFlight();
    this.#ports.observer.rescheduled(this);
  }

  /** When the schedule must turn to it; `Infinity` for never. */
  nextAt(): number {
    if (this.#closed !== undefined || this.#renewal !== undefined) return Infinity;
    if (!this.#ports.policy.enabled && !this.#isFirst()) return Infinity;
    const { dueAt } = this.#holder;
    if (this.#trouble !== undefined) return Math.max(this.#trouble.until, dueAt);
    return dueAt > 0 ? dueAt : Infinity;
  }

  /** Lets the schedule obtain the first token at this instant. */
  warmUpAt(instant: number): void {
    this.#holder.planFor(instant);
    this.#ports.observer.rescheduled(this);
  }

  /** The schedule's turn: renews, unless nobody needs it. The promise never rejects. */
  turn(): Promise<unknown> | undefined {
    if (!(this.#keepWarm || this.#used || this.#isFirst())) return undefined;
    return this.#mayRequest(this.#now()) ? this.warm() : undefined;
  }

  /** Obtains a token behind all callers. The promise never rejects: it gives the error, or nothing. */
  warm(): Promise<unknown> {
    return this.#request(false).then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  status(): TenantTokenStatus {
    const now = this.#now();
    const { token, usableUntil, dueAt } = this.#holder;
    const nextAt = this.heapIndex >= 0 ? this.scheduledAt : dueAt;
    return describeToken({
      tenant: this.#tenant.name,
      principal: this.principal,
      token,
      isUsable: this.#holder.usable(now) !== undefined,
      usableUntil,
      nextAt: nextAt > 0 ? nextAt : undefined,
      obtained: this.#obtained,
      refreshing: this.#renewal !== undefined,
      trouble: this.#trouble,
      seen: this.principal === undefined ? this.#ports.limits.of(this.#tenant.name) : undefined,
      now,
    });
  }

  #now(): number {
    return this.#ports.clock.now();
  }

  /** Nothing has come of it yet, good or bad. */
  #isFirst(): boolean {
    return this.#obtained === 0 && this.#trouble === undefined;
  }

  #mayRequest(now: number): boolean {
    return this.#closed === undefined && (this.#trouble === undefined || now >= this.#trouble.until);
  }

  #request(urgent: boolean): Promise<AccessToken> {
    if (this.#renewal !== undefined) {
      if (urgent) this.#renewal.flight.hurry();
      return this.#renewal.promise;
    }
    const grant = { tenant: this.#tenant, principal: this.principal };
    const { flights, endpoint } = this.#ports;
    const flight = flights.board(grant, urgent, (options) =>
      endpoint.obtain(grant, { ...options, refreshToken: this.#takeRefreshToken() }),
    );
    this.#renewal = startRenewal(flight, {
      landed: (issued) => this.#adopt(issued),
      failed: (error) => this.#fail(error),
      left: () => this.renew(),
    });
    this.#ports.observer.rescheduled(this);
    return this.#renewal.promise;
  }

  #leaveFlight(): void {
    const renewal = this.#renewal;
    this.#renewal = undefined;
    renewal?.leave();
  }

  #takeRefreshToken(): string | undefined {
    const refreshToken = this.#refreshToken;
    this.#refreshToken = undefined;
    return refreshToken;
  }

  #adopt(issued: IssuedToken): AccessToken {
    const { policy, random, observer } = this.#ports;
    const token = this.#holder.adopt(issued, policy, this.#now(), random);
    const renewal = this.#obtained > 0;
    const oddity = issued.oddity === this.#oddity ? undefined : issued.oddity;
    this.#renewal = undefined;
    this.#trouble = undefined;
    this.#used = false;
    this.#obtained += 1;
    this.#oddity = issued.oddity;
    this.#refreshToken = this.#tenant.renewWith === 'credentials' ? undefined : issued.refreshToken;
    observer.rescheduled(this);
    observer.obtained(this, { renewal, token, dueAt: this.#holder.dueAt, oddity });
    return token;
  }

  #fail(error: unknown): Error {
    const { random, observer } = this.#ports;
    const now = this.#now();
    const failure = error instanceof TokenRequestFailed ? error.failure : unexpectedFailure();
    const trouble = troubleAfter(this.#trouble, failure, now, random, this.#holder.usableUntil);
    this.#renewal = undefined;
    this.#trouble = trouble;
    this.#used = false;
    this.#holder.pauseUntil(trouble.until);
    observer.rescheduled(this);
    observer.failed(this, trouble, this.#holder.usable(now) !== undefined);
    return this.#waiting(trouble);
  }

  #waiting({ failure, retryAt }: TokenTrouble): ResamaniaTokenError {
    return toTokenError(failure, this.#tenant.name, retryAt);
  }

  #drop(): void {
    this.#holder.drop();
    this.#refreshToken = undefined;
  }
}

function isTooYoung(token: AccessToken, now: number): boolean {
  return token.ageMs(now) < Math.min(TOO_YOUNG_MS, token.lifetimeMs / 10);
}
