import { PLAIN_VARIABLES, prefixOf, TENANTS, type VariableProblem } from './environment-variables.js';

/** Longer names are refused, and so never printed: they are more likely keys that were pasted in the wrong place. */
const MAX_NAME_LENGTH = 30;

/** The names in `RESAMANIA_TENANTS` that variables can begin with, and what is wrong with the others. */
export function checkTenantNames(list: string): { names: string[]; problems: VariableProblem[] } {
  const names: string[] = [];
  const flaws: string[] = [];
  const seen = new Map<string, number>();
  const entries = list.split(',').map((name) => name.trim());
  for (const [index, name] of entries.filter((entry) => entry !== '').entries()) {
    const flaw = nameFlaw(name) ?? collision(seen.get(prefixOf(name)), name);
    if (flaw === undefined) names.push(name);
    else flaws.push(`entry ${index + 1}: ${flaw}`);
    if (!seen.has(prefixOf(name))) seen.set(prefixOf(name), index);
  }
  if (seen.size === 0) flaws.push('expected names separated by commas');
  return { names, problems: flaws.map((text) => ({ variable: TENANTS, text })) };
}

function nameFlaw(name: string): string | undefined {
  if (name.length > MAX_NAME_LENGTH || /[\p{C}\p{Zl}\p{Zp}]/u.test(name) || !/[a-z0-9]/i.test(name)) {
    return `expected a tenant name of at most ${MAX_NAME_LENGTH} visible characters, with a letter or digit`;
  }
  const taken = PLAIN_VARIABLES.find((variable) => `${variable}_`.startsWith(prefixOf(name)));
  return taken === undefined
    ? undefined
    : `expected another name, its variables would be mistaken for ${taken}`;
}

function collision(earlier: number | undefined, name: string): string | undefined {
  if (earlier === undefined) return undefined;
  return `expected a name of its own, entry ${earlier + 1} has the same variables ${prefixOf(name)}…`;
}
