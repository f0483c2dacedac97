import { readFileSync } from 'node:fs';

import { registerAs } from '@nestjs/config';

import { loadEnvironment } from './load-environment.js';
import type { ResamaniaAuthOptions } from '../options/resamania-auth-options.js';

/**
 * The module's options from the environment, for `ConfigModule.forRoot({ load: [resamaniaConfig] })` or
 * `ResamaniaAuthModule.forRootAsync(resamaniaConfig.asProvider())`.
 * @throws ResamaniaConfigError that lists every variable that is missing or wrong
 */
export const resamaniaConfig = registerAs('resamania', (): ResamaniaAuthOptions =>
  loadEnvironment(process.env, (path) => readFileSync(path, 'utf8')),
);
