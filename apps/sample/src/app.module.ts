import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { ScheduleModule } from '@nestjs/schedule';
import { ResamaniaAuthModule, type ResamaniaAuthOptions, resamaniaConfig } from 'nestjs-resamania-auth';
import { openTelemetry } from 'nestjs-resamania-auth/opentelemetry';
import { redisTokenStore } from 'nestjs-resamania-auth/redis';

import { ChainsModule } from './chains/chains.module.js';
import { HealthModule } from './health/health.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { PageModule } from './page/page.module.js';
import { PeersModule } from './peers/peers.module.js';
import { TokensModule } from './tokens/tokens.module.js';

@Module({
  imports: [
    ConfigModule.forRoot(),
    ScheduleModule.forRoot(),
    // Credentials from the environment, and what else there is to say in code.
    ResamaniaAuthModule.forRootAsync(
      resamaniaConfig.asProvider({ quotaWarningShare: 0.9, telemetry: openTelemetry(), ...sharing() }),
    ),
    ChainsModule,
    TokensModule,
    HealthModule,
    MetricsModule,
    PageModule,
    ...peers(),
  ],
})
export class AppModule {}

/** Replicas share their tokens where there is a Redis. `ConfigModule` has read the `.env` file by then. */
function sharing(): Pick<ResamaniaAuthOptions, 'store'> {
  const { REDIS_URL: url, RESAMANIA_STORE_KEYS: keys } = process.env;
  return url ? { store: redisTokenStore({ url, keys }) } : {};
}

/** Only where `npm run start:replicas` has started this one beside others. */
function peers(): DynamicModule[] {
  const { SAMPLE_REPLICA: name, SAMPLE_REPLICAS: urls } = process.env;
  return name && urls ? [PeersModule.among(name, urls.split(','))] : [];
}
