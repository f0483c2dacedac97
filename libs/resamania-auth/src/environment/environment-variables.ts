import type { ResamaniaTenantOptions } from '../options/tenant-options.js';

const PREFIX = 'RESAMANIA_';

/** Longer names are refused, and so never printed: they are rather keys that were pasted in the wrong place. */
const MAX_NAME_LENGTH = 30;

/** The last part of the variable of each field of a tenant. */
export const TENANT_VARIABLES = {
  apiBaseUrl: 'API_URL',
  clientToken: 'CLIENT_TOKEN',
  clientId: 'CLIENT_ID',
  clientSecret: 'CLIENT_SECRET',
  apiKey: 'API_KEY',
  apiKeyHeader: 'API_KEY_HEADER',
  clubId: 'CLUB_ID',
  networkNodeId: 'NETWORK_NODE_ID',
  tokenPath: 'TOKEN_PATH',
  scope: 'SCOPE',
  renewWith: 'RENEW_WITH',
} as const satisfies Partial<Record<keyof ResamaniaTenantOptions, string>>;

export type TenantField = keyof typeof TENANT_VARIABLES;

/** The variables that stand for the whole module. */
export const TENANTS = `${PREFIX}TENANTS`;
export const DEFAULT_TENANT = `${PREFIX}DEFAULT_TENANT`;
export const ALLOW_INSECURE_HTTP = `${PREFIX}ALLOW_INSECURE_HTTP`;

/** What a tenant without its own value takes from the unprefixed variable… */
const SHARED_FIELDS: ReadonlySet<TenantField> = new Set(['apiBaseUrl', 'scope', 'tokenPath', 'renewWith']);

/** …and what it takes from the module's options, which have it from there. */
const INHERITED_FIELDS: ReadonlySet<TenantField> = new Set(['apiKey', 'apiKeyHeader']);

const PLAIN = [
  TENANTS,
  DEFAULT_TENANT,
  ALLOW_INSECURE_HTTP,
  ...Object.values(TENANT_VARIABLES).map((last) => `${PREFIX}${last}`),
];

/** `RESAMANIA_CLIENT_ID`, or `RESAMANIA_ALPHA_CLIENT_ID` for the tenant `alpha`. */
export function variableOf(field: TenantField, tenant?: string): string {
  return `${PREFIX}${tenant === undefined ? '' : `${prefixOf(tenant)}_`}${TENANT_VARIABLES[field]}`;
}

/** The variable that a tenant's field is read from: its own, or the unprefixed one where that stands in for it. */
export function readFrom(
  field: TenantField,
  tenant: string | undefined,
  isSet: (variable: string) => boolean,
): string {
  const own = variableOf(field, tenant);
  return isSet(own) || !SHARED_FIELDS.has(field) ? own : variableOf(field);
}

/** The variable to look at when a tenant's field is wrong: its own, or the unprefixed one where only that can be meant. */
export function sourceOf(
  field: TenantField,
  tenant: string | undefined,
  isSet: (variable: string) => boolean,
): string {
  const from = readFrom(field, tenant, isSet);
  return INHERITED_FIELDS.has(field) && !isSet(from) ? variableOf(field) : from;
}

/** A tenant's name as it stands in variables: `club-paris` is `CLUB_PARIS`. */
export function prefixOf(tenant: string): string {
  return tenant.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
}

/** Whether a variable is one of ours: a plain one, or a tenant's whose name is not known. */
export function isResamaniaVariable(variable: string): boolean {
  const bare = variable.replace(/_FILE$/, '');
  if (PLAIN.includes(bare)) return true;
  return bare.startsWith(PREFIX) && Object.values(TENANT_VARIABLES).some((last) => bare.endsWith(`_${last}`));
}

/** The names in `RESAMANIA_TENANTS` that can stand in variables, and what is wrong with the others. */
export function checkTenantNames(list: string): { names: string[]; problems: string[] } {
  const names: string[] = [];
  const problems: string[] = [];
  const seen = new Map<string, number>();
  const entries = list.split(',').map((name) => name.trim());
  for (const [index, name] of entries.filter((entry) => entry !== '').entries()) {
    const flaw = nameFlaw(name) ?? collision(seen.get(prefixOf(name)), name);
    if (flaw === undefined) names.push(name);
    else problems.push(`${TENANTS}: entry ${index + 1}: ${flaw}`);
    if (!seen.has(prefixOf(name))) seen.set(prefixOf(name), index);
  }
  if (seen.size === 0) problems.push(`${TENANTS}: expected names separated by commas`);
  return { names, problems };
}

function nameFlaw(name: string): string | undefined {
  if (name.length > MAX_NAME_LENGTH || /[\p{C}\p{Zl}\p{Zp}]/u.test(name) || !/[a-z0-9]/i.test(name)) {
    return `expected a tenant name of at most ${MAX_NAME_LENGTH} visible characters, with a letter or digit`;
  }
  const start = `${PREFIX}${prefixOf(name)}`;
  const taken = PLAIN.find((variable) => variable === start || variable.startsWith(`${start}_`));
  return taken === undefined
    ? undefined
    : `expected another name, its variables would be mistaken for ${taken}`;
}

function collision(earlier: number | undefined, name: string): string | undefined {
  if (earlier === undefined) return undefined;
  return `expected a name of its own, entry ${earlier + 1} has the same variables ${PREFIX}${prefixOf(name)}_…`;
}
