import { NEVER } from '../../clock.js';
import type { Tenant } from '../../tenants/tenant.js';
import type { ResamaniaPrincipal } from '../request/principal.js';
import type { IssuedToken } from '../request/token-answer.js';
import { failureOf } from '../request/token-failure.js';
import type { AccessToken } from './access-token.js';
import { ForcedRenewals } from './forced-renewals.js';
import { failuresIn, mayAsk, nextTurn, type Phase, refusal, RESTING } from './phase.js';
import type { TokenCachePorts, TokenSubject } from './token-cache-ports.js';
import type { Seat, Urgency } from './token-flight.js';
import { TokenInHand } from './token-in-hand.js';
import { describeToken, type TenantTokenStatus } from './token-status.js';
import { waitingError, waitingPeriod } from './waiting-period.js';

/**
 * The token of one subject: a token in hand, and a phase.
 *
 * A fresh token is handed out. So is one that is due, and a renewal starts in the background where the phase allows
 * it. Without a usable token the caller waits for the flight, or fails at once during a waiting period.
 * The clock decides at every call; the schedule only makes waiting rare. Instants are milliseconds since the epoch.
 */
export class TokenCache implements TokenSubject {
  /** Place in the schedule's heap, -1 outside of it; and the instant it stands there for. Both are the schedule's. */
  heapIndex = -1;
  scheduledAt = NEVER;

  readonly principal: ResamaniaPrincipal | undefined;
  readonly #ports: TokenCachePorts<TokenCache>;
  readonly #hand = new TokenInHand();
  #tenant: Tenant;
  #phase: Phase = RESTING;
  /** Whether somebody asked since the last request. */
  #used = false;
  /** Made with the first rejected token: most caches never see one. */
  #forced: ForcedRenewals | undefined;

  constructor({ tenant, principal }: TokenSubject, ports: TokenCachePorts<TokenCache>) {
    this.#tenant = tenant;
    this.principal = principal;
    this.#ports = ports;
  }

  get tenant(): Tenant {
    return this.#tenant;
  }

