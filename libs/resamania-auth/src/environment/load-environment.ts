import { ResamaniaConfigError } from '../errors.js';
import type { ResamaniaAuthOptions } from '../options/resamania-auth-options.js';
import { environmentByTenant } from './environment-by-tenant.js';
import type { ReadFile } from './environment-reader.js';
import { isResamaniaVariable, printVariableProblem, trimmedValue } from './environment-variables.js';

/** Whether any variable of `RESAMANIA_…` that `loadEnvironment` reads is set. */
export function hasResamaniaEnvironment(env: NodeJS.ProcessEnv): boolean {
  return Object.keys(env).some(
    (variable) => isResamaniaVariable(variable) && trimmedValue(env, variable) !== undefined,
  );
}

/**
 * The module's options from environment variables: one tenant, or those that `RESAMANIA_TENANTS` names.
 * @throws ResamaniaConfigError that lists every variable that is missing or wrong, and no value
 */
export function loadEnvironment(env: NodeJS.ProcessEnv, readFile: ReadFile): ResamaniaAuthOptions {
  const { options, general, tenants } = environmentByTenant(env, readFile);
  const problems = [...general, ...tenants.flatMap((tenant) => tenant.problems)];
  if (problems.length === 0) return options;
  throw new ResamaniaConfigError('Environment variables', problems.map(printVariableProblem));
}
