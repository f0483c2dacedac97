import { ResamaniaTenantError } from '../errors.js';
import { kindOf } from '../options/checks/problem.js';

/**
 * Refuses what is no name where one is to be given. With the default in its place, a request that was not validated
 * would get another tenant's data.
 * @param where - What was given it, such as `forTenant()`.
 * @throws ResamaniaTenantError `tenant_missing`
 */
export function assertTenantNamed(name: unknown, where: string): asserts name is string {
  if (typeof name === 'string' && name !== '') return;
  throw new ResamaniaTenantError(`${where} received ${kindOf(name)} instead of a tenant's name.`, {
    code: 'tenant_missing',
    remedy: 'Pass the name of a tenant. A missing name never selects the default tenant.',
  });
}
