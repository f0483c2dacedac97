import { ConfigurableModuleBuilder, type DynamicModule, type Provider } from '@nestjs/common';

import { resamaniaHttpProviders } from './http/inject-resamania-http.js';
import type { ResamaniaAuthOptions } from './options/resamania-auth-options.js';

/** What `forRoot()` and `forRootAsync()` take beside the options. */
export interface ResamaniaAuthModuleExtras {
  /**
   * Whether every module can inject the services without importing `ResamaniaAuthModule` itself.
   * @default true
   */
  isGlobal?: boolean;
}

/** What a class given to `forRootAsync()` as `useClass` or `useExisting` implements. */
export interface ResamaniaAuthOptionsFactory {
  /** The module's options, or a promise of them; called once, when the application starts. */
  createResamaniaAuthOptions(): Promise<ResamaniaAuthOptions> | ResamaniaAuthOptions;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<ResamaniaAuthOptions>({ moduleName: 'ResamaniaAuth' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createResamaniaAuthOptions')
    .setExtras<ResamaniaAuthModuleExtras>({ isGlobal: true }, (definition, { isGlobal = true }) =>
      withBoundServices({ ...definition, global: isGlobal }),
    )
    .build();

/** What Nest shows to whoever prints the application holds a function instead of the options, and so no secret. */
function outOfSight(provider: Provider): Provider {
  if (typeof provider === 'function' || !('useValue' in provider)) return provider;
  const { provide, useValue } = provider;
  return { provide, useFactory: (): unknown => useValue };
}

/**
 * Adds what `@InjectResamaniaHttp()` asks for. As getters: Nest reads them when it scans the module, and by then every
 * file of the application is loaded and every decorator has said its tenant, whatever the order of the imports.
 */
function withBoundServices(definition: DynamicModule): DynamicModule {
  const { exports = [] } = definition;
  const providers = (definition.providers ?? []).map(outOfSight);
  return {
    ...definition,
    get providers() {
      return [...providers, ...resamaniaHttpProviders()];
    },
    get exports() {
      return [...exports, ...resamaniaHttpProviders()];
    },
  };
}
