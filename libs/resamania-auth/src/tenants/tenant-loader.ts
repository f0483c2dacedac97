import { LRUCache } from 'lru-cache';

import { ResamaniaAuthError, ResamaniaConfigError, ResamaniaTenantError } from '../errors.js';
import { resolveTenantOptions } from '../options/resolve-options.js';
import type { ResolvedOptions } from '../options/resolved-options.js';
import type { ResamaniaTenantOptions } from '../options/tenant-options.js';
import { Tenant } from './tenant.js';

/** How many names that the provider does not know are remembered, at most. */
const MAX_MISSES = 10_000;

/** Loads tenants through the `tenantProvider`: concurrent calls for one name once, misses remembered for a while. */
export class TenantLoader {
  readonly #loads = new Map<string, Promise<Tenant | undefined>>();
  readonly #options: Pick<ResolvedOptions, 'tenantProvider' | 'tenantDefaults'>;
  readonly #misses: LRUCache<string, true>;

  constructor(
    options: Pick<ResolvedOptions, 'tenantProvider' | 'tenantDefaults' | 'onDemand'>,
    now: () => number,
  ) {
    this.#options = options;
    this.#misses = new LRUCache({
      max: MAX_MISSES,
      ttl: options.onDemand.missTtlMs,
      perf: { now },
      ttlResolution: 0,
    });
  }

  get isAvailable(): boolean {
    return this.#options.tenantProvider !== undefined;
  }

  /**
   * The tenant of that name; `undefined` where there is none.
   * @throws ResamaniaTenantError `tenant_load_failed` when the provider throws
   * @throws ResamaniaConfigError when what it returns is invalid
   */
  load(name: string): Promise<Tenant | undefined> {
    if (this.#misses.get(name) === true) return Promise.resolve(undefined);
    const running = this.#loads.get(name);
    if (running !== undefined) return running;
    const load = this.#load(name).finally(() => {
      if (this.#loads.get(name) === load) this.#loads.delete(name);
    });
    this.#loads.set(name, load);
    return load;
  }

  /** Forgets what is known of a name, a load under way included. */
  forget(name: string): void {
    this.#misses.delete(name);
    this.#loads.delete(name);
  }

  async #load(name: string): Promise<Tenant | undefined> {
    const found = await this.#ask(name);
    if (found === undefined || found === null) {
      this.#misses.set(name, true);
      return undefined;
    }
    return this.#read(found, name);
  }

  /** @throws ResamaniaConfigError that names the tenant, and what in its row is no option of a tenant */
  #read(row: ResamaniaTenantOptions, name: string): Tenant {
    // A database says null for what is not set.
    const given = Object.entries(row).filter(([, value]) => value !== null);
    const source = typeof row === 'object' ? { ...Object.fromEntries(given), name } : row;
    const where = 'what tenantProvider() returned';
    try {
      return new Tenant(resolveTenantOptions(source, this.#options.tenantDefaults, where));
    } catch (error) {
      throw error instanceof ResamaniaConfigError
        ? new ResamaniaConfigError(where, error.problems, name)
        : error;
    }
  }

  async #ask(name: string): Promise<ResamaniaTenantOptions | undefined> {
    try {
      return await this.#options.tenantProvider?.(name);
    } catch (error) {
      if (error instanceof ResamaniaAuthError) throw error;
      throw new ResamaniaTenantError(
        'the tenantProvider threw.',
        {
          code: 'tenant_load_failed',
          tenant: name,
          remedy:
            'See the cause of this error, and make sure that the provider returns undefined for unknown names.',
        },
        { cause: error },
      );
    }
  }
}
