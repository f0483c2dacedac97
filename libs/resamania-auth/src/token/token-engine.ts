import { LRUCache } from 'lru-cache';

import { ResamaniaRequestError, ResamaniaTokenError } from '../errors.js';
import type { ResolvedOptions } from '../options/resolved-options.js';
import type { TenantStore } from '../tenants/tenant-store.js';
import type { Tenant } from '../tenants/tenant.js';
import type { TenantChange } from '../tenants/tenant-changes.js';
import type { Clock, Random } from '../clock.js';
import { LimitMemory } from '../gateway/limit-memory.js';
import { principalFlaw, principalKey, type ResamaniaPrincipal } from './request/principal.js';
import type { HeaderBag } from '../gateway/limits.js';
import { RefreshSchedule, type ScheduleTimer } from './schedule/refresh-schedule.js';
import { RequestLimiter } from './request/request-limiter.js';
import { TokenCache, type TokenCachePorts } from './cache/token-cache.js';
import { TokenEndpointClient } from './request/token-endpoint.client.js';
import type { TokenEventHub } from './events/token-event-hub.js';
import { TokenFlights } from './cache/token-flight.js';
import type { TenantTokenStatus } from './cache/token-status.js';
import type { TokenTransport } from './request/token-transport.js';

/** What the engine runs on. */
export interface TokenEnginePorts {
  readonly tenants: TenantStore;
  readonly options: Pick<ResolvedOptions, 'refresh' | 'tokenRequest' | 'onDemand' | 'quotaWarningShare'>;
  readonly transport: TokenTransport;
  readonly timer: ScheduleTimer;
  readonly clock: Clock;
  readonly random: Random;
  readonly hub: TokenEventHub;
}

/** At the start, first tokens are asked for this far apart on average, in milliseconds… */
const WARM_UP_STEP_MS = 25;
/** …over this long at most, in milliseconds… */
const MAX_WARM_UP_MS = 300_000;
/** …and all at once for no more tenants than this. */
const WARM_UP_AT_ONCE = 50;

/** So many tenants are planned before the event loop gets its turn. */
const PLANNED_AT_ONCE = 2000;

/** The token caches of all tenants and principals, and the schedule that keeps them fresh. */
export class TokenEngine {
  readonly #ports: TokenEnginePorts;
  readonly #cachePorts: TokenCachePorts;
  readonly #schedule: RefreshSchedule<TokenCache>;
  /** Registered tenants. */
  readonly #registered = new Map<string, TokenCache>();
  /** Tenants of the provider; the store bounds their number. */
  readonly #loaded = new Map<string, TokenCache>();
  /** Principals, by tenant and principal. */
  readonly #principals: LRUCache<string, TokenCache>;
  #phase: 'new' | 'started' | 'stopped' = 'new';

