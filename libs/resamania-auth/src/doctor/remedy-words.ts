import { SEE_DOCTOR } from '../token/request/token-failure.js';
import {
  fileVariable,
  sourceOf,
  trimmedValue,
  VARIABLE_FIELDS,
} from '../environment/environment-variables.js';

/** Replaces the names of options by where their values come from here: variables, and the command's own options. */
export type InVariables = (text: string) => string;

/**
 * @param tenant - The prefix of the tenant's variables; `undefined` for the unprefixed ones.
 * @param env - To see which of its own variables it has.
 */
export function inVariablesOf(tenant: string | undefined, env: NodeJS.ProcessEnv): InVariables {
  const set = (variable: string) =>
    [variable, fileVariable(variable)].find((name) => trimmedValue(env, name) !== undefined);
  const names: ReadonlyMap<string, string> = new Map([
    ...VARIABLE_FIELDS.map((field): [string, string] => {
      const variable = sourceOf(field, tenant, (name) => set(name) !== undefined);
      return [field, set(variable) ?? variable];
    }),
    ['tokenRequest.timeoutMs', '--timeout'],
  ]);
  return (text) =>
    text
      .replace(SEE_DOCTOR, '')
      .replaceAll(/`([\w.]+)`/g, (_quoted, name: string) => names.get(name) ?? name)
      // A secret that could not be read is named without quotes.
      .replaceAll(/\b(?:clientSecret|apiKey)\b/g, (name) => names.get(name) ?? name);
}
