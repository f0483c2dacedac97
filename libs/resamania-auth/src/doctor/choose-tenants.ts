import type { EnvironmentByTenant } from '../environment/environment-by-tenant.js';

/** The tenants that were asked for; all where none was. What is wrong for all of them stays. */
export function chooseTenants(
  environment: EnvironmentByTenant,
  wanted: readonly string[],
): EnvironmentByTenant {
  if (wanted.length === 0) return environment;
  const { tenants, general } = environment;
  const known = tenants.flatMap(({ name }) => name ?? []);
  const unknown = wanted.filter((name) => !known.includes(name));
  // A single tenant without a name may be the one that was asked for.
  if (unknown.length === 0 || tenants.some(({ name }) => name === undefined)) {
    const chosen = tenants.filter(({ name }) => name === undefined || wanted.includes(name));
    return { tenants: chosen, general };
  }
  const list = known.length > 0 ? `the environment has ${known.join(', ')}` : 'the environment has none';
  return {
    tenants: [],
    general: [...general, { variable: '--tenant', text: `no tenant of that name; ${list}` }],
  };
}
