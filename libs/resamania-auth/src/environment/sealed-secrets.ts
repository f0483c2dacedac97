import type { ResamaniaAuthOptions } from '../options/resamania-auth-options.js';
import type { ResamaniaTenantOptions, Secret } from '../options/tenant-options.js';

/** The same options with each secret as a function, which neither `inspect()` nor `JSON.stringify()` looks into. */
export function withSealedSecrets(options: ResamaniaAuthOptions): ResamaniaAuthOptions {
  const { tenants } = options;
  return { ...options, ...keyOf(options), ...(tenants && { tenants: tenants.map(sealedTenant) }) };
}

function sealedTenant(tenant: ResamaniaTenantOptions): ResamaniaTenantOptions {
  return { ...tenant, ...keyOf(tenant), clientSecret: sealed(tenant.clientSecret) };
}

function keyOf({ apiKey }: { apiKey?: Secret }): { apiKey?: Secret } {
  return apiKey === undefined ? {} : { apiKey: sealed(apiKey) };
}

function sealed(secret: Secret): Secret {
  return typeof secret === 'string' ? () => secret : secret;
}