  /** A usable token, or nothing. Starts the renewal of one that is due, and never waits for it. */
  peek(): AccessToken | undefined {
    const now = this.#ports.clock.now();
    this.#used = true;
    const use = this.#hand.useAt(now);
    if (use === 'unusable') return undefined;
    if (use === 'due' && mayAsk(this.#phase, now)) void this.#request('schedule');
    return this.#hand.token;
  }

  /** A usable token, now or as soon as there is one. Fails at once in a waiting period. */
  async get(): Promise<AccessToken> {
    return this.peek() ?? this.renew();
  }

  /** A new token, from the flight under way or from one that starts now. Fails at once in a waiting period. */
  async renew(): Promise<AccessToken> {
    this.#used = true;
    return this.#request('caller');
  }

  /** Drops the token, if it is still the one named. A tenant that is kept warm gets a new one in the background. */
  invalidate(value?: string): void {
    const { token } = this.#hand;
    if (token === undefined || (value !== undefined && token.value !== value)) return;
    this.#hand.drop();
    this.#ports.events.rejected(this);
    this.planFor(this.#now());
  }

  /**
   * What to use instead of a token that the API rejected: the current one where that is another, else a new one.
   * `undefined` where a new token would not help: the rejected one is too young, or one was forced a moment ago.
   */
  async replaceRejected(value: string): Promise<AccessToken | undefined> {
    const now = this.#now();
    const current = this.#hand.usable(now);
    if (current !== undefined && current.value !== value) return current;
    this.#forced ??= new ForcedRenewals();
    if (this.#phase.name !== 'flying' && !this.#forced.allow(current, now)) return undefined;
    this.invalidate(value);
    return this.renew();
  }

  /** Goes on with changed config, and without a waiting period. A client that is the same keeps its token meanwhile. */
  update(tenant: Tenant): void {
    const phase = this.#phase;
    const isSameClient = tenant.identity === this.#tenant.identity;
    const isSameRequest = isSameClient && tenant.hasSecretsOf(this.#tenant);
    this.#tenant = tenant;
    if (!isSameClient) this.#hand.drop();
    if (!isSameRequest || failuresIn(phase) !== undefined) this.#hand.planFor(this.#now());
    this.#enter(phase.name === 'flying' && isSameRequest ? { ...phase, after: undefined } : RESTING);
  }

  /** Ends it: no more requests, and everybody who waits or comes later gets this error. */
  close({ makeError, token }: { makeError: () => Error; token: 'kept' | 'dropped' }): void {
    if (token === 'dropped') this.#hand.drop();
    this.#enter({ name: 'closed', makeError });
  }

  /** Has the schedule obtain the next token at this instant. */
  planFor(instant: number): void {
    this.#hand.planFor(instant);
    this.#enter(this.#phase);
  }

  /** The schedule's turn: renews, unless nobody needs it. The promise never rejects. */
  turn(): Promise<unknown> | undefined {
    const isNeeded = this.#ports.policy.keepWarm || this.#used || this.#isFirst();
    return isNeeded ? this.warm().catch(() => undefined) : undefined;
  }

  /** A new token, obtained behind all callers. */
  warm(): Promise<AccessToken> {
    return this.#request('schedule');
  }

  status(): TenantTokenStatus {
    const nextAt = this.heapIndex >= 0 ? this.scheduledAt : this.#hand.dueAt;
    const seen = this.principal === undefined ? this.#ports.limits.of(this.#tenant.name) : undefined;
    return describeToken(this, this.#hand, this.#phase, { nextAt, seen, now: this.#now() });
  }

  #now(): number {
    return this.#ports.clock.now();
  }

  /** Nothing has come of it yet, good or bad. */
  #isFirst(): boolean {
    return this.#hand.obtained === 0 && failuresIn(this.#phase) === undefined;
  }

  /** The one place that changes the phase. It gives up the seat of a flight that is left, and tells the schedule. */
  #enter(phase: Phase): void {
    const before = this.#phase;
    if (before.name !== 'closed') this.#phase = phase;
    if (before.name === 'flying' && !this.#isOn(before.seat)) before.seat.leave();
    const isScheduled = this.#ports.policy.enabled || this.#isFirst();
    this.#ports.schedule.set(this, isScheduled ? nextTurn(this.#phase, this.#hand.dueAt) : NEVER);
  }

  #isOn(seat: Seat): boolean {
    return this.#phase.name === 'flying' && this.#phase.seat === seat;
  }

  #request(urgency: Urgency): Promise<AccessToken> {
    const phase = this.#phase;
    if (phase.name === 'flying') {
      if (urgency === 'caller') phase.seat.hurry();
      return phase.token;
    }
    const { tenant, principal } = this;
    const refused = refusal(phase, this.#now(), tenant.name);
    if (refused !== undefined) return Promise.reject(refused);
    const seat = this.#ports.flights.board({ tenant, principal }, urgency, this.#hand);
    const token = this.#land(seat);
    // Nobody has to wait for it.
    token.catch(() => undefined);
    this.#enter({ name: 'flying', seat, token, after: failuresIn(phase) });
    return token;
  }

  /** What comes of a flight. Whoever waits when its seat is given up goes on with what there is then, at once. */
  async #land(seat: Seat): Promise<AccessToken> {
    const issued = await seat.issued.catch((error: unknown) => {
      if (this.#isOn(seat)) throw this.#fail(error);
    });
    return issued && this.#isOn(seat) ? this.#adopt(issued) : this.renew();
  }

  #adopt(issued: IssuedToken): AccessToken {
    const { policy, random, events } = this.#ports;
    const adopted = this.#hand.adopt(issued, policy, this.#now(), random);
    this.#used = false;
    this.#enter(RESTING);
    events.obtained(this, adopted);
    return adopted.token;
  }

  #fail(error: unknown): Error {
    const { random, events } = this.#ports;
    const now = this.#now();
    const { usableUntil } = this.#hand;
    const period = waitingPeriod(failuresIn(this.#phase), failureOf(error), { now, random, usableUntil });
    this.#used = false;
    // A first token that nobody had planned is asked for again.
    if (this.#hand.dueAt === NEVER) this.#hand.planFor(now);
    this.#enter({ name: 'waiting', period });
    events.failed(this, { period, tokenStillUsable: this.#hand.usable(now) !== undefined });
    return waitingError(period, this.#tenant.name);
  }
}
