import { checkOptions, valid } from './check-options.js';
import { normaliseBaseUrl } from './checks/base-url.js';
import { complete } from './checks/fields.js';
import { MODULE_FIELDS } from './module-fields.js';
import { completeTenant } from './resolve-tenant-options.js';
import type { ResolvedOptions, TenantDefaults } from './resolved-options.js';

export { resolveTenantOptions } from './resolve-tenant-options.js';

/**
 * The module's options, checked and completed. The one way in, for `forRoot()` and `forRootAsync()` alike.
 * @throws ResamaniaConfigError that lists every problem, and no value
 */
export function resolveOptions(raw: unknown): ResolvedOptions {
  const options = valid(checkOptions(raw), 'Options of ResamaniaAuthModule', 'options');
  const completed = complete(MODULE_FIELDS, options);
  const { apiBaseUrl, apiKey, apiKeyHeader, allowInsecureHttp, tenants, ...rest } = completed;
  const tenantDefaults: TenantDefaults = Object.freeze({
    apiBaseUrl: apiBaseUrl === undefined ? undefined : normaliseBaseUrl(apiBaseUrl),
    apiKey,
    apiKeyHeader,
    allowInsecureHttp,
  });
  return Object.freeze({
    ...rest,
    tenantDefaults,
    tenants: Object.freeze(tenants.map((tenant) => completeTenant(tenant, tenantDefaults))),
  });
}
