import { ResamaniaConfigError } from '../errors.js';
import { normaliseBaseUrl } from './checks/base-url.js';
import { check } from './checks/check.js';
import { DEFAULT_RENEW_WITH, DEFAULT_TOKEN_PATH } from './defaults.js';
import { printProblem, type Problem } from './checks/problem.js';
import type { ResolvedTenantOptions, TenantDefaults } from './resolved-options.js';
import { tenantSchema, type ValidTenantOptions } from './schema.js';
import type { ResamaniaTenantOptions } from './tenant-options.js';
import { type Inherited, tenantProblems } from './checks/tenant-problems.js';

/**
 * One tenant's options, checked and completed. `where` begins the message: the call that the options came through.
 * @throws ResamaniaConfigError that lists every problem, and no value
 */
export function resolveTenantOptions(
  raw: unknown,
  defaults: TenantDefaults,
  where: string,
): ResolvedTenantOptions {
  const { apiBaseUrl: url, allowInsecureHttp } = defaults;
  const inherited: Inherited = { apiBaseUrl: url === undefined ? 'none' : { url }, allowInsecureHttp };
  const { value, problems } = checkTenant(raw, inherited);
  if (value !== undefined) return completeTenant(value, defaults);
  throw new ResamaniaConfigError(
    where,
    problems.map((problem) => printProblem(problem, 'tenant')),
  );
}

/** Every problem of one tenant, or the tenant itself. */
export function checkTenant(
  raw: unknown,
  inherited: Inherited,
): { value?: ValidTenantOptions; problems: readonly Problem[] } {
  const { value, problems } = check(tenantSchema, raw);
  if (problems.some(({ path }) => path.length === 0)) return { problems };
  const all = [...problems, ...tenantProblems(raw, inherited)];
  return value === undefined || all.length > 0 ? { problems: all } : { value, problems: all };
}

/** A valid tenant with its defaults. Nothing in it is shared with what was given. */
export function completeTenant(tenant: ValidTenantOptions, defaults: TenantDefaults): ResolvedTenantOptions {
  const { clientToken, clientId, clientSecret } = tenant;
  const apiBaseUrl =
    tenant.apiBaseUrl === undefined ? defaults.apiBaseUrl : normaliseBaseUrl(tenant.apiBaseUrl);
  if (apiBaseUrl === undefined) throw new TypeError('completeTenant() was given a tenant without a base URL');
  const params = Object.freeze({ ...tenant.params });
  return Object.freeze({
    name: tenant.name ?? clientToken,
    apiBaseUrl,
    tokenUrl: `${apiBaseUrl}${tokenPathOf(tenant)}`,
    clientToken,
    clientId,
    clientSecret,
    apiKey: tenant.apiKey ?? defaults.apiKey,
    apiKeyHeader: tenant.apiKeyHeader ?? defaults.apiKeyHeader,
    scope: tenant.scope,
    clubId: tenant.clubId,
    networkNodeId: tenant.networkNodeId,
    renewWith: tenant.renewWith ?? DEFAULT_RENEW_WITH,
    params,
    source: Object.freeze({ ...tenant, params }) as ResamaniaTenantOptions,
  });
}

function tokenPathOf({ tokenPath, clientToken }: ValidTenantOptions): string {
  return (tokenPath ?? DEFAULT_TOKEN_PATH).replaceAll('{client_token}', () =>
    encodeURIComponent(clientToken),
  );
}
