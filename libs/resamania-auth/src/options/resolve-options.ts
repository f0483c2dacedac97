import { ResamaniaConfigError } from '../errors.js';
import { checkOptions } from './check-options.js';
import { normaliseBaseUrl } from './checks/base-url.js';
import { complete } from './checks/fields.js';
import { printProblem } from './checks/problem.js';
import { MODULE_FIELDS } from './module-fields.js';
import { completeTenant } from './resolve-tenant-options.js';
import type { ResolvedOptions, TenantDefaults } from './resolved-options.js';

export { resolveTenantOptions } from './resolve-tenant-options.js';

/**
 * The module's options, checked and completed. The one way in, for `forRoot()` and `forRootAsync()` alike.
 * @throws ResamaniaConfigError that lists every problem, and no value
 */
export function resolveOptions(raw: unknown): ResolvedOptions {
  const { value, problems } = checkOptions(raw);
  if (value === undefined) {
    throw new ResamaniaConfigError(
      'Options of ResamaniaAuthModule',
      problems.map((problem) => printProblem(problem, 'options')),
    );
  }
  const { apiBaseUrl, apiKey, apiKeyHeader, allowInsecureHttp, tenants, ...rest } = complete(
    MODULE_FIELDS,
    value,
  );
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
