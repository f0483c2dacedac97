import { checkOptions, checkTenant, valid } from './check-options.js';
import { normaliseBaseUrl } from './checks/base-url.js';
import { complete } from './checks/fields.js';
import { MODULE_FIELDS } from './option-table.js';
import type { ResolvedOptions, ResolvedTenantOptions, TenantDefaults } from './resolved-options.js';
import { TENANT_FIELDS } from './option-table.js';
import type { ResamaniaTenantOptions } from './tenant-options.js';

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

/**
 * One tenant's options, checked and completed. `where` begins the message: the call that the options were given to.
 * @throws ResamaniaConfigError that lists every problem, and no value
 */
export function resolveTenantOptions(
  raw: unknown,
  defaults: TenantDefaults,
  where: string,
): ResolvedTenantOptions {
  return completeTenant(valid(checkTenant(raw, defaults), where, 'tenant'), defaults);
}

/** A valid tenant with its defaults. Nothing in it is shared with what was given. */
export function completeTenant(
  tenant: ResamaniaTenantOptions,
  defaults: TenantDefaults,
): ResolvedTenantOptions {
  const { clientToken, clientId, clientSecret } = tenant;
  const apiBaseUrl =
    tenant.apiBaseUrl === undefined ? defaults.apiBaseUrl : normaliseBaseUrl(tenant.apiBaseUrl);
  if (apiBaseUrl === undefined) throw new TypeError('completeTenant() was given a tenant without a base URL');
  const tokenPath = (tenant.tokenPath ?? TENANT_FIELDS.tokenPath.default).replaceAll('{client_token}', () =>
    encodeURIComponent(clientToken),
  );
  const params = Object.freeze({ ...(tenant.params ?? TENANT_FIELDS.params.default) });
  return Object.freeze({
    name: tenant.name ?? clientToken,
    apiBaseUrl,
    tokenUrl: `${apiBaseUrl}${tokenPath}`,
    clientToken,
    clientId,
    clientSecret,
    apiKey: tenant.apiKey ?? defaults.apiKey,
    apiKeyHeader: tenant.apiKeyHeader ?? defaults.apiKeyHeader,
    scope: tenant.scope,
    clubId: tenant.clubId,
    networkNodeId: tenant.networkNodeId,
    renewWith: tenant.renewWith ?? TENANT_FIELDS.renewWith.default,
    params,
    source: Object.freeze({ ...tenant, params }),
  });
}
