import { ResamaniaConfigError } from '../errors.js';
import { EnvironmentLoader } from './environment-loader.js';
import { EnvironmentReader, type ReadFile } from './environment-reader.js';
import { isResamaniaVariable } from './environment-variables.js';
import type { ResamaniaAuthOptions } from '../options/resamania-auth-options.js';

/** Whether any variable of `RESAMANIA_…` that `loadEnvironment` reads is set. */
export function hasResamaniaEnvironment(env: NodeJS.ProcessEnv): boolean {
  return Object.entries(env).some(([variable, value]) => value?.trim() && isResamaniaVariable(variable));
}

/**
 * The module's options from environment variables: one tenant, or those that `RESAMANIA_TENANTS` names.
 * @throws ResamaniaConfigError that lists every variable that is missing or wrong, and no value
 */
export function loadEnvironment(env: NodeJS.ProcessEnv, readFile: ReadFile): ResamaniaAuthOptions {
  const reader = new EnvironmentReader(env, readFile);
  const loader = new EnvironmentLoader(reader);
  const options = loader.options();
  const problems = [...new Set([...reader.problems, ...loader.valueProblems(options)])];
  if (problems.length > 0) throw new ResamaniaConfigError('Environment variables', problems);
  return options as ResamaniaAuthOptions;
}
