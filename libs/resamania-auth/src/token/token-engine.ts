import type { Clock, Random } from '../clock.js';
import { ResamaniaTokenError } from '../errors.js';
import { GatewayPaces } from '../gateway/gateway-paces.js';
import { LimitMemory } from '../gateway/limit-memory.js';
import { type HeaderBag, hasLimits } from '../gateway/limits.js';
import type { ResolvedOptions } from '../options/resolved-options.js';
import { GuardedTelemetry } from '../telemetry/guarded-telemetry.js';
import type { ResamaniaTelemetry } from '../telemetry/telemetry.js';
import type { Tenant, TenantChange } from '../tenants/tenant.js';
import type { TenantStore } from '../tenants/tenant-store.js';
import type { TokenCache } from './cache/token-cache.js';
import type { TokenSubject } from './cache/token-cache-ports.js';
import { TokenFlights } from './cache/token-flight.js';
import type { TenantTokenStatus } from './cache/token-status.js';
import type { TokenEventHub } from './events/token-event-hub.js';
import { inThisContext } from './in-this-context.js';
import { RequestLimiter } from './limiter/request-limiter.js';
import type { StoredName } from './request/token-answer.js';
import { TokenEndpointClient } from './request/token-endpoint.client.js';
import type { TokenTransport } from './request/http-token-transport.js';
import { RefreshSchedule, type ScheduleTimer } from './schedule/refresh-schedule.js';
import { SharedTokenSource, type SharedStatus } from './shared/shared-token-source.js';
import { observedTenants } from './observed-tenants.js';
import { planFirstTokens } from './schedule/warm-up.js';
import { TokenCaches } from './token-caches.js';

/** What the engine runs on. */
interface TokenEnginePorts {
  readonly tenants: TenantStore;
  readonly options: Pick<
    ResolvedOptions,
    'refresh' | 'tokenRequest' | 'onDemand' | 'quotaWarningShare' | 'store' | 'telemetry'
  >;
  readonly transport: TokenTransport;
  readonly timer: ScheduleTimer;
  readonly clock: Clock;
  readonly random: Random;
  readonly hub: TokenEventHub;
  /** Told the first time that the telemetry throws. */
  readonly telemetryThrew?: (error: unknown) => void;
}

/** Keeps the tokens of all tenants and principals: puts its parts together, starts them and ends them. */
export class TokenEngine {
  readonly #ports: TokenEnginePorts;
  readonly #schedule: RefreshSchedule<TokenCache>;
  readonly #limits: LimitMemory;
  readonly #flights: TokenFlights;
  readonly #paces = new GatewayPaces((pace, pause) => this.#shared?.pauses.changed(pace, pause));
  /** Where replicas share tokens. */
  readonly #shared: SharedTokenSource | undefined;
  readonly #telemetry: ResamaniaTelemetry | undefined;
  readonly caches: TokenCaches;
  #phase: 'new' | 'started' | 'draining' | 'stopped' = 'new';

  constructor(ports: TokenEnginePorts) {
    const { tenants, options, random, hub } = ports;
    const { inContext, clock, timer } = inThisContext(ports);
    this.#ports = ports;
    this.#schedule = new RefreshSchedule(timer, clock);
    this.#limits = new LimitMemory(options.quotaWarningShare, (tenant, quota) => hub.quotaLow(tenant, quota));
    const made = options.telemetry?.({ tenants: () => observedTenants(this.caches) });
    const telemetry = made && new GuardedTelemetry(made, ports.telemetryThrew ?? (() => undefined));
    this.#telemetry = telemetry;
    const sharing = { options, paces: this.#paces, telemetry, clock, random, hub };
    const shared = options.store && new SharedTokenSource(options.store(), sharing);
    this.#shared = shared;
    const endpoint = this.#endpoint(clock, shared);
    this.#flights = new TokenFlights({
      obtain: (grant, flight) => endpoint.obtain(grant, flight),
      clock,
      deadlineMs: options.tokenRequest.deadlineMs,
      telemetry,
    });
    const cachePorts = {
      flights: this.#flights,
      policy: options.refresh,
      // As it was given: it is read at every call, and sets no timer here.
      clock: ports.clock,
      random,
      inContext,
      limits: this.#limits,
      drop: shared && ((stored: StoredName) => shared.drop(stored)),
      events: hub,
      telemetry,
      schedule: this.#schedule,
    };
    this.caches = new TokenCaches(tenants, cachePorts, options.onDemand.maxEntries);
    tenants.onChange((change) => this.#follow(change));
  }

