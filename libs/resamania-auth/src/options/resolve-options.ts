import { ResamaniaConfigError } from '../errors.js';
import { normaliseBaseUrl } from './checks/base-url.js';
import { checkOptions } from './check-options.js';
import {
  DEFAULT_API_KEY_HEADER,
  DEFAULT_HTTP,
  DEFAULT_ON_DEMAND,
  DEFAULT_QUOTA_WARNING_SHARE,
  DEFAULT_REFRESH,
  DEFAULT_RETRY_ON_401,
  DEFAULT_TOKEN_REQUEST,
} from './defaults.js';
import { printProblem } from './checks/problem.js';
import { completeTenant } from './resolve-tenant-options.js';
import type { RefreshPolicy, ResolvedOptions, TenantDefaults } from './resolved-options.js';
import type { ValidOptions, ValidTenantOptions } from './schema.js';

export { resolveTenantOptions } from './resolve-tenant-options.js';

/**
 * The module's options, checked and completed. The one way in, for `forRoot()` and `forRootAsync()` alike.
 * @throws ResamaniaConfigError that lists every problem, and no value
 */
export function resolveOptions(raw: unknown): ResolvedOptions {
  const { value, tenants, problems } = checkOptions(raw);
  if (value !== undefined && problems.length === 0) return complete(value, tenants);
  throw new ResamaniaConfigError(
    'Options of ResamaniaAuthModule',
    problems.map((problem) => printProblem(problem, 'options')),
  );
}

function complete(options: ValidOptions, tenants: readonly ValidTenantOptions[]): ResolvedOptions {
  const { apiBaseUrl, apiKey, apiKeyHeader = DEFAULT_API_KEY_HEADER, allowInsecureHttp = false } = options;
  const tenantDefaults: TenantDefaults = Object.freeze({
    apiBaseUrl: apiBaseUrl === undefined ? undefined : normaliseBaseUrl(apiBaseUrl),
    apiKey,
    apiKeyHeader,
    allowInsecureHttp,
  });
  return Object.freeze({
    tenants: Object.freeze(tenants.map((tenant) => completeTenant(tenant, tenantDefaults))),
    tenantDefaults,
    tenantProvider: options.tenantProvider,
    defaultTenant: options.defaultTenant,
    refresh: completeRefresh(options.refresh ?? {}),
    tokenRequest: Object.freeze(overlay(DEFAULT_TOKEN_REQUEST, options.tokenRequest)),
    onDemand: Object.freeze(overlay(DEFAULT_ON_DEMAND, options.onDemand)),
    retryOn401: options.retryOn401 ?? DEFAULT_RETRY_ON_401,
    http: Object.freeze(overlay(DEFAULT_HTTP, options.http)),
    quotaWarningShare: options.quotaWarningShare ?? DEFAULT_QUOTA_WARNING_SHARE,
  });
}

type Given<T> = { readonly [K in keyof T]?: T[K] | undefined };

function completeRefresh({
  lead,
  jitter,
  margin,
  ...flags
}: NonNullable<ValidOptions['refresh']>): RefreshPolicy {
  return Object.freeze({
    ...overlay(DEFAULT_REFRESH, flags),
    lead: Object.freeze(overlay(DEFAULT_REFRESH.lead, lead)),
    jitter: Object.freeze(overlay(DEFAULT_REFRESH.jitter, jitter)),
    margin: Object.freeze(overlay(DEFAULT_REFRESH.margin, margin)),
  });
}

/** The defaults with what was given over them; `undefined` counts as not given. */
function overlay<T extends object>(defaults: T, given: Given<T> = {}): T {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...(Object.fromEntries(set) as Partial<T>) };
}
