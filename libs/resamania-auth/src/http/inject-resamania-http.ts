import { Inject, type Provider } from '@nestjs/common';

import { ResamaniaHttpService } from './resamania-http.service.js';

/**
 * The tenants named by `@InjectResamaniaHttp()`. Decorators run while classes are defined, before there is a module or
 * a container that could hold this; and the tenants themselves are known only later, with `forRootAsync()` when the
 * application starts. So the names are collected here, and each module makes its services from them.
 */
const declaredTenants = new Set<string>();

/**
 * Injects an `HttpService` that is bound to one tenant. The tenant may be registered later; a call for one that is not
 * known fails with `unknown_tenant`.
 * @param tenant - Name of the tenant.
 */
export function InjectResamaniaHttp(tenant: string): PropertyDecorator & ParameterDecorator {
  declaredTenants.add(tenant);
  return Inject(getResamaniaHttpToken(tenant));
}

/** The injection key of a tenant's `HttpService`, for tests that put something else in its place. */
export function getResamaniaHttpToken(tenant: string): symbol {
  return Symbol.for(`nestjs-resamania-auth: HttpService of tenant "${tenant}"`);
}

/** @internal One provider for each tenant that `@InjectResamaniaHttp()` has named so far. */
export function resamaniaHttpProviders(): Provider[] {
  return [...declaredTenants].map((tenant) => ({
    provide: getResamaniaHttpToken(tenant),
    useFactory: (http: ResamaniaHttpService) => http.forTenant(tenant),
    inject: [ResamaniaHttpService],
  }));
}
