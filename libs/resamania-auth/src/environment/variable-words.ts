import {
  fileVariable,
  MODULE_VARIABLES,
  sourceOf,
  trimmedValue,
  VARIABLE_FIELDS,
} from './environment-variables.js';

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
