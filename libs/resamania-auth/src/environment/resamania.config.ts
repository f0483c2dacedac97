import { readFileSync } from 'node:fs';

import { type ConfigFactoryKeyHost, registerAs } from '@nestjs/config';

import { loadEnvironment } from './load-environment.js';
import type { ResamaniaAuthOptions } from '../options/resamania-auth-options.js';

/** What `resamaniaConfig` is: a configuration of `@nestjs/config` whose `asProvider()` takes options. */
export interface ResamaniaConfig extends ConfigFactoryKeyHost<ResamaniaAuthOptions> {
  /**
   * The module's options from the environment alone.
   * @throws ResamaniaConfigError that lists every variable that is missing or wrong
   */
  (): ResamaniaAuthOptions;
  /**
   * The module's options for `forRootAsync()`: from the environment, and from code.
   * @param options - They win over variables that set the same. With `tenants` or a `tenantProvider` the environment
   * need not name a tenant. At the start a `ResamaniaConfigError` lists every variable and option that is wrong.
   */
  asProvider(
    options?: ResamaniaAuthOptions,
  ): ReturnType<ConfigFactoryKeyHost<ResamaniaAuthOptions>['asProvider']>;
}

/**
 * The module's options from the environment, for
 * `ResamaniaAuthModule.forRootAsync(resamaniaConfig.asProvider({ refresh: { failFast: true } }))`, or for
 * `ConfigModule.forRoot({ load: [resamaniaConfig] })`.
 */
// `registerAs()` fixes its `asProvider()` for good: ours is on a function of its own.
export const resamaniaConfig = Object.defineProperties(() => registered()(), {
  ...Object.getOwnPropertyDescriptors(registered()),
  asProvider: { value: (options?: ResamaniaAuthOptions) => registered(options).asProvider() },
}) as ResamaniaConfig;

function registered(options?: ResamaniaAuthOptions) {
  return registerAs('resamania', () =>
    loadEnvironment(process.env, (path) => readFileSync(path, 'utf8'), options),
  );
}
