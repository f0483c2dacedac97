import { LRUCache } from 'lru-cache';

import type { Clock } from '../clock.js';
import { ResamaniaConfigError, ResamaniaTenantError } from '../errors.js';
import { name as nameRule } from '../options/checks/rules.js';
import { resolveTenantOptions } from '../options/resolve-options.js';
import type { ResolvedOptions } from '../options/resolved-options.js';
import type { ResamaniaTenantOptions } from '../options/tenant-options.js';
import { TenantLoader } from './tenant-loader.js';
import { Tenant, type TenantChange, type TenantChangeListener } from './tenant.js';

const RENAMED = 'name: a tenant cannot be renamed: remove() it, and register() it under its new name';
/** How many names an error lists, at most. */
const MAX_NAMES_LISTED = 20;
/** How many removed names are remembered, at most, so that a later call can be told. */
const MAX_REMOVED = 1000;

/** All tenants with their secrets: the registered ones, and those that the `tenantProvider` loaded. */
export class TenantStore {
  readonly #options: ResolvedOptions;
  readonly #registered = new Map<string, Tenant>();
  readonly #removed = new LRUCache<string, true>({ max: MAX_REMOVED });
  readonly #loader: TenantLoader;
  readonly #listeners = new Set<TenantChangeListener>();
  /** The name that is meant when none is given; `false` where there never is one. */
  #default: string | false | undefined;

  constructor(options: ResolvedOptions, clock: Clock) {
    this.#options = options;
    this.#default = options.defaultTenant;
    this.#loader = new TenantLoader(options, clock, (change) => this.#tell(change));
    for (const tenant of options.tenants) this.#add(new Tenant(tenant));
  }

  /** The registered tenants, in the order of their registration. */
  registered(): Iterable<Tenant> {
    return this.#registered.values();
  }

  /** A tenant known now; marks one of the provider as used. */
  find(name: string): Tenant | undefined {
    return this.#registered.get(name) ?? this.#loader.find(name);
  }

  /**
   * Adds a tenant.
   * @param where - The call that its options came through: problems are told with it as their place.
   * @throws ResamaniaConfigError
   * @throws ResamaniaTenantError `duplicate_tenant`
   */
  register(source: ResamaniaTenantOptions, where: string): Tenant {
    return this.#add(this.#resolve(source, where));
  }

  /**
   * Changes a tenant; a field that is not given stays as it was.
   * @throws ResamaniaConfigError
   * @throws ResamaniaTenantError `unknown_tenant`, `tenant_removed`
   */
  update(name: string, changes: Partial<ResamaniaTenantOptions>): Tenant {
    if ((changes.name ?? name) !== name) throw new ResamaniaConfigError(`update("${name}")`, [RENAMED]);
    const previous = this.find(name);
    if (previous === undefined) throw this.unknown(name);
    const tenant = this.#resolve(previous.optionsWith({ ...changes, name }), `update("${name}")`);
    if (this.#registered.has(name)) this.#registered.set(name, tenant);
    else this.#loader.keep(tenant);
    this.#tell({ type: 'updated', tenant, previous });
    return tenant;
  }

  /** @returns whether there was one of that name */
  remove(name: string): boolean {
    const tenant = this.find(name);
    this.#loader.forget(name);
    if (tenant === undefined) return false;
    this.#registered.delete(name);
    this.#removed.set(name, true);
    this.#tell({ type: 'removed', tenant });
    return true;
  }

  /** The application has started: the only tenant that there is now stays the default, come and go who may. */
  keepDefault(): void {
    this.#default ??= this.#only();
  }

  /**
   * The name that is meant when none is given.
   * @throws ResamaniaTenantError `no_default_tenant`
   */
  defaultName(): string {
    const name = this.#default ?? this.#only();
    if (typeof name === 'string') return name;
    throw new ResamaniaTenantError('No tenant was named, and there is no default.', {
      code: 'no_default_tenant',
      remedy: `Name a tenant, or set \`defaultTenant\`. ${this.namesInWords()}`,
    });
  }

  /** Whether a name that is not known now might be loaded. */
  get canLoad(): boolean {
    return this.#options.tenantProvider !== undefined;
  }

  /**
   * A tenant by name, loaded if need be.
   * @throws ResamaniaTenantError `unknown_tenant`, `tenant_removed`, `tenant_load_failed`
   */
  async load(name: string): Promise<Tenant> {
    const known = this.find(name);
    if (known !== undefined) return known;
    // What no tenant can be named is neither asked for nor remembered, however long it is.
    const tenant = this.canLoad && nameRule(name) === undefined ? await this.#loader.load(name) : undefined;
    if (tenant === undefined) throw this.unknown(name);
    const meanwhile = this.find(name);
    if (meanwhile !== undefined) return meanwhile;
    this.#removed.delete(name);
    this.#loader.keep(tenant);
    this.#tell({ type: 'loaded', tenant });
    return tenant;
  }

  /** Asks the provider again for a tenant that it gave, and takes over what has changed. Never fails. */
  reload({ name }: Tenant): Promise<void> {
    return this.#registered.has(name) ? Promise.resolve() : this.#loader.reload(name);
  }

  /** Follows changes; returns how to stop. */
  onChange(listener: TenantChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The error for a name that leads to no tenant. */
  unknown(name: string): ResamaniaTenantError {
    const wasRemoved = this.#removed.get(name) === true;
    return new ResamaniaTenantError(wasRemoved ? 'was removed.' : 'is not known.', {
      code: wasRemoved ? 'tenant_removed' : 'unknown_tenant',
      tenant: name,
      remedy: `Register it, or check the name. ${this.namesInWords()}`,
    });
  }

  /** Names the registered tenants, a few of them if they are many. */
  namesInWords(): string {
    const names = [...this.#registered.keys()];
    if (names.length === 0) return 'No tenant is registered.';
    const listed = names.slice(0, MAX_NAMES_LISTED).join(', ');
    const more = names.length - MAX_NAMES_LISTED;
    return `Known: ${listed}${more > 0 ? ` and ${more} more` : ''}.`;
  }

  #only(): string | undefined {
    const [only] = this.#registered.keys();
    return this.#registered.size === 1 ? only : undefined;
  }

  #add(tenant: Tenant): Tenant {
    const { name } = tenant;
    if (this.#registered.has(name)) {
      throw new ResamaniaTenantError('is registered already.', {
        code: 'duplicate_tenant',
        tenant: name,
        remedy: 'Give each tenant a `name` of its own, or change this one with update().',
      });
    }
    this.#removed.delete(name);
    this.#loader.forget(name);
    this.#registered.set(name, tenant);
    this.#tell({ type: 'added', tenant });
    return tenant;
  }

  #resolve(source: ResamaniaTenantOptions, where: string): Tenant {
    return new Tenant(resolveTenantOptions(source, this.#options.tenantDefaults, where));
  }

  #tell(change: TenantChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
