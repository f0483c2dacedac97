import { ResamaniaConfigError } from '../errors/resamania-auth.error.js';
import { baseUrlFlaw, normaliseBaseUrl } from './base-url.js';
import { check, loose, type Loose } from './check.js';
import {
  DEFAULT_ON_DEMAND,
  DEFAULT_REFRESH,
  DEFAULT_RETRY_ON_401,
  DEFAULT_TOKEN_REQUEST,
} from './defaults.js';
import { duplicateNames } from './duplicate-names.js';
import { policyProblems } from './policy-problems.js';
import { printProblem, type Problem } from './problem.js';
import { checkTenant, completeTenant } from './resolve-tenant-options.js';
import type { RefreshPolicy, ResolvedOptions, TenantDefaults } from './resolved-options.js';
import { optionsSchema, type ValidOptions, type ValidTenantOptions } from './schema.js';
import { insecureProblem, type Inherited } from './tenant-problems.js';

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

/** Every problem of the module's options and of each tenant in them. */
export function checkOptions(raw: unknown): {
  value?: ValidOptions;
  tenants: ValidTenantOptions[];
  problems: readonly Problem[];
} {
  const { value, problems } = check(optionsSchema, raw);
  if (problems.some(({ path }) => path.length === 0)) return { tenants: [], problems };
  const options = loose(raw);
  const { tenants, problems: tenantProblems } = checkTenants(options);
  const { apiBaseUrl, allowInsecureHttp } = options as { apiBaseUrl?: unknown; allowInsecureHttp?: unknown };
  const all = [
    ...problems,
    ...insecureProblem(apiBaseUrl, allowInsecureHttp === true),
    ...policyProblems(options),
    ...tenantProblems,
  ];
  return value === undefined ? { tenants, problems: all } : { value, tenants, problems: all };
}

function checkTenants(options: Loose): { tenants: ValidTenantOptions[]; problems: Problem[] } {
  const given: unknown = options['tenants'];
  if (!Array.isArray(given)) return { tenants: [], problems: [] };
  const inherited = inheritedFrom(options);
  const tenants: ValidTenantOptions[] = [];
  const problems: Problem[] = [];
  for (const [index, raw] of given.entries()) {
    const { value, problems: own } = checkTenant(raw, inherited);
    if (value !== undefined) tenants.push(value);
    for (const { path, text } of own) problems.push({ path: ['tenants', index, ...path], text });
  }
  for (const problem of duplicateNames(given)) problems.push(problem);
  return { tenants, problems };
}

function inheritedFrom({ apiBaseUrl: url, allowInsecureHttp }: Loose): Inherited {
  const usable = typeof url === 'string' && baseUrlFlaw(url) === undefined;
  const absent = url === undefined ? 'none' : 'unusable';
  return { apiBaseUrl: usable ? { url } : absent, allowInsecureHttp: allowInsecureHttp === true };
}

function complete(options: ValidOptions, tenants: readonly ValidTenantOptions[]): ResolvedOptions {
  const { apiBaseUrl, apiKey, allowInsecureHttp = false } = options;
  const tenantDefaults: TenantDefaults = Object.freeze({
    apiBaseUrl: apiBaseUrl === undefined ? undefined : normaliseBaseUrl(apiBaseUrl),
    apiKey,
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