  #endpoint(clock: Clock, shared: SharedTokenSource | undefined): TokenEndpointClient {
    const { transport, options, random, tenants } = this.#ports;
    return new TokenEndpointClient({
      transport,
      limiter: new RequestLimiter(options.tokenRequest, clock, this.#paces),
      clock,
      random,
      policy: options.tokenRequest,
      answered: (tenant, headers) => this.noteLimits(tenant, headers),
      refused: (tenant) => tenants.reload(tenant),
      share: shared && ((request, send) => shared.share(request, send)),
    });
  }

  /** Takes note of the limits that an answer to a tenant's request reports. */
  noteLimits(tenant: Tenant, headers: HeaderBag): void {
    // Every answer comes by here, and most report none.
    if (!hasLimits(headers) || !this.caches.has(tenant)) return;
    const now = this.#ports.clock.now();
    const limits = this.#limits.note(tenant.name, headers, now);
    if (limits !== undefined) this.#paces.ofTenant(tenant)?.learn(limits, headers, now);
  }

  /** Reports that an API call is sent again with another token. */
  noteReplay(subject: TokenSubject, method: string): void {
    this.#ports.hub.replayed(subject, method);
  }

  /** Arms the schedule; with `warmUp` all registered tenants get their tokens. */
  start(): void {
    if (this.#phase !== 'new') return;
    this.#phase = 'started';
    const { options, clock, random } = this.#ports;
    const isStopped = () => this.#phase !== 'started';
    if (options.refresh.warmUp) planFirstTokens(this.caches.registered, { clock, random, isStopped });
    this.#schedule.start();
  }

  /**
   * Obtains the tokens of all registered tenants.
   * @throws ResamaniaTokenError naming every tenant that failed, with the first one's code
   */
  async obtainAll(): Promise<void> {
    const caches = [...this.caches.registered.values()];
    const outcomes = await Promise.allSettled(caches.map((cache) => cache.warm()));
    const failures = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' && outcome.reason instanceof ResamaniaTokenError ? outcome.reason : [],
    );
    const [first] = failures;
    if (first === undefined) return;
    const list = failures.map(({ message }) => `\n  - ${message}`).join('');
    const text = `${failures.length} of ${outcomes.length} tenants got no token at start:${list}`;
    throw new ResamaniaTokenError(text, { code: first.code });
  }

  /** Ends the schedule, at once. Whoever is still being served can have a token. */
  drain(): void {
    if (this.#phase === 'stopped') return;
    this.#phase = 'draining';
    this.#schedule.stop();
  }

  /**
   * Ends everything: the schedule, the flights, whoever waits. Tokens in hand can still be used.
   * @returns when the shared store is closed
   */
  stop(): Promise<void> | undefined {
    if (this.#phase === 'stopped') return undefined;
    this.#phase = 'stopped';
    this.#schedule.stop();
    this.caches.close();
    this.#flights.close();
    this.#ports.transport.close();
    this.#ports.hub.close();
    this.#telemetry?.close();
    return this.#shared?.close();
  }

  sharedStatus(): SharedStatus {
    return this.#shared?.status() ?? { state: 'off' };
  }

  status(): TenantTokenStatus[] {
    return Array.from(this.caches.all(), (cache) => cache.status());
  }

  #follow(change: TenantChange): void {
    if (this.#phase === 'stopped') return;
    this.caches.follow(change);
    const isNew = change.type === 'added' && this.#phase === 'started';
    if (isNew && this.#ports.options.refresh.warmUp)
      this.caches.registered.get(change.tenant.name)?.planFirst(this.#ports.clock.now());
    this.#ports.hub.tenantChanged(change);
  }
}
