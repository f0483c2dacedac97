import type { ObservedTenant } from '../telemetry/telemetry.js';
import type { TokenCaches } from './token-caches.js';

/** The tenants of these caches, for telemetry. Principals are left out. */
export function* observedTenants(caches: TokenCaches): Iterable<ObservedTenant> {
  for (const cache of caches.all()) {
    if (cache.principal !== undefined) continue;
    const { tenant: name, state, limits } = cache.status();
    yield {
      name,
      state,
      // Made when it is asked for: most tenants report no quota.
      get serverAddress() {
        return cache.tenant.server.serverAddress;
      },
      quota: limits?.quota,
    };
  }
}
