import { ResamaniaConfigError } from '../errors.js';
import { baseUrlProblems, type Inherited, insecureProblems, normaliseBaseUrl } from './checks/base-url.js';
import { type ContextCollection, contextIriFlaw } from './checks/context-iri.js';
import { check, complete, type Fields, loose, type Loose, relationProblems, WRONG } from './checks/fields.js';
import { printPath, printProblem, type Problem } from './checks/problem.js';
import type { OptionHomes } from './checks/unknown-keys.js';
import { DEFAULTS, MODULE_FIELDS, MODULE_RELATIONS, TENANT_FIELDS } from './option-table.js';
import type { ResamaniaAuthOptions } from './resamania-auth-options.js';
import type { ResolvedOptions, ResolvedTenantOptions, TenantDefaults } from './resolved-options.js';
import type { ResamaniaTenantOptions } from './tenant-options.js';

/**
 * The module's options, checked and completed. The one way in, for `forRoot()` and `forRootAsync()` alike.
 * @throws ResamaniaConfigError that lists every problem, and no value
 */
export function resolveOptions(raw: unknown): ResolvedOptions {
  const options = valid<ResamaniaAuthOptions>(checkOptions(raw), 'Options of ResamaniaAuthModule', 'options');
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
  const tenant = valid<ResamaniaTenantOptions>(tenantValues(raw, defaults), where, 'tenant');
  return completeTenant(tenant, defaults);
}

/** A valid tenant with its defaults. Nothing in it is shared with what was given. */
function completeTenant(tenant: ResamaniaTenantOptions, defaults: TenantDefaults): ResolvedTenantOptions {
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

/** What a check makes of a value: a copy of it, and its problems. */
type Checked = ReturnType<typeof check>;

/** The table that each option belongs to; of two of the same name, the later one counts. */
const HOMES: OptionHomes = new Map([
  ...homes(MODULE_FIELDS.http.fields, 'http'),
  ...homes(MODULE_FIELDS.onDemand.fields, 'onDemand'),
  ...homes(MODULE_FIELDS.tokenRequest.fields, 'tokenRequest'),
  ...homes(MODULE_FIELDS.refresh.fields, 'refresh'),
  ...homes(TENANT_FIELDS, 'a tenant'),
  ...homes(MODULE_FIELDS, "the module's options"),
]);

/** The module's options, those of each tenant included. */
export function checkOptions(raw: unknown): Checked {
  const { value, problems } = check(raw, MODULE_FIELDS, HOMES);
  if (value === WRONG) return { value, problems };
  const { apiBaseUrl, allowInsecureHttp, tenants } = value;
  const inherited = { apiBaseUrl, allowInsecureHttp: allowInsecureHttp === true };
  problems.push(
    ...insecureProblems(apiBaseUrl, inherited.allowInsecureHttp),
    ...relationProblems(MODULE_RELATIONS, value, DEFAULTS),
  );
  const checked = Array.from(Array.isArray(tenants) ? tenants : [], (tenant) =>
    tenantValues(tenant, inherited),
  );
  for (const [index, { problems: own }] of checked.entries()) {
    for (const { path, text } of own) problems.push({ path: ['tenants', index, ...path], text });
  }
  const copies = checked.map((tenant) => tenant.value);
  for (const problem of duplicateNames(copies)) problems.push(problem);
  return { value: { ...value, tenants: copies }, problems };
}

/**
 * The one place where a value is taken for what its table says.
 * @throws ResamaniaConfigError that lists every problem, and no value
 */
function valid<T>({ value, problems }: Checked, where: string, root: string): T {
  if (problems.length === 0) return value as T;
  throw new ResamaniaConfigError(
    where,
    problems.map((problem) => printProblem(problem, root)),
  );
}

/** One tenant's options, and what is wrong with them. */
function tenantValues(raw: unknown, inherited: Inherited): Checked {
  const { value, problems } = check(raw, TENANT_FIELDS, HOMES);
  if (value === WRONG) return { value, problems };
  problems.push(
    ...baseUrlProblems(value, inherited),
    ...iriProblems(value, 'clubId', 'clubs'),
    ...iriProblems(value, 'networkNodeId', 'network_nodes'),
  );
  return { value, problems };
}

function iriProblems(tenant: Loose, field: string, collection: ContextCollection): Problem[] {
  const { [field]: value, clientToken } = tenant;
  if (value === undefined) return [];
  const owner = typeof clientToken === 'string' ? clientToken : undefined;
  const text = contextIriFlaw(value, collection, owner);
  return text === undefined ? [] : [{ path: [field], text }];
}

/** Tenants that come after another one of the same name, be it given or the `clientToken`. */
function duplicateNames(tenants: readonly unknown[]): Problem[] {
  const seen = new Map<unknown, string>();
  const problems: Problem[] = [];
  for (const [index, tenant] of tenants.entries()) {
    const { name, clientToken } = loose(tenant);
    const path = ['tenants', index, name === undefined ? 'clientToken' : 'name'];
    const own = name ?? clientToken;
    const first = seen.get(own);
    if (first !== undefined)
      problems.push({ path, text: `expected a name of its own, ${first} is the same` });
    else if (typeof own === 'string') seen.set(own, printPath(path));
  }
  return problems;
}

function homes(fields: Fields, home: string): [string, string][] {
  return Object.keys(fields).map((key) => [key, home]);
}
