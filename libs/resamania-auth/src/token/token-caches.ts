import { LRUCache } from 'lru-cache';

import { ResamaniaTokenError } from '../errors.js';
import type { Tenant, TenantChange } from '../tenants/tenant.js';
import type { TenantStore } from '../tenants/tenant-store.js';
import { TokenCache } from './cache/token-cache.js';
import type { TokenCachePorts } from './cache/token-cache-ports.js';
import { waitFor } from '../waiting.js';
import { tokenFailure } from './request/token-failure.js';
import { checkedPrincipal, principalKey, type ResamaniaPrincipal } from './request/principal.js';

/** The token caches of all subjects: registered tenants, tenants of the provider, and principals. */
export class TokenCaches {
  readonly #tenants: TenantStore;
  readonly #ports: TokenCachePorts<TokenCache>;
  /** The same for what is kept warm only while it is used. */
  readonly #onDemandPorts: TokenCachePorts<TokenCache>;
  readonly #registered = new Map<string, TokenCache>();
  /** Tenants of the provider; the store bounds their number. */
  readonly #loaded = new Map<string, TokenCache>();
  /** By tenant and principal. */
  readonly #principals: LRUCache<string, TokenCache>;
  /** Those that were let go while somebody waits for their token. */
  readonly #leaving = new Set<TokenCache>();
  readonly #end = new AbortController();

