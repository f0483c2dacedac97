import type { MODULE_FIELDS } from '../options/option-table.js';
import { TENANT_FIELDS } from '../options/option-table.js';

export const PREFIX = 'RESAMANIA_';

/** Longer names are refused, and so never printed: they are more likely keys that were pasted in the wrong place. */
const MAX_NAME_LENGTH = 30;

/** The names of the tenants. */
export const TENANTS = `${PREFIX}TENANTS`;

type AnyField = keyof typeof TENANT_FIELDS;

/** A field of a tenant that has a variable. */
export type TenantField = {
  [K in AnyField]: (typeof TENANT_FIELDS)[K] extends { variable: object } ? K : never;
}[AnyField];

export const VARIABLE_FIELDS = (Object.keys(TENANT_FIELDS) as AnyField[]).filter(
  (field): field is TenantField => 'variable' in TENANT_FIELDS[field],
);

/** The variables of the module's options. */
export const MODULE_VARIABLES = {
  apiBaseUrl: variableOf('apiBaseUrl'),
  apiKey: variableOf('apiKey'),
  apiKeyHeader: variableOf('apiKeyHeader'),
  defaultTenant: `${PREFIX}DEFAULT_TENANT`,
  allowInsecureHttp: `${PREFIX}ALLOW_INSECURE_HTTP`,
} satisfies Partial<Record<keyof typeof MODULE_FIELDS, string>>;

/** The variables without a tenant's name. */
export const PLAIN_VARIABLES: readonly string[] = [
  TENANTS,
  ...VARIABLE_FIELDS.map((field) => variableOf(field)),
  ...Object.values(MODULE_VARIABLES),
];

/** What is wrong with a variable. Never its value. */
export interface VariableProblem {
  readonly variable: string;
  readonly text: string;
}

/** `RESAMANIA_CLIENT_ID: not set, …` */
export function printVariableProblem({ variable, text }: VariableProblem): string {
  return `${variable}: ${text}`;
}

/** `RESAMANIA_CLIENT_ID`, or `RESAMANIA_ALPHA_CLIENT_ID` for the tenant `alpha`. */
export function variableOf(field: TenantField, tenant?: string): string {
  const prefix = tenant === undefined ? PREFIX : prefixOf(tenant);
  return `${prefix}${TENANT_FIELDS[field].variable.name}`;
}

/** The variable that a tenant's field comes from: its own, or where that is not set the one that serves each tenant. */
export function sourceOf(
  field: TenantField,
  tenant: string | undefined,
  isSet: (variable: string) => boolean,
): string {
  const own = variableOf(field, tenant);
  return isSet(own) || TENANT_FIELDS[field].variable.unprefixed === 'refused' ? own : variableOf(field);
}

/**
 * A text about options in words of the environment: their names become those of the variables that the values come from.
 * @param tenant - The prefix of the tenant's variables; `undefined` for the unprefixed ones.
 * @param env - To see which of its own variables it has.
 */
export function inVariablesOf(tenant: string | undefined, env: NodeJS.ProcessEnv): (text: string) => string {
  const set = (variable: string) =>
    [variable, fileVariable(variable)].find((name) => trimmedValue(env, name) !== undefined);
  const names = new Map<string, string>([
    ...Object.entries(MODULE_VARIABLES),
    ...VARIABLE_FIELDS.map((field): [string, string] => {
      const variable = sourceOf(field, tenant, (name) => set(name) !== undefined);
      return [field, set(variable) ?? variable];
    }),
  ]);
  const camelCase = [...names.keys()].filter((name) => /[A-Z]/.test(name)).join('|');
  // Without quotes only where no word of a sentence could be meant, and not as a placeholder: {clientToken}.
  const option = new RegExp(`\`([\\w.]+)\`|(?<![{\\w])(?:${camelCase})\\b`, 'g');
  return (text) => text.replaceAll(option, (found, quoted: string = found) => names.get(quoted) ?? quoted);
}

/** Whether a problem is about a tenant's own variables. A single tenant has all to itself. */
export function isAbout(tenant: string | undefined): (problem: VariableProblem) => boolean {
  if (tenant === undefined) return () => true;
  const own = VARIABLE_FIELDS.map((field) => variableOf(field, tenant));
  const variables = new Set([...own, ...own.map(fileVariable)]);
  return ({ variable }) => variables.has(variable);
}

/** How a tenant's variables begin: `RESAMANIA_CLUB_PARIS_` for `club-paris`. */
export function prefixOf(tenant: string): string {
  return `${PREFIX}${tenant.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}_`;
}

/** The variable that names a file to read the value from. */
export function fileVariable(variable: string): string {
  return `${variable}_FILE`;
}

/** A variable's value without white space around it; an empty variable counts as not set. */
export function trimmedValue(env: NodeJS.ProcessEnv, variable: string): string | undefined {
  const value = env[variable]?.trim();
  return value === '' ? undefined : value;
}

/** Whether a variable is one of ours: a plain one, or a tenant's whose name is not known. */
export function isResamaniaVariable(variable: string): boolean {
  const bare = variable.replace(/_FILE$/, '');
  if (PLAIN_VARIABLES.includes(bare)) return true;
  const isTenants = (field: TenantField) => bare.endsWith(`_${TENANT_FIELDS[field].variable.name}`);
  return bare.startsWith(PREFIX) && VARIABLE_FIELDS.some(isTenants);
}

/** Whether any variable of `RESAMANIA_…` that `loadEnvironment` reads is set. */
export function hasResamaniaEnvironment(env: NodeJS.ProcessEnv): boolean {
  return Object.keys(env).some(
    (variable) => isResamaniaVariable(variable) && trimmedValue(env, variable) !== undefined,
  );
}

/** The names in `RESAMANIA_TENANTS` that variables can begin with, and what is wrong with the others. */
export function checkTenantNames(list: string): { names: string[]; problems: VariableProblem[] } {
  const names: string[] = [];
  const flaws: string[] = [];
  const seen = new Map<string, number>();
  const entries = list.split(',').map((name) => name.trim());
  for (const [index, name] of entries.filter((entry) => entry !== '').entries()) {
    const flaw = nameFlaw(name) ?? collision(seen.get(prefixOf(name)), name);
    if (flaw === undefined) names.push(name);
    else flaws.push(`entry ${index + 1}: ${flaw}`);
    if (!seen.has(prefixOf(name))) seen.set(prefixOf(name), index);
  }
  if (seen.size === 0) flaws.push('expected names separated by commas');
  return { names, problems: flaws.map((text) => ({ variable: TENANTS, text })) };
}

function nameFlaw(name: string): string | undefined {
  if (/[;|]/.test(name)) return 'separate the names with commas';
  if (name.length > MAX_NAME_LENGTH || /[\p{C}\p{Zl}\p{Zp}]/u.test(name) || !/[a-z0-9]/i.test(name)) {
    return `expected a tenant name of at most ${MAX_NAME_LENGTH} visible characters, with a letter or digit`;
  }
  const taken = PLAIN_VARIABLES.find((variable) => `${variable}_`.startsWith(prefixOf(name)));
  return taken === undefined
    ? undefined
    : `expected another name, its variables would be mistaken for ${taken}`;
}

function collision(earlier: number | undefined, name: string): string | undefined {
  if (earlier === undefined) return undefined;
  return `expected a name of its own, entry ${earlier + 1} has the same variables ${prefixOf(name)}…`;
}
