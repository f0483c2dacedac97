import { LRUCache } from 'lru-cache';

import { NEVER } from '../clock.js';
import { ResamaniaRequestError, ResamaniaTokenError } from '../errors.js';
import type { Tenant } from '../tenants/tenant.js';
import type { TenantChange } from '../tenants/tenant-store.js';
import type { TenantStore } from '../tenants/tenant-store.js';
import { TokenCache } from './cache/token-cache.js';
import type { TokenCachePorts } from './cache/token-cache-ports.js';
import { principalFlaw, principalKey, type ResamaniaPrincipal } from './request/principal.js';

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
  #isClosed = false;

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
   * The same, for any tenant: one that is not known now is loaded.
   * @throws ResamaniaTenantError also `tenant_load_failed`
   */
  async load(name?: string, principal?: ResamaniaPrincipal): Promise<TokenCache> {
    const known = this.of(name, principal);
    if (known !== undefined) return known;
    const tenant = await this.#tenants.load(name ?? this.#tenants.defaultName());
    const cache = this.of(tenant.name, principal);
    // Removed again between its loading and this line.
    if (cache === undefined) throw this.#tenants.unknown(tenant.name);
    return cache;
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

  /** Goes along with a change of the tenants. */
  follow(change: TenantChange): void {
    const { type, tenant } = change;
    if (type === 'added') this.#add(tenant);
    if (type === 'updated') for (const cache of this.#ofTenant(tenant)) cache.update(tenant);
    if (type === 'removed') this.#remove(tenant);
    if (type === 'evicted') this.#evict(this.#loaded.get(tenant.name));
  }

  /** Ends them all. Tokens in hand can still be used. */
  close(): void {
    this.#isClosed = true;
    for (const cache of this.all()) cache.close({ makeError: shuttingDown(cache.tenant), token: 'kept' });
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
    const flaw = principalFlaw(principal, tenant.clientToken);
    if (flaw !== undefined) {
      throw new ResamaniaRequestError(`the principal is invalid: ${flaw}.`, {
        code: 'invalid_request',
        tenant: tenant.name,
      });
    }
    const key = keyOf(tenant, principal);
    const known = this.#principals.get(key);
    if (known !== undefined) {
      if (known.tenant !== tenant) known.update(tenant);
      return known;
    }
    const cache = this.#open({ tenant, principal: { ...principal } }, this.#onDemandPorts);
    this.#principals.set(key, cache);
    return cache;
  }

  /** A new cache; one that comes after the end makes no request either. */
  #open(
    subject: { tenant: Tenant; principal: ResamaniaPrincipal | undefined },
    ports: TokenCachePorts<TokenCache>,
  ): TokenCache {
    const cache = new TokenCache(subject, ports);
    if (this.#isClosed) cache.close({ makeError: shuttingDown(subject.tenant), token: 'dropped' });
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

  /** Lets go of a cache that was not used for long. Whoever waits for its token right now still gets it. */
  #evict(cache: TokenCache | undefined): void {
    if (cache === undefined) return;
    const { name } = cache.tenant;
    if (this.#loaded.get(name) === cache) this.#loaded.delete(name);
    this.#ports.schedule.set(cache, NEVER);
    if (cache.principal === undefined) this.#ports.limits.forget(name);
  }

  *#ofTenant({ name }: Tenant): Iterable<TokenCache> {
    const own = this.#registered.get(name) ?? this.#loaded.get(name);
    if (own === undefined) return;
    yield own;
    for (const cache of this.#principals.values()) if (cache.tenant.name === name) yield cache;
  }
}

function keyOf({ name }: Tenant, principal: ResamaniaPrincipal): string {
  return `${name}\n${principalKey(principal)}`;
}

function shuttingDown({ name }: Tenant): () => Error {
  return () =>
    new ResamaniaTokenError('the application is shutting down.', {
      code: 'shutting_down',
      tenant: name,
      remedy: 'No token is requested any more.',
    });
}
