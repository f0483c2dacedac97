import { ResamaniaConfigError } from '../errors.js';
import { EnvironmentReader, type ReadFile } from './environment-reader.js';
import {
  checkTenantNames,
  TENANT_VARIABLES,
  type TenantField,
  TENANTS,
  variableOf,
} from './environment-variables.js';
import { loadEnvironment } from './load-environment.js';
import type { ResamaniaAuthOptions } from '../options/resamania-auth-options.js';
import * as rules from '../options/checks/rules.js';

/** One tenant of the environment, apart from the others. */
export interface TenantEnvironment {
  /** Its name; `undefined` for a single tenant whose client token is missing or wrong. */
  readonly name: string | undefined;
  /** The prefix of its variables, as `variableOf` takes it; `undefined` for the unprefixed ones. */
  readonly variablesOf: string | undefined;
  /** The module's options with this tenant alone; `undefined` where there are problems. */
  readonly options: ResamaniaAuthOptions | undefined;
  /** What is wrong with its own variables. */
  readonly problems: readonly string[];
}

/** The environment, tenant by tenant. An application would not start with any of the problems. */
export interface EnvironmentByTenant {
  readonly tenants: readonly TenantEnvironment[];
  /** What is wrong with the variables that stand for all tenants. */
  readonly general: readonly string[];
}

/** What `loadEnvironment` makes of each tenant, whatever is wrong with the others. */
export function environmentByTenant(env: NodeJS.ProcessEnv, readFile: ReadFile): EnvironmentByTenant {
  const reader = new EnvironmentReader(env, readFile);
  const list = reader.text(TENANTS);
  if (list === undefined && reader.problems.length === 0) {
    return { tenants: [singleTenant(reader, env, readFile)], general: [] };
  }
  const { names, problems } = checkTenantNames(list ?? '');
  const loaded = names.map((name) => {
    const own = { ...env, [TENANTS]: name, [`${TENANTS}_FILE`]: undefined };
    const { options, problems: all } = load(own, readFile);
    return { name, options, problems: all };
  });
  const tenants = loaded.map(({ name, options, problems: all }) => {
    const own = all.filter((problem) => isAboutOwn(problem, name));
    return { name, variablesOf: name, options, problems: own };
  });
  const shared = loaded.flatMap(({ name, problems: all }) =>
    all.filter((problem) => !isAboutOwn(problem, name)),
  );
  const listProblems = list === undefined ? reader.problems : problems;
  return { tenants, general: [...new Set([...listProblems, ...shared])] };
}

function singleTenant(
  reader: EnvironmentReader,
  env: NodeJS.ProcessEnv,
  readFile: ReadFile,
): TenantEnvironment {
  const clientToken = reader.text(variableOf('clientToken'));
  const name = rules.clientToken(clientToken) === undefined ? clientToken : undefined;
  return { name, variablesOf: undefined, ...load(env, readFile) };
}

function load(
  env: NodeJS.ProcessEnv,
  readFile: ReadFile,
): { options: ResamaniaAuthOptions | undefined; problems: readonly string[] } {
  try {
    return { options: loadEnvironment(env, readFile), problems: [] };
  } catch (error) {
    if (!(error instanceof ResamaniaConfigError)) throw error;
    return { options: undefined, problems: error.problems };
  }
}

/** A problem begins with the variable that it is about, or with its `_FILE` twin. */
function isAboutOwn(problem: string, tenant: string): boolean {
  const variable = problem.slice(0, problem.indexOf(':')).replace(/_FILE$/, '');
  const fields = Object.keys(TENANT_VARIABLES) as TenantField[];
  return fields.some((field) => variableOf(field, tenant) === variable);
}
