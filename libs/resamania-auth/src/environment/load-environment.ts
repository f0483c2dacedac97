import { ResamaniaConfigError } from '../errors.js';
import { objectFlaw } from '../options/checks/fields.js';
import { printPath } from '../options/checks/problem.js';
import { checkOptions } from '../options/resolve-options.js';
import type { ResamaniaAuthOptions } from '../options/resamania-auth-options.js';
import { TENANT_FIELDS } from '../options/option-table.js';
import { EnvironmentReader, type ReadFile } from './environment-reader.js';
import {
  checkTenantNames,
  inVariablesOf,
  isAbout,
  MODULE_VARIABLES,
  printVariableProblem,
  sourceOf,
  type TenantField,
  TENANTS,
  VARIABLE_FIELDS,
  variableOf,
  type VariableProblem,
} from './environment-variables.js';
import { withSealedSecrets } from './sealed-secrets.js';
import { unknownVariables } from './unknown-variables.js';

/** One tenant of the environment, apart from the others. */
export interface TenantEnvironment {
  /** Its name; `undefined` for a single tenant whose client token is missing or wrong. */
  readonly name: string | undefined;
  /** The prefix of its variables, as `variableOf` takes it; `undefined` for the unprefixed ones. */
  readonly variablesOf: string | undefined;
  /** The module's options with this tenant alone; `undefined` where there are problems, own or general. */
  readonly options: ResamaniaAuthOptions | undefined;
  /** What is wrong with its own variables. */
  readonly problems: readonly VariableProblem[];
}

/** The environment, tenant by tenant. An application would not start with any of the problems. */
export interface EnvironmentByTenant {
  readonly tenants: readonly TenantEnvironment[];
  /** What is wrong with the variables that apply to all tenants. */
  readonly general: readonly VariableProblem[];
}

/** Options as they were read. They are valid where there are no problems. */
type Draft = Record<string, unknown>;

const IN_CODE = 'Environment variables and the options given beside them';

const IN_BOTH =
  'expected tenants here or in the environment, found both: ' +
  'remove them here, or give them to ResamaniaAuthModule.forFeature()';

/**
 * Reads the environment once. The `options` are those of all tenants, valid where there are no problems.
 * @param code - Options given in code. They win over variables that set the same.
 */
export function environmentByTenant(
  env: NodeJS.ProcessEnv,
  readFile: ReadFile,
  code: Draft = {},
): EnvironmentByTenant & { readonly options: ResamaniaAuthOptions } {
  const reader = new EnvironmentReader(env, readFile);
  const names = tenantNames(reader, code);
  const module = { ...readModule(reader), ...code };
  const drafts = names.map((name) => readTenant(reader, name, code));
  const optionsWith = (tenants: readonly Draft[]) =>
    ({ tenants, ...module }) as unknown as ResamaniaAuthOptions;
  const wrong = valueProblems(env, reader, names, optionsWith(drafts), code);
  const isNamed = names.length > 0 && (code['tenants'] ?? code['tenantProvider']) === undefined;
  const unknown = isNamed && !reader.hasProblem(TENANTS) ? unknownVariables(env, names) : [];
  const problems = unique([...reader.problems, ...unknown, ...wrong]);
  const owned = names.map((name) => problems.filter(isAbout(name)));
  const general = problems.filter((problem) => !owned.some((own) => own.includes(problem)));
  const tenants = drafts.map((draft, index): TenantEnvironment => {
    const own = owned[index] ?? [];
    const options = own.length + general.length > 0 ? undefined : optionsWith([draft]);
    return { name: names[index] ?? clientTokenOf(draft), variablesOf: names[index], options, problems: own };
  });
  return { tenants, general, options: optionsWith(drafts) };
}

/**
 * Without `RESAMANIA_TENANTS` a single tenant of no name; none where that variable cannot be read, or where code brings
 * the tenants and the environment says nothing of one.
 */
function tenantNames(reader: EnvironmentReader, code: Draft): (string | undefined)[] {
  const list = reader.text(TENANTS);
  const ofOne = VARIABLE_FIELDS.filter((field) => TENANT_FIELDS[field].variable.unprefixed === 'refused')
    .map((field) => variableOf(field))
    .filter((variable) => reader.isSet(variable));
  if (code['tenants'] !== undefined && (list ?? ofOne[0]) !== undefined)
    reader.problems.push({ variable: 'tenants', text: IN_BOTH });
  if (list === undefined) {
    const isNone = ofOne.length === 0 && (code['tenants'] ?? code['tenantProvider']) !== undefined;
    return isNone || reader.problems.length > 0 ? [] : [undefined];
  }
  const { names, problems } = checkTenantNames(list);
  // Ignoring them in silence would send API calls for another club than the one that somebody set.
  const text = `not used beside ${TENANTS}, remove it or set each tenant's own`;
  reader.problems.push(...problems, ...ofOne.map((variable) => ({ variable, text })));
  return names;
}

