// One replica of an application: obtains tokens for many tenants through a shared store, and answers for what its calls met.
// Run with --unhandled-rejections=strict. It starts with the first message, and ends with the second, reporting.
import 'reflect-metadata';

import { once } from 'node:events';

import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ResamaniaAuthModule, ResamaniaTokenService } from 'nestjs-resamania-auth';
import { redisTokenStore } from 'nestjs-resamania-auth/redis';

const { apiBaseUrl, redisUrl, keys, tenants, callEveryMs } = JSON.parse(process.env.REPLICA ?? '');
// Long enough that no ciphertext holds it by chance.
const names = Array.from({ length: tenants }, (_, index) => `CANARY-gym${index}`);
const next = () => once(process, 'message');

class AppModule {}
Module({
  imports: [
    ResamaniaAuthModule.forRootAsync({
      useFactory: async () => ({
        apiBaseUrl,
        tenants: names.map((name) => ({
          clientToken: name,
          clientId: `1_${name}`,
          clientSecret: `${name}-secret`,
        })),
        store: redisTokenStore({ url: redisUrl, keys }),
      }),
    }),
  ],
})(AppModule);

process.send('ready');
await next();
const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
const tokens = app.get(ResamaniaTokenService);
const report = { calls: 0, failed: [], longestMs: 0, waited: 0, stores: [] };
tokens.events$.subscribe(({ type, at }) => {
  if (type.startsWith('store-')) report.stores.push({ type, at: at.getTime() });
});
const call = async () => {
  const name = names[Math.floor(Math.random() * names.length)];
  const startedAt = performance.now();
  const isThere = tokens.peek(name) !== undefined;
  try {
    const value = await tokens.getAccessToken(name);
    if (!value.startsWith(`${name}-`)) report.failed.push(`${name} got ${value}`);
  } catch (error) {
    report.failed.push(`${name}: ${error.message}`);
  }
  report.calls += 1;
  report.waited += isThere ? 0 : 1;
  report.longestMs = Math.max(report.longestMs, performance.now() - startedAt);
};
const calling = setInterval(call, callEveryMs);
process.send('started');
await next();
clearInterval(calling);
const status = tokens.sharedStatus();
const closingAt = performance.now();
await app.close();
process.send({ ...report, status, closedInMs: performance.now() - closingAt });
process.disconnect();
