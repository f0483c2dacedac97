import 'reflect-metadata';

import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ResamaniaAuthModule, ResamaniaHttpService, ResamaniaTokenService } from 'nestjs-resamania-auth';
import { redisTokenStore } from 'nestjs-resamania-auth/redis';

import { TOKEN_DEADLINE_MS } from './faults.js';

/** Longer than a token takes at most, so that a call says what was wrong with its token. */
const CALL_TIMEOUT_MS = 6000;

/**
 * One replica of an application: the built module, with the secrets read from where they are rotated.
 * @returns its services, and how to close it
 */
export async function startApplication({ apiBaseUrl, apiKey, secrets, redis, key }) {
  class AppModule {}
  Module({
    imports: [
      ResamaniaAuthModule.forRoot({
        apiBaseUrl,
        apiKey,
        defaultTenant: false,
        tenants: Object.keys(secrets).map((clientToken) => ({
          clientToken,
          clientId: `1_${clientToken}`,
          clientSecret: () => secrets[clientToken],
        })),
        tokenRequest: { timeoutMs: 1000, deadlineMs: TOKEN_DEADLINE_MS, attempts: 2 },
        http: { timeoutMs: CALL_TIMEOUT_MS },
        ...(redis && { store: redisTokenStore({ url: redis.url, keys: key }) }),
      }),
    ],
  })(AppModule);
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  return {
    http: app.get(ResamaniaHttpService),
    tokens: app.get(ResamaniaTokenService),
    close: () => app.close(),
  };
}
