import { loose } from './check.js';
import { printPath, type Problem } from './problem.js';

/** Tenants that come after another one of the same name, be it given or the `clientToken`. */
export function duplicateNames(tenants: readonly unknown[]): Problem[] {
  const seen = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [index, tenant] of tenants.entries()) {
    const { field, name } = nameOf(tenant);
    const path = ['tenants', index, field];
    const first = typeof name === 'string' ? seen.get(name) : undefined;
    if (first !== undefined)
      problems.push({ path, text: `expected a name of its own, ${first} is the same` });
    else if (typeof name === 'string' && name !== '') seen.set(name, printPath(path));
  }
  return problems;
}

function nameOf(tenant: unknown): { field: string; name: unknown } {
  const { name, clientToken } = loose(tenant);
  return name === undefined ? { field: 'clientToken', name: clientToken } : { field: 'name', name };
}
