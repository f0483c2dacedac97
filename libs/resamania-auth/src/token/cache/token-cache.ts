import { NEVER } from '../../clock.js';
import type { Tenant } from '../../tenants/tenant.js';
import type { ListenedSignal } from '../../waiting.js';
import type { ResamaniaPrincipal } from '../request/principal.js';
import { TokenPostponed } from '../request/token-failure.js';
import type { AccessToken } from './access-token.js';
import { ForcedRenewals } from './forced-renewals.js';
import { failuresIn } from './phase.js';
import type { TokenCachePorts, TokenSubject } from './token-cache-ports.js';
import { TokenInHand } from './token-in-hand.js';
import { TokenRequests } from './token-requests.js';
import { describeToken, type TenantTokenStatus } from './token-status.js';

/**
 * The token of one subject: a token in hand, and the requests for the next one.
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
  readonly #requests: TokenRequests<TokenCache>;
  #tenant: Tenant;
  /** Made with the first rejected token: most caches never see one. */
  #forced: ForcedRenewals | undefined;

  constructor({ tenant, principal }: TokenSubject, ports: TokenCachePorts<TokenCache>) {
    this.#tenant = tenant;
    this.principal = principal;
    this.#ports = ports;
    this.#requests = new TokenRequests<TokenCache>(this, this.#hand, ports);
  }

  get tenant(): Tenant {
    return this.#tenant;
  }

  /** A usable token, or nothing. Starts the renewal of one that is due, and never waits for it. */
  peek(): AccessToken | undefined {
    const now = this.#ports.clock.now();
    this.#hand.used = true;
    const use = this.#hand.useAt(now);
    if (use === 'unusable') return undefined;
    if (use === 'due') this.#requests.renewBehind(now);
    return this.#hand.token;
  }

  /**
   * A usable token, now or as soon as there is one. Fails at once in a waiting period.
   * @param signal - Ends the wait for who asks; here it is only recorded.
   */
  async get(signal?: ListenedSignal): Promise<AccessToken> {
    return this.peek() ?? this.renew(signal);
  }

  /** A new token, from the flight under way or from one that starts now. Fails at once in a waiting period. */
  async renew(signal?: ListenedSignal): Promise<AccessToken> {
    this.#hand.used = true;
    return this.#requests.wait(signal);
  }

  /** Drops the token, if it is still the one named. A tenant that is kept warm gets a new one in the background. */
  invalidate(value?: string): void {
    const { token } = this.#hand;
    if (token === undefined || (value !== undefined && token.value !== value)) return;
    void this.#dropShared();
    this.#discard(token);
  }

  /**
   * What to use instead of a token that the API rejected: the current one where that is another, else a new one.
   * `undefined` where a new token would not help: the rejected one is too young, or one was forced a moment ago.
   */
  async replaceRejected(value: string): Promise<AccessToken | undefined> {
    const now = this.#ports.clock.now();
    const current = this.#hand.usable(now);
    if (current !== undefined && current.value !== value) return current;
    this.#forced ??= new ForcedRenewals();
    const isFlying = this.#requests.phase.name === 'flying';
    if (!isFlying && this.#hand.place?.dropping === undefined && !this.#forced.allow(current, now))
      return undefined;
    const dropped = this.#dropShared();
    if (dropped !== undefined && !isFlying && !(await dropped)) return undefined;
    const { token } = this.#hand;
    if (token?.value === value) this.#discard(token);
    // While the store was waited for, another token may have come.
    return dropped === undefined ? this.renew() : this.get();
  }

  #discard(token: AccessToken): void {
    this.#hand.drop();
    this.#ports.telemetry?.rejected(this.#tenant.name);
    this.#ports.events.rejected(this, token);
    this.#requests.planFor(this.#ports.clock.now());
  }

  /** Drops the token from the shared store, once for all who ask. False: a new one would not help. */
  #dropShared(): Promise<boolean> | undefined {
    const { place } = this.#hand;
    if (place?.stored === undefined) return undefined;
    place.dropping ??= this.#ports.drop?.(place.stored).finally(() => (place.dropping = undefined));
    return place.dropping;
  }

  /** Goes on with changed config, and without a waiting period. A client that is the same keeps its token meanwhile. */
  update(tenant: Tenant): void {
    const isSameClient = tenant.identity === this.#tenant.identity;
    const isSameRequest = isSameClient && tenant.hasSecretsOf(this.#tenant);
    this.#tenant = tenant;
    if (!isSameClient) this.#hand.drop();
    if (!isSameRequest || failuresIn(this.#requests.phase) !== undefined)
      this.#hand.planFor(this.#ports.clock.now());
    this.#requests.restart({ keepFlight: isSameRequest });
  }

  /** Ends it: no more requests, and everybody who waits or comes later gets this error. */
  close({ makeError, token }: { makeError: () => Error; token: 'kept' | 'dropped' }): void {
    if (token === 'dropped') this.#hand.drop();
    this.#requests.close(makeError);
  }

  /** Has the schedule obtain the first token at this instant, unless one has come already. */
  planFirst(instant: number): void {
    if (this.#hand.obtained === 0) this.#requests.planFor(instant);
  }

  /** Stays out of the schedule from now on. The promise tells when nobody waits any more, and never rejects. */
  async retire(): Promise<void> {
    this.#requests.retire();
    const { phase } = this.#requests;
    if (phase.name === 'flying') await phase.token.catch(() => undefined);
  }

  /** The schedule's turn: renews, unless nobody needs it. The promise never rejects. */
  turn(): Promise<unknown> | undefined {
    return this.#requests.turn();
  }

  /** A fresh token: the one in hand, or a new one, obtained behind all callers. */
  async warm(): Promise<AccessToken> {
    const { token } = this.#hand;
    const isFresh = this.#hand.useAt(this.#ports.clock.now()) === 'fresh';
    if (isFresh && token !== undefined) return token;
    try {
      return await this.#requests.request('schedule');
    } catch (error) {
      // Another replica is at it: wait for that.
      if (error instanceof TokenPostponed) return this.#requests.request('caller');
      throw error;
    }
  }

  status(): TenantTokenStatus {
    const seen = this.principal === undefined ? this.#ports.limits.of(this.#tenant.name) : undefined;
    return describeToken(this, this.#hand, this.#requests.phase, { seen, now: this.#ports.clock.now() });
  }
}
