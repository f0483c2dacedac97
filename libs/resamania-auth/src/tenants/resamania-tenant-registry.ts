import { Injectable } from '@nestjs/common';

import type { ResamaniaTenantOptions } from '../options/tenant-options.js';
import type { ResamaniaTenantInfo } from './tenant.js';
import { TenantStore } from './tenant-store.js';

/**
 * The tenants known: those of the options, those of feature modules, and those that come and go at run time.
 * Tenants of the `tenantProvider` are not listed; they are loaded when they are asked for.
 */
@Injectable()
export class ResamaniaTenantRegistry {
  // Private for good: the store holds secrets, and this object may be inspected.
  readonly #store: TenantStore;

  /** @internal Made by the module. */
  constructor(store: TenantStore) {
    this.#store = store;
  }

  /**
   * Adds a tenant. Its token is obtained in the background when `refresh.warmUp` is on.
   * @throws ResamaniaConfigError listing everything that is invalid
   * @throws ResamaniaTenantError `duplicate_tenant`
   */
  register(options: ResamaniaTenantOptions): ResamaniaTenantInfo {
    return this.#store.register(options, 'register()').info();
  }

  /**
   * Changes a tenant: fields given replace the old ones. After a mere change of secret or key the old token serves
   * until the new one is there. It also ends a waiting period.
   * @throws ResamaniaConfigError listing everything that is invalid, another `name` included; the tenant then stays
   * as it was
   * @throws ResamaniaTenantError `unknown_tenant`, `tenant_removed`
   */
  update(name: string, changes: Partial<Omit<ResamaniaTenantOptions, 'name'>>): ResamaniaTenantInfo {
    return this.#store.update(name, changes).info();
  }

  /**
   * Removes a tenant: its token is dropped, and whoever waits for one is told (`tenant_removed`). A tenant of the
   * `tenantProvider` is forgotten, and loaded anew when it is asked for again.
   * @returns whether there was one of that name
   */
  remove(name: string): boolean {
    return this.#store.remove(name);
  }

  /** Whether a tenant of that name is known now. Does not ask the `tenantProvider`. */
  has(name: string): boolean {
    return this.#store.find(name) !== undefined;
  }

  /** What is known of a tenant, without its secrets. Does not ask the `tenantProvider`. */
  get(name: string): ResamaniaTenantInfo | undefined {
    return this.#store.find(name)?.info();
  }

  /** The registered tenants, in the order of their registration, without their secrets. */
  list(): ResamaniaTenantInfo[] {
    return Array.from(this.#store.registered(), (tenant) => tenant.info());
  }
}
