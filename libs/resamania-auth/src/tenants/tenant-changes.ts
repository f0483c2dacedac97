import type { Tenant } from './tenant.js';

/**
 * What happens to the tenants of a registry. `loaded` and `evicted` are the tenants that a `tenantProvider` gave:
 * they come with use and go when the bounded cache is full.
 */
export type TenantChange =
  | { readonly type: 'added' | 'removed' | 'loaded' | 'evicted'; readonly tenant: Tenant }
  | { readonly type: 'updated'; readonly tenant: Tenant; readonly previous: Tenant };

/** Follows the tenants of a registry. Must not throw. */
export type TenantChangeListener = (change: TenantChange) => void;
