import { sourceOf, TENANT_VARIABLES, type TenantField } from '../environment/environment-variables.js';

/** Says what the library says of options in terms of where they come from here: variables, and the command's own. */
export type InVariables = (text: string) => string;

/**
 * @param tenant - The prefix of the tenant's variables; `undefined` for the unprefixed ones.
 * @param env - To see which of its own variables it has.
 */
export function inVariablesOf(tenant: string | undefined, env: NodeJS.ProcessEnv): InVariables {
  const hasValue = (variable: string) => Boolean(env[variable]?.trim());
  const isSet = (variable: string) => hasValue(variable) || hasValue(`${variable}_FILE`);
  const asSet = (variable: string) =>
    !hasValue(variable) && hasValue(`${variable}_FILE`) ? `${variable}_FILE` : variable;
  const names: ReadonlyMap<string, string> = new Map([
    ...Object.keys(TENANT_VARIABLES).map((field): [string, string] => [
      field,
      asSet(sourceOf(field as TenantField, tenant, isSet)),
    ]),
    ['tokenRequest.timeoutMs', '--timeout'],
  ]);
  return (text) =>
    text
      .replaceAll(/`([\w.]+)`/g, (_quoted, name: string) => names.get(name) ?? name)
      // A secret that could not be read is named without quotes.
      .replaceAll(/\b(?:clientSecret|apiKey)\b/g, (name) => names.get(name) ?? name);
}
