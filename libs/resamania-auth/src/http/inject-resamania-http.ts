import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit, type Provider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';

import { assertTenantNamed } from '../tenants/tenant-name.js';
import { ResamaniaHttpService } from './resamania-http.service.js';

/**
 * The tenants named by `@InjectResamaniaHttp()`. Decorators run while classes are defined, before there is a module or
 * a container that could hold this; and the tenants themselves are known only later, with `forRootAsync()` when the
 * application starts. So the names are collected here, and each module makes its services from them.
 */
const declaredTenants = new Set<string>();
/** Applications that are up, told of each name that comes later. */
const listeners = new Set<(tenant: string) => void>();

/**
 * Injects an `HttpService` that is bound to one tenant. The tenant may be registered later; a call for one that is not
 * known fails with `unknown_tenant`.
 * @param tenant - Name of the tenant.
 * @throws ResamaniaTenantError `tenant_missing` where it is no name
 */
export function InjectResamaniaHttp(tenant: string): PropertyDecorator & ParameterDecorator {
  assertTenantNamed(tenant, '@InjectResamaniaHttp()');
  declaredTenants.add(tenant);
  for (const listener of listeners) listener(tenant);
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

/**
 * @internal Adds the bound services that are named after the module was set up, by modules that are loaded lazily:
 * their files, and with them their decorators, run only then.
 */
@Injectable()
export class LateBoundServices implements OnModuleInit, OnModuleDestroy {
  readonly #modules: ModulesContainer;
  readonly #http: ResamaniaHttpService;
  readonly #add = (tenant: string): void => {
    const provide = getResamaniaHttpToken(tenant);
    const home = [...this.#modules.values()].find(
      ({ providers }) => providers.get(LateBoundServices)?.instance === this,
    );
    if (home === undefined || home.providers.has(provide)) return;
    home.addProvider({ provide, useValue: this.#http.forTenant(tenant) });
    home.exports.add(provide);
  };

  constructor(
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(ResamaniaHttpService) http: ResamaniaHttpService,
  ) {
    this.#modules = modules;
    this.#http = http;
  }

  onModuleInit(): void {
    for (const tenant of declaredTenants) this.#add(tenant);
    listeners.add(this.#add);
  }

  onModuleDestroy(): void {
    listeners.delete(this.#add);
  }
}
