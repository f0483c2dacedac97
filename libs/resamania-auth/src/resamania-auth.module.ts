import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';

import { ResamaniaConfigError } from './errors.js';
import { objectFlaw } from './options/checks/fields.js';
import type { ResamaniaAuthOptions } from './options/resamania-auth-options.js';
import type { ResamaniaTenantOptions } from './options/tenant-options.js';
import {
  ConfigurableModuleClass,
  type ResamaniaAuthModuleExtras,
} from './resamania-auth.module-definition.js';
import { INTERNAL_PROVIDERS, PUBLIC_PROVIDERS } from './resamania-auth.providers.js';
import { FeatureTenants } from './tenants/feature-tenants.js';

/** Where feature modules leave their tenants: one place per application, whether the root module is global or not. */
@Global()
@Module({ providers: [FeatureTenants], exports: [FeatureTenants] })
export class ResamaniaFeatureTenantsModule {}

/** What `forFeature()` imports. */
@Module({ imports: [ResamaniaFeatureTenantsModule] })
export class ResamaniaAuthFeatureModule {}

/**
 * Resamania access tokens for Nest: `forRoot()` or `forRootAsync()` once, in the root module, and `forFeature()` in
 * modules that bring tenants of their own. `forRootAsync()` takes `useFactory`, `useClass` or `useExisting`, the
 * classes implementing `ResamaniaAuthOptionsFactory`; both take `isGlobal` (default `true`).
 *
 * Invalid options stop the start of the application with one `ResamaniaConfigError` that lists every problem.
 */
@Module({
  imports: [ResamaniaFeatureTenantsModule],
  providers: [...INTERNAL_PROVIDERS, ...PUBLIC_PROVIDERS],
  exports: PUBLIC_PROVIDERS,
})
export class ResamaniaAuthModule extends ConfigurableModuleClass {
  /**
   * Sets the library up, with options that are at hand. They are checked when the application starts.
   * @throws ResamaniaConfigError at once where they are no object, such as a promise of one
   */
  static override forRoot(options: ResamaniaAuthOptions & ResamaniaAuthModuleExtras): DynamicModule {
    // Nest copies the fields of whatever it is given: a promise has none, and would pass as options that say nothing.
    const flaw = objectFlaw(options);
    if (flaw !== undefined)
      throw new ResamaniaConfigError('ResamaniaAuthModule.forRoot()', [`options: ${flaw}`]);
    return super.forRoot(options);
  }

  /**
   * Registers tenants on behalf of a feature module. They are known from the initialisation of the modules on.
   * Tenants that are invalid, or whose name is taken, stop the start of the application (`ResamaniaConfigError`).
   */
  static forFeature(tenants: ResamaniaTenantOptions[]): DynamicModule {
    const provide = Symbol('ResamaniaAuth.forFeature');
    return {
      module: ResamaniaAuthFeatureModule,
      providers: [
        {
          provide,
          useFactory: (features: FeatureTenants, modules: ModulesContainer) =>
            features.add(tenants, importerOf(provide, modules)),
          inject: [FeatureTenants, ModulesContainer],
        },
      ],
    };
  }
}

/** The name of the module that imports the one with this provider. */
function importerOf(provider: symbol, modules: ModulesContainer): string {
  const all = [...modules.values()];
  const own = all.find(({ providers }) => providers.has(provider));
  return all.find(({ imports }) => own !== undefined && imports.has(own))?.name ?? 'a module';
}
