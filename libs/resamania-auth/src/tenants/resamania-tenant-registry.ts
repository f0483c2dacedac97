import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { type Clock, CLOCK } from '../clock.js';
import { ResamaniaTenantError } from '../errors.js';
import { resolveTenantOptions } from '../options/resolve-tenant-options.js';
import { RESOLVED_OPTIONS, type ResolvedOptions } from '../options/resolved-options.js';
import type { ResamaniaTenantOptions } from '../options/tenant-options.js';
import { type ResamaniaTenantInfo, Tenant } from './tenant.js';
import type { TenantChange, TenantChangeListener } from './tenant-changes.js';
import { TenantLoader } from './tenant-loader.js';

/** How many names an error lists, at most. */
const MAX_NAMES_LISTED = 20;
/** How many removed names are remembered, at most, so that a later call can be told. */
const MAX_REMOVED = 1000;

/**
 * The tenants known: those of the options, those of feature modules, and those that come and go at run time.
 * Tenants of the `tenantProvider` are not listed; they are loaded when they are asked for.
 */
@Injectable()
export class ResamaniaTenantRegistry {
  // Private for good: the options hold secrets, and this object may be inspected.
  readonly #options: ResolvedOptions;
  readonly #tenants = new Map<string, Tenant>();
  readonly #loaded: LRUCache<string, Tenant>;
  readonly #removed = new LRUCache<string, true>({ max: MAX_REMOVED });
  readonly #loader: TenantLoader;
  readonly #listeners = new Set<TenantChangeListener>();

