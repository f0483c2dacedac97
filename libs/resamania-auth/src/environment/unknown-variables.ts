import { closest } from '../options/checks/unknown-keys.js';
import {
  isResamaniaVariable,
  PLAIN_VARIABLES,
  PREFIX,
  prefixOf,
  TENANTS,
  trimmedValue,
  VARIABLE_FIELDS,
  variableOf,
  type VariableProblem,
} from './environment-variables.js';

/**
 * Variables that nobody reads, though they look like ours: a typing error, or those of a tenant that is not named. Ignoring
 * them in silence would leave out a tenant, or a secret, that somebody set.
 * @param names - The tenants; `undefined` for a single one without variables of its own.
 */
export function unknownVariables(
  env: NodeJS.ProcessEnv,
  names: readonly (string | undefined)[],
): VariableProblem[] {
  const known = [
    ...PLAIN_VARIABLES,
    ...names.flatMap((name) => VARIABLE_FIELDS.map((field) => variableOf(field, name))),
  ];
  return Object.keys(env).flatMap((variable) => {
    const [, bare = '', file = ''] = /^(RESAMANIA_[A-Z0-9_]{1,80}?)(_FILE)?$/.exec(variable) ?? [];
    if (bare === '' || known.includes(bare) || trimmedValue(env, variable) === undefined) return [];
    const text = isResamaniaVariable(bare) ? strangerText(bare, names, file) : unknownText(bare, known, file);
    return text === undefined ? [] : [{ variable, text }];
  });
}

/** Of a variable that is one of a tenant, but of none that is named. */
function strangerText(bare: string, names: readonly (string | undefined)[], file: string): string {
  const [field = ''] = VARIABLE_FIELDS.map((name) => variableOf(name).slice(PREFIX.length))
    .filter((name) => bare.endsWith(`_${name}`))
    .toSorted((a, b) => b.length - a.length);
  const owner = bare.slice(PREFIX.length, -field.length - 1);
  const named = names.flatMap((name) =>
    name === undefined ? [] : [prefixOf(name).slice(PREFIX.length, -1)],
  );
  const meant = closest(owner, named);
  if (meant !== undefined) return `belongs to no tenant, did you mean ${PREFIX}${meant}_${field}${file}?`;
  return named.length > 0
    ? `belongs to no tenant: add the tenant's name to ${TENANTS}, or remove the variable`
    : `belongs to no tenant, did you mean ${PREFIX}${field}${file}? For several tenants, name them in ${TENANTS}`;
}

function unknownText(bare: string, known: readonly string[], file: string): string | undefined {
  const meant = closest(
    bare.slice(PREFIX.length),
    known.map((variable) => variable.slice(PREFIX.length)),
  );
  return meant && `unknown variable, did you mean ${PREFIX}${meant}${file}?`;
}
