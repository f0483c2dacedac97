import { checkOptions } from '../options/check-options.js';
import { MODULE_FIELDS } from '../options/module-fields.js';
import type { ResamaniaAuthOptions } from '../options/resamania-auth-options.js';
import { type FieldVariable, TENANT_FIELDS } from '../options/tenant-fields.js';
import { EnvironmentReader, type ReadFile } from './environment-reader.js';
import {
  ALLOW_INSECURE_HTTP,
  DEFAULT_TENANT,
  fileVariable,
  printVariableProblem,
  sourceOf,
  type TenantField,
  TENANTS,
  VARIABLE_FIELDS,
  variableOf,
  type VariableProblem,
} from './environment-variables.js';
import { checkTenantNames } from './tenant-names.js';

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

/** The environment, with the module's options: all tenants, whatever is wrong with them. */
export interface Environment extends EnvironmentByTenant {
  readonly options: ResamaniaAuthOptions;
}

/** Options as they were read, and the variable that each came from. */
interface Draft {
  readonly values: Record<string, unknown>;
  readonly variables: Map<string, string>;
}

/** Reads every variable once. */
export function environmentByTenant(env: NodeJS.ProcessEnv, readFile: ReadFile): Environment {
  const reader = new EnvironmentReader(env, readFile);
  const names = tenantNames(reader);
  const module = readModule(reader);
  const drafts = names.map((name) => readTenant(reader, name));
  const problems = unique([...reader.problems, ...valueProblems(reader, module, drafts)]);
  const ownerOf = owners(names);
  const general = problems.filter((problem) => ownerOf(problem) === undefined);
  const optionsWith = (tenants: readonly Draft[]) =>
    ({ ...module.values, tenants: tenants.map(({ values }) => values) }) as unknown as ResamaniaAuthOptions;
  const tenants = drafts.map((draft, index): TenantEnvironment => {
    const own = problems.filter((problem) => ownerOf(problem) === index);
    const isWrong = own.length + general.length > 0;
    const options = isWrong ? undefined : optionsWith([draft]);
    return { name: names[index] ?? clientTokenOf(draft), variablesOf: names[index], options, problems: own };
  });
  return { tenants, general, options: optionsWith(drafts) };
}

/** A single tenant, of no name, without `RESAMANIA_TENANTS`; none when that cannot be read. */
function tenantNames(reader: EnvironmentReader): (string | undefined)[] {
  const list = reader.text(TENANTS);
  if (list === undefined) return reader.problems.length === 0 ? [undefined] : [];
  const { names, problems } = checkTenantNames(list);
  reader.problems.push(...problems, ...unusedVariables(reader));
  return names;
}

/** Ignoring them in silence would send API calls for another club than the one that somebody set. */
function unusedVariables(reader: EnvironmentReader): VariableProblem[] {
  return VARIABLE_FIELDS.filter((field) => TENANT_FIELDS[field].variable.unprefixed === 'nothing')
    .map((field) => variableOf(field))
    .filter((variable) => reader.isSet(variable))
    .map((variable) => ({
      variable,
      text: `not used beside ${TENANTS}, remove it or set each tenant's own`,
    }));
}

function readModule(reader: EnvironmentReader): Draft {
  const draft: Draft = { values: {}, variables: new Map() };
  for (const field of VARIABLE_FIELDS) {
    const variable = variableOf(field);
    if (Object.hasOwn(MODULE_FIELDS, field)) put(draft, field, variable, read(reader, field, variable));
  }
  put(draft, 'defaultTenant', DEFAULT_TENANT, reader.text(DEFAULT_TENANT));
  put(draft, 'allowInsecureHttp', ALLOW_INSECURE_HTTP, reader.flag(ALLOW_INSECURE_HTTP));
  return draft;
}

function readTenant(reader: EnvironmentReader, tenant: string | undefined): Draft {
  const draft: Draft = { values: tenant === undefined ? {} : { name: tenant }, variables: new Map() };
  for (const field of VARIABLE_FIELDS) {
    const { unprefixed, example }: FieldVariable = TENANT_FIELDS[field].variable;
    const isModules = unprefixed === 'module';
    // The module's options have it already.
    if (isModules && tenant === undefined) continue;
    const own = variableOf(field, tenant);
    const variable = isModules ? own : sourceOf(field, tenant, (name) => reader.isSet(name));
    const value = read(reader, field, variable) ?? (field === 'clientToken' ? tenant : undefined);
    put(draft, field, variable, value);
    if (value === undefined && example !== undefined && !reader.isSet(variable)) {
      reader.problems.push({ variable, text: `not set, for example ${example(variable)}` });
    }
  }
  return draft;
}

function read(reader: EnvironmentReader, field: TenantField, variable: string): unknown {
  const { secretFlaw }: FieldVariable = TENANT_FIELDS[field].variable;
  return secretFlaw === undefined ? reader.text(variable) : reader.secret(variable, secretFlaw);
}

function put({ values, variables }: Draft, field: string, variable: string, value: unknown): void {
  if (value === undefined) return;
  values[field] = value;
  variables.set(field, variable);
}

/** What the rules of the options say, where the reader has not said something of the variable already. */
function valueProblems(
  reader: EnvironmentReader,
  module: Draft,
  drafts: readonly Draft[],
): VariableProblem[] {
  const known = new Set(reader.problems.map((problem) => problem.variable));
  const raw = { ...module.values, tenants: drafts.map(({ values }) => values) };
  return checkOptions(raw).problems.flatMap(({ path: [option, index, field], text }) => {
    const draft = option === 'tenants' ? drafts[Number(index)] : module;
    const variable = draft?.variables.get(String(option === 'tenants' ? field : option));
    return variable === undefined || known.has(variable) ? [] : [{ variable, text }];
  });
}

/** Which tenant's variable a problem is about, by its index. A single tenant has all variables to itself. */
function owners(names: readonly (string | undefined)[]): (problem: VariableProblem) => number | undefined {
  if (names.includes(undefined)) return () => 0;
  const known = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    for (const variable of VARIABLE_FIELDS.map((field) => variableOf(field, name))) {
      known.set(variable, index).set(fileVariable(variable), index);
    }
  }
  return ({ variable }) => known.get(variable);
}

/** A variable that applies to several tenants is wrong for each of them in the same way. */
function unique(problems: readonly VariableProblem[]): VariableProblem[] {
  return [...new Map(problems.map((problem) => [printVariableProblem(problem), problem])).values()];
}

function clientTokenOf({ values: { clientToken } }: Draft): string | undefined {
  return TENANT_FIELDS.clientToken.rule(clientToken) === undefined ? String(clientToken) : undefined;
}