  constructor(@Inject(RESOLVED_OPTIONS) options: ResolvedOptions, @Inject(CLOCK) clock: Clock) {
    this.#options = options;
    this.#loader = new TenantLoader(options, () => clock.now());
    this.#loaded = new LRUCache({
      max: options.onDemand.maxEntries,
      dispose: (tenant, _name, reason) => {
        if (reason === 'evict') this.#tell({ type: 'evicted', tenant });
      },
    });
    for (const tenant of options.tenants) this.add(new Tenant(tenant));
  }

  /**
   * Adds a tenant. Its token is obtained in the background when `refresh.warmUp` is on.
   * @throws ResamaniaConfigError listing everything that does not fit
   * @throws ResamaniaTenantError `duplicate_tenant`
   */
  register(options: ResamaniaTenantOptions): ResamaniaTenantInfo {
    return this.registerFrom(options, 'register()').info();
  }

  /**
   * Changes a tenant: fields given replace the old ones. After a mere change of secret or key the old token serves
   * until the new one is there. It also ends a waiting period.
   * @throws ResamaniaConfigError listing everything that does not fit; the tenant then stays as it was
   * @throws ResamaniaTenantError `unknown_tenant`, `tenant_removed`
   */
  update(name: string, changes: Partial<Omit<ResamaniaTenantOptions, 'name'>>): ResamaniaTenantInfo {
    const previous = this.find(name);
    if (previous === undefined) throw this.unknown(name);
    const source = previous.optionsWith({ ...changes, name });
    const tenant = this.#resolve(source, `update("${name}")`);
    if (this.#tenants.has(name)) this.#tenants.set(name, tenant);
    else this.#loaded.set(name, tenant);
    this.#tell({ type: 'updated', tenant, previous });
    return tenant.info();
  }

  /**
   * Removes a tenant: its token is dropped, whoever waits for one is told (`tenant_removed`). A tenant of the
   * `tenantProvider` is forgotten, and loaded anew when it is asked for again.
   * @returns whether there was one of that name
   */
  remove(name: string): boolean {
    this.#loader.forget(name);
    const tenant = this.find(name);
    if (tenant === undefined) return false;
    this.#tenants.delete(name);
    this.#loaded.delete(name);
    this.#removed.set(name, true);
    this.#tell({ type: 'removed', tenant });
    return true;
  }

  /** Whether a tenant of that name is known now. Does not ask the `tenantProvider`. */
  has(name: string): boolean {
    return this.find(name) !== undefined;
  }

  /** What is known of a tenant, without its secrets. Does not ask the `tenantProvider`. */
  get(name: string): ResamaniaTenantInfo | undefined {
    return this.find(name)?.info();
  }

  /** The registered tenants, in the order of their registration, without their secrets. */
  list(): ResamaniaTenantInfo[] {
    return Array.from(this.#tenants.values(), (tenant) => tenant.info());
  }

  /** @internal Adds a tenant; problems are told with `where` as their place. */
  registerFrom(source: ResamaniaTenantOptions, where: string): Tenant {
    return this.add(this.#resolve(source, where));
  }

  /** @internal */
  add(tenant: Tenant): Tenant {
    if (this.#tenants.has(tenant.name)) {
      throw new ResamaniaTenantError('is registered already.', {
        code: 'duplicate_tenant',
        tenant: tenant.name,
        remedy: 'Give each tenant a `name` of its own, or change this one with update().',
      });
    }
    this.#removed.delete(tenant.name);
    this.#loader.forget(tenant.name);
    this.#loaded.delete(tenant.name);
    this.#tenants.set(tenant.name, tenant);
    this.#tell({ type: 'added', tenant });
    return tenant;
  }

  /** @internal A tenant known now; marks one of the provider as used. */
  find(name: string): Tenant | undefined {
    return this.#tenants.get(name) ?? this.#loaded.get(name);
  }

  /**
   * @internal The name that is meant when none is given.
   * @throws ResamaniaTenantError `no_default_tenant`
   */
  defaultName(): string {
    if (this.#options.defaultTenant !== undefined) return this.#options.defaultTenant;
    const [only] = this.#tenants.keys();
    if (only !== undefined && this.#tenants.size === 1) return only;
    throw new ResamaniaTenantError('No tenant was named, and there is no default.', {
      code: 'no_default_tenant',
      remedy: `Name a tenant, or set \`defaultTenant\`. ${this.known()}`,
    });
  }

  /**
   * @internal A tenant by name, loaded if need be.
   * @throws ResamaniaTenantError `unknown_tenant`, `tenant_removed`, `tenant_load_failed`
   */
  async load(name: string): Promise<Tenant> {
    const known = this.find(name);
    if (known !== undefined) return known;
    const tenant = this.#loader.isAvailable ? await this.#loader.load(name) : undefined;
    if (tenant === undefined) throw this.unknown(name);
    const meanwhile = this.find(name);
    if (meanwhile !== undefined) return meanwhile;
    this.#removed.delete(name);
    this.#loaded.set(name, tenant);
    this.#tell({ type: 'loaded', tenant });
    return tenant;
  }

  /** @internal Whether a name that is not known now might be loaded. */
  get canLoad(): boolean {
    return this.#loader.isAvailable;
  }

  /** @internal The tenants whose URLs may be told apart by their own config: the registered ones. */
  tenants(): Iterable<Tenant> {
    return this.#tenants.values();
  }

  /** @internal Follows changes; returns how to stop. */
  onChange(listener: TenantChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @internal The error for a name that leads to no tenant. */
  unknown(name: string): ResamaniaTenantError {
    const wasRemoved = this.#removed.get(name) === true;
    return new ResamaniaTenantError(wasRemoved ? 'was removed.' : 'is not known.', {
      code: wasRemoved ? 'tenant_removed' : 'unknown_tenant',
      tenant: name,
      remedy: `Register it, or check the name. ${this.known()}`,
    });
  }

  #resolve(source: ResamaniaTenantOptions, where: string): Tenant {
    return new Tenant(resolveTenantOptions(source, this.#options.tenantDefaults, where));
  }

  #tell(change: TenantChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** @internal Names the registered tenants, a few of them if they are many. */
  known(): string {
    const names = [...this.#tenants.keys()];
    if (names.length === 0) return 'No tenant is registered.';
    const listed = names.slice(0, MAX_NAMES_LISTED).join(', ');
    const more = names.length - MAX_NAMES_LISTED;
    return `Known: ${listed}${more > 0 ? ` and ${more} more` : ''}.`;
  }
}