  /** @param maxPrincipals - How many principals' tokens are kept; the least recently used go first. */
  constructor(tenants: TenantStore, ports: TokenCachePorts<TokenCache>, maxPrincipals: number) {
    this.#tenants = tenants;
    this.#ports = ports;
    this.#onDemandPorts = { ...ports, policy: { ...ports.policy, keepWarm: false } };
    this.#principals = new LRUCache({
      max: maxPrincipals,
      dispose: (cache, _key, reason) => {
        if (reason === 'evict') this.#evict(cache);
      },
    });
    for (const tenant of tenants.registered()) this.#add(tenant);
  }

  /**
   * The cache of a tenant that is known now, or of a principal of it; `undefined` where the tenant must be loaded
   * first. Without a name it is the default tenant's.
   * @throws ResamaniaTenantError `no_default_tenant`, `unknown_tenant`, `tenant_removed`
   * @throws ResamaniaRequestError when the principal is invalid
   */
  of(name?: string, principal?: ResamaniaPrincipal): TokenCache | undefined {
    const wanted = name ?? this.#tenants.defaultName();
    const cache = this.#registered.get(wanted) ?? this.#ofLoaded(wanted);
    if (cache !== undefined)
      return principal === undefined ? cache : this.#ofPrincipal(cache.tenant, principal);
    if (!this.#tenants.canLoad) throw this.#tenants.unknown(wanted);
    return undefined;
  }

  /**
   * The same, for any tenant: one that is not known now is loaded. In a crowd that is larger than what is kept it may
   * have been let go by now: whoever asked still gets its cache, which nobody else will find.
   * @throws ResamaniaTenantError also `tenant_load_failed`
   * @throws ResamaniaTokenError `shutting_down`
   */
  async load(name?: string, principal?: ResamaniaPrincipal): Promise<TokenCache> {
    const known = this.of(name, principal);
    if (known !== undefined) return known;
    const wanted = name ?? this.#tenants.defaultName();
    const loading = this.#tenants.load(wanted);
    const tenant = await waitFor(loading, this.#end.signal).catch((error: unknown) => {
      throw this.#isClosed ? shuttingDown(wanted)() : error;
    });
    const cache = this.of(tenant.name, principal);
    if (cache !== undefined) return cache;
    const gone = this.#tenants.unknown(tenant.name);
    if (gone.code === 'tenant_removed') throw gone;
    const own = principal === undefined ? undefined : checkedPrincipal(principal, tenant);
    const once = this.#open({ tenant, principal: own }, this.#onDemandPorts);
    this.#evict(once);
    return once;
  }

  /** Those of the registered tenants. */
  get registered(): ReadonlyMap<string, TokenCache> {
    return this.#registered;
  }

  /** Those of the registered tenants, of the loaded ones, then of principals. */
  *all(): Iterable<TokenCache> {
    yield* this.#registered.values();
    yield* this.#loaded.values();
    yield* this.#principals.values();
  }

  /** Whether answers to requests of this tenant still concern anybody. */
  has({ name }: Tenant): boolean {
    return this.#registered.has(name) || this.#loaded.has(name);
  }

  /** Goes along with a change of the tenants. */
  follow(change: TenantChange): void {
    const { type, tenant } = change;
    if (type === 'added') this.#add(tenant);
    if (type === 'updated') for (const cache of this.#ofTenant(tenant)) cache.update(tenant);
    if (type === 'removed') this.#remove(tenant);
    if (type === 'evicted') this.#evictTenant(tenant);
  }

  /** Ends them all. Tokens in hand can still be used. */
  close(): void {
    this.#end.abort();
    for (const cache of [...this.all(), ...this.#leaving])
      cache.close({ makeError: shuttingDown(cache.tenant.name), token: 'kept' });
  }

  get #isClosed(): boolean {
    return this.#end.signal.aborted;
  }

  #add(tenant: Tenant): void {
    this.#remove(tenant);
    this.#registered.set(tenant.name, this.#open({ tenant, principal: undefined }, this.#ports));
  }

  #ofLoaded(name: string): TokenCache | undefined {
    // Through the store, which thus learns that the tenant is in use.
    const tenant = this.#tenants.find(name);
    if (tenant === undefined) return undefined;
    const known = this.#loaded.get(name);
    if (known !== undefined) return known;
    const cache = this.#open({ tenant, principal: undefined }, this.#onDemandPorts);
    this.#loaded.set(name, cache);
    return cache;
  }

  #ofPrincipal(tenant: Tenant, principal: ResamaniaPrincipal): TokenCache {
    const own = checkedPrincipal(principal, tenant);
    const key = keyOf(tenant, own);
    const known = this.#principals.get(key);
    if (known !== undefined) {
      if (known.tenant !== tenant) known.update(tenant);
      return known;
    }
    const cache = this.#open({ tenant, principal: own }, this.#onDemandPorts);
    this.#principals.set(key, cache);
    return cache;
  }

  /** A new cache; one that comes after the end makes no request either. */
  #open(
    subject: { tenant: Tenant; principal: ResamaniaPrincipal | undefined },
    ports: TokenCachePorts<TokenCache>,
  ): TokenCache {
    const cache = new TokenCache(subject, ports);
    if (this.#isClosed) cache.close({ makeError: shuttingDown(subject.tenant.name), token: 'dropped' });
    return cache;
  }

  #remove(tenant: Tenant): void {
    const makeError = () => this.#tenants.unknown(tenant.name);
    // A list of its own: entries go while it is walked.
    for (const cache of Array.from(this.#ofTenant(tenant))) {
      cache.close({ makeError, token: 'dropped' });
      if (cache.principal !== undefined) this.#principals.delete(keyOf(tenant, cache.principal));
    }
    this.#registered.delete(tenant.name);
    this.#loaded.delete(tenant.name);
    this.#ports.limits.forget(tenant.name);
  }

  #evictTenant({ name }: Tenant): void {
    const cache = this.#loaded.get(name);
    this.#loaded.delete(name);
    this.#ports.limits.forget(name);
    if (cache !== undefined) this.#evict(cache);
  }

  /** Lets go of a cache that was not used for long. Whoever waits for its token right now still gets it. */
  #evict(cache: TokenCache): void {
    this.#leaving.add(cache);
    void cache.retire().then(() => this.#leaving.delete(cache));
  }

  *#ofTenant({ name }: Tenant): Iterable<TokenCache> {
    const own = this.#registered.get(name) ?? this.#loaded.get(name);
    if (own !== undefined) yield own;
    for (const caches of [this.#principals.values(), this.#leaving])
      for (const cache of caches) if (cache.tenant.name === name) yield cache;
  }
}

function keyOf({ name }: Tenant, principal: ResamaniaPrincipal): string {
  return `${name}\n${principalKey(principal)}`;
}

function shuttingDown(tenant: string): () => Error {
  const { code, what, remedy } = tokenFailure('closing');
  return () => new ResamaniaTokenError(what, { code, tenant, remedy });
}
