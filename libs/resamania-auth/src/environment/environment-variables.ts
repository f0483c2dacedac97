import { TENANT_FIELDS } from '../options/tenant-fields.js';

const PREFIX = 'RESAMANIA_';

/** The variables of the whole module. */
export const TENANTS = `${PREFIX}TENANTS`;
export const DEFAULT_TENANT = `${PREFIX}DEFAULT_TENANT`;
export const ALLOW_INSECURE_HTTP = `${PREFIX}ALLOW_INSECURE_HTTP`;

type AnyField = keyof typeof TENANT_FIELDS;

/** A field of a tenant that has a variable. */
export type TenantField = {
  [K in AnyField]: (typeof TENANT_FIELDS)[K] extends { variable: object } ? K : never;
}[AnyField];

export const VARIABLE_FIELDS = (Object.keys(TENANT_FIELDS) as AnyField[]).filter(
  (field): field is TenantField => 'variable' in TENANT_FIELDS[field],
);

/** The variables without a tenant's name. */
export const PLAIN_VARIABLES: readonly string[] = [
  TENANTS,
  DEFAULT_TENANT,
  ALLOW_INSECURE_HTTP,
  ...VARIABLE_FIELDS.map((field) => variableOf(field)),
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
  return isSet(own) || TENANT_FIELDS[field].variable.unprefixed === 'nothing' ? own : variableOf(field);
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