  constructor(ports: TokenEnginePorts) {
    const { tenants, options, clock, random, hub, transport, timer } = ports;
    const limiter = new RequestLimiter(options.tokenRequest.concurrency);
    const schedule = new RefreshSchedule<TokenCache>(timer, clock);
    this.#ports = ports;
    this.#schedule = schedule;
    const limits = new LimitMemory(options.quotaWarningShare, (tenant, quota) => hub.quotaLow(tenant, quota));
    this.#cachePorts = {
      endpoint: new TokenEndpointClient({
        transport,
        limiter,
        clock,
        random,
        policy: options.tokenRequest,
        answered: (tenant, headers) => this.noteLimits(tenant, headers),
      }),
      limits,
      flights: new TokenFlights(clock, options.tokenRequest.deadlineMs),
      policy: options.refresh,
      clock,
      random,
      observer: {
        rescheduled: (cache) => schedule.set(cache, cache.nextAt()),
        obtained: (cache, details) => hub.obtained(cache, details),
        failed: (cache, trouble, tokenStillUsable) => hub.failed(cache, trouble, tokenStillUsable),
        rejected: (cache) => hub.rejected(cache),
      },
    };
    this.#principals = new LRUCache({
      max: options.onDemand.maxEntries,
      dispose: (cache, _key, reason) => {
        if (reason === 'evict') this.#evict(cache);
      },
    });
    for (const tenant of tenants.registered()) this.#add(tenant);
    tenants.onChange((change) => this.#follow(change));
  }

  /**
   * The cache of a tenant that is known now, or of a principal of it; `undefined` where the tenant must be loaded
   * first. Without a name it is the default tenant's.
   * @throws ResamaniaTenantError `no_default_tenant`, `unknown_tenant`, `tenant_removed`
   * @throws ResamaniaRequestError when the principal does not fit
   */
  cacheOf(name?: string, principal?: ResamaniaPrincipal): TokenCache | undefined {
    const { tenants } = this.#ports;
    const wanted = name ?? tenants.defaultName();
    const cache = this.#registered.get(wanted) ?? this.#loadedCache(wanted);
    if (cache !== undefined)
      return principal === undefined ? cache : this.#principalCache(cache.tenant, principal);
    if (!tenants.canLoad) throw tenants.unknown(wanted);
    return undefined;
  }

  /**
   * The same, for any tenant: one that is not known now is loaded.
   * @throws ResamaniaTenantError also `tenant_load_failed`
   */
  async loadCache(name?: string, principal?: ResamaniaPrincipal): Promise<TokenCache> {
    const known = this.cacheOf(name, principal);
    if (known !== undefined) return known;
    const { tenants } = this.#ports;
    const tenant = await tenants.load(name ?? tenants.defaultName());
    const cache = this.cacheOf(tenant.name, principal);
    // Removed again between its loading and this line.
    if (cache === undefined) throw tenants.unknown(tenant.name);
    return cache;
  }

  /** Takes note of the limits that an answer to a tenant's request tells. */
  noteLimits({ name }: Tenant, headers: HeaderBag): void {
    this.#cachePorts.limits.note(name, headers, this.#ports.clock.now());
  }

  /** Reports that an API call is sent again with another token. */
  noteReplay(cache: TokenCache, method: string): void {
    this.#ports.hub.replayed(cache, method);
  }

  /** Arms the schedule; with `warmUp` all registered tenants get their tokens. */
  start(): void {
    if (this.#phase !== 'new') return;
    this.#phase = 'started';
    if (this.#ports.options.refresh.warmUp) this.#warmUp();
    this.#schedule.start();
  }

  /**
   * Obtains the tokens of all registered tenants.
   * @throws ResamaniaTokenError naming every tenant that failed, with the first one's code
   */
  async obtainAll(): Promise<void> {
    const errors = await Promise.all([...this.#registered.values()].map((cache) => cache.warm()));
    const failures = errors.filter((error) => error instanceof ResamaniaTokenError);
    const [first] = failures;
    if (first === undefined) return;
    const list = failures.map(({ message }) => `\n  - ${message}`).join('');
    const { code } = first;
    throw new ResamaniaTokenError(
      `${failures.length} of ${errors.length} tenants got no token at start:${list}`,
      { code },
    );
  }

  /** Ends everything: the schedule, the flights, whoever waits. Tokens in hand can still be used. */
  stop(): void {
    if (this.#phase === 'stopped') return;
    this.#phase = 'stopped';
    this.#schedule.stop();
    for (const cache of this.#all()) cache.close(() => shuttingDown(cache.tenant.name), true);
    this.#ports.transport.close();
    this.#ports.hub.close();
  }

  status(): TenantTokenStatus[] {
    return [...this.#all()].map((cache) => cache.status());
  }

  *#all(): Iterable<TokenCache> {
    yield* this.#registered.values();
    yield* this.#loaded.values();
    yield* this.#principals.values();
  }

  /** Spreads the first requests of many tenants evenly, and the work of planning them over turns of the event loop. */
  #warmUp(): void {
    const count = this.#registered.size;
    const window = count <= WARM_UP_AT_ONCE ? 0 : Math.min(count * WARM_UP_STEP_MS, MAX_WARM_UP_MS);
    const { clock, random } = this.#ports;
    const now = clock.now();
    const caches = this.#registered.values();
    let index = 0;
    const planSome = () => {
      if (this.#phase === 'stopped') return;
      for (const end = index + PLANNED_AT_ONCE; index < end; index += 1) {
        const { value: cache } = caches.next();
        if (cache === undefined) return;
        cache.warmUpAt(now + (window * (index + random())) / count);
      }
      clock.after(0, planSome);
    };
    planSome();
  }

  #follow(change: TenantChange): void {
    if (this.#phase === 'stopped') return;
    if (change.type === 'added') this.#add(change.tenant);
    if (change.type === 'updated') this.#update(change.tenant);
    if (change.type === 'removed') this.#remove(change.tenant);
    if (change.type === 'evicted') this.#evict(this.#loaded.get(change.tenant.name));
    this.#ports.hub.tenantChanged(change);
  }

  #add(tenant: Tenant): void {
    const { refresh } = this.#ports.options;
    const cache = this.#newCache(tenant, undefined, refresh.keepWarm);
    this.#remove(tenant);
    this.#registered.set(tenant.name, cache);
    if (this.#phase === 'started' && refresh.warmUp) cache.warmUpAt(this.#ports.clock.now());
  }

  #addLoaded(tenant: Tenant): TokenCache {
    const cache = this.#newCache(tenant, undefined, false);
    this.#loaded.set(tenant.name, cache);
    return cache;
  }

  /** A new cache; one that comes after the stop makes no request either. */
  #newCache(tenant: Tenant, principal: ResamaniaPrincipal | undefined, keepWarm: boolean): TokenCache {
    const cache = new TokenCache(tenant, principal, keepWarm, this.#cachePorts);
    if (this.#phase === 'stopped') cache.close(() => shuttingDown(tenant.name), false);
    return cache;
  }

  #loadedCache(name: string): TokenCache | undefined {
    // Through the store, which thus learns that the tenant is in use.
    const tenant = this.#ports.tenants.find(name);
    return tenant && (this.#loaded.get(name) ?? this.#addLoaded(tenant));
  }

  #principalCache(tenant: Tenant, principal: ResamaniaPrincipal): TokenCache {
    const flaw = principalFlaw(principal, tenant.clientToken);
    if (flaw !== undefined) {
      throw new ResamaniaRequestError(`the principal does not fit: ${flaw}.`, {
        code: 'invalid_request',
        tenant: tenant.name,
      });
    }
    const key = cacheKey(tenant, principal);
    const known = this.#principals.get(key);
    if (known !== undefined) {
      if (known.tenant !== tenant) known.update(tenant);
      return known;
    }
    const cache = this.#newCache(tenant, { ...principal }, false);
    this.#principals.set(key, cache);
    return cache;
  }

  #update(tenant: Tenant): void {
    for (const cache of this.#cachesOf(tenant)) cache.update(tenant);
  }

  #remove(tenant: Tenant): void {
    const { tenants } = this.#ports;
    // A list of its own: entries go while it is walked.
    for (const cache of Array.from(this.#cachesOf(tenant))) {
      cache.close(() => tenants.unknown(tenant.name), false);
      if (cache.principal !== undefined) this.#principals.delete(cacheKey(tenant, cache.principal));
    }
    this.#registered.delete(tenant.name);
    this.#loaded.delete(tenant.name);
    this.#cachePorts.limits.forget(tenant.name);
  }

  /** Lets go of a cache that was not used for long. Whoever waits for its token right now still gets it. */
  #evict(cache: TokenCache | undefined): void {
    if (cache === undefined) return;
    if (this.#loaded.get(cache.tenant.name) === cache) this.#loaded.delete(cache.tenant.name);
    this.#schedule.set(cache, Infinity);
    if (cache.principal === undefined) this.#cachePorts.limits.forget(cache.tenant.name);
  }

  *#cachesOf({ name }: Tenant): Iterable<TokenCache> {
    const own = this.#registered.get(name) ?? this.#loaded.get(name);
    if (own === undefined) return;
    yield own;
    for (const cache of this.#principals.values()) if (cache.tenant.name === name) yield cache;
  }
}

function cacheKey({ name }: Tenant, principal: ResamaniaPrincipal): string {
  return `${name}\n${principalKey(principal)}`;
}

function shuttingDown(tenant: string): Error {
  return new ResamaniaTokenError('the application is shutting down.', {
    code: 'shutting_down',
    tenant,
    remedy: 'No token is requested any more.',
  });
}