function readModule(reader: EnvironmentReader): Draft {
  return definedOnly({
    apiBaseUrl: read(reader, 'apiBaseUrl', MODULE_VARIABLES.apiBaseUrl),
    apiKey: read(reader, 'apiKey', MODULE_VARIABLES.apiKey),
    apiKeyHeader: read(reader, 'apiKeyHeader', MODULE_VARIABLES.apiKeyHeader),
    defaultTenant: reader.text(MODULE_VARIABLES.defaultTenant),
    allowInsecureHttp: reader.flag(MODULE_VARIABLES.allowInsecureHttp),
  });
}

function readTenant(reader: EnvironmentReader, tenant: string | undefined, code: Draft): Draft {
  const fields = VARIABLE_FIELDS.map((field): [string, unknown] => {
    const { unprefixed, example } = TENANT_FIELDS[field].variable;
    // The module's options have it already.
    if (unprefixed === 'of the module' && tenant === undefined) return [field, undefined];
    const variable = variableFor(reader, field, tenant);
    if (variable === MODULE_VARIABLES.apiBaseUrl && code['apiBaseUrl'] !== undefined)
      return [field, undefined];
    const value = read(reader, field, variable) ?? (field === 'clientToken' ? tenant : undefined);
    if (value === undefined && example !== undefined && !reader.isSet(variable)) {
      reader.problems.push({ variable, text: `not set, for example ${example(variable)}` });
    }
    return [field, value];
  });
  return definedOnly({ name: tenant, ...Object.fromEntries(fields) });
}

/** The variable that a tenant's field is read from. What the module's options hold is not read again for each tenant. */
function variableFor(reader: EnvironmentReader, field: TenantField, tenant: string | undefined): string {
  const isModules = TENANT_FIELDS[field].variable.unprefixed === 'of the module';
  return isModules ? variableOf(field, tenant) : sourceOf(field, tenant, (name) => reader.isSet(name));
}

function read(reader: EnvironmentReader, field: TenantField, variable: string): unknown {
  const { secretFlaw } = TENANT_FIELDS[field].variable;
  return secretFlaw === undefined ? reader.text(variable) : reader.secret(variable, secretFlaw);
}

/** What the rules of the options say, where the reader has not said something of the variable already. */
function valueProblems(
  env: NodeJS.ProcessEnv,
  reader: EnvironmentReader,
  names: readonly (string | undefined)[],
  options: unknown,
  code: Draft,
): VariableProblem[] {
  return checkOptions(options).problems.flatMap(({ path, text }) => {
    const [option, index, field] = path;
    if (Object.hasOwn(code, String(option))) return [{ variable: printPath(path), text }];
    const variable =
      option === 'tenants'
        ? variableFor(reader, field as TenantField, names[Number(index)])
        : MODULE_VARIABLES[option as keyof typeof MODULE_VARIABLES];
    if (reader.hasProblem(variable)) return [];
    return [{ variable, text: inVariablesOf(names[Number(index)], env)(text) }];
  });
}

/** A variable that applies to several tenants is wrong for each of them in the same way. */
function unique(problems: readonly VariableProblem[]): VariableProblem[] {
  return [...new Map(problems.map((problem) => [printVariableProblem(problem), problem])).values()];
}

function clientTokenOf({ clientToken }: Draft): string | undefined {
  return TENANT_FIELDS.clientToken.rule(clientToken) === undefined ? String(clientToken) : undefined;
}

function definedOnly(fields: Draft): Draft {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/**
 * The module's options from environment variables: one tenant, or those that `RESAMANIA_TENANTS` names. Each secret in
 * them is a function, so that printed options show none.
 * @param code - Options to go with them. They win over variables that set the same; with `tenants` or a
 * `tenantProvider` the environment need not name a tenant.
 * @throws ResamaniaConfigError that lists every variable and option that is missing or wrong, and no value
 */
export function loadEnvironment(
  env: NodeJS.ProcessEnv,
  readFile: (path: string) => string,
  code: ResamaniaAuthOptions = {},
): ResamaniaAuthOptions {
  const flaw = objectFlaw(code);
  if (flaw !== undefined) throw new ResamaniaConfigError(IN_CODE, [`options: ${flaw}`]);
  const { options, general, tenants } = environmentByTenant(env, readFile, definedOnly(code as Draft));
  const problems = [...general, ...tenants.flatMap((tenant) => tenant.problems)];
  if (problems.length === 0) return withSealedSecrets(options);
  const where = Object.keys(code).length === 0 ? 'Environment variables' : IN_CODE;
  throw new ResamaniaConfigError(where, problems.map(printVariableProblem));
}
