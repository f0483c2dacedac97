// Makes a thousand calls, all with one signal, and answers for what is left behind. With TEST_UNDICI through undici.
import 'reflect-metadata';

import { getEventListeners } from 'node:events';

import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ResamaniaAuthModule,
  ResamaniaHttpService,
  ResamaniaTenantContext,
  ResamaniaTokenService,
} from 'nestjs-resamania-auth';
import { undiciAdapter } from 'nestjs-resamania-auth/undici';
import { firstValueFrom } from 'rxjs';

const { apiBaseUrl } = JSON.parse(process.argv[2]);
const CALLS = 1000;
/** Each call listens to its signal while it lasts: with bare axios, too, more than ten at once are warned of. */
const AT_ONCE = 5;
const adapter = process.env.TEST_UNDICI === undefined ? undefined : undiciAdapter();
class AppModule {}
Module({
  imports: [
    ResamaniaAuthModule.forRoot({
      apiBaseUrl,
      tenants: [{ clientToken: 'demoapi', clientId: '1', clientSecret: 'secret' }],
      http: adapter && { axios: { adapter } },
    }),
  ],
})(AppModule);
const warnings = [];
process.on('warning', ({ name, message }) => warnings.push(`${name}: ${message}`));
const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
const http = app.get(ResamaniaHttpService);
const tokens = app.get(ResamaniaTokenService);
const context = app.get(ResamaniaTenantContext);
const { signal } = new AbortController();

/** Answers and failures, services bound and not, tokens with the signal and renewals that it waits for. */
async function one(n) {
  const url = n % 5 === 0 ? 'missing' : 'clubs';
  if (n % 50 === 0) await tokens.renew(undefined, { signal });
  await tokens.getAccessToken(undefined, { signal });
  const service = n % 2 === 0 ? http.forTenant('demoapi') : http;
  await context
    .run('demoapi', () => firstValueFrom(service.get(url, { signal })))
    .catch((error) => {
      if (error.response?.status !== 404) throw error;
    });
}

async function round(count) {
  for (let n = 0; n < count; n += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => one(n + index)));
  // Answers that nobody reads any more give their sockets back.
  await new Promise((resolve) => {
    setTimeout(resolve, 100);
  });
}

function held() {
  const counts = {};
  for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
  return {
    handles: counts,
    ofSignal: getEventListeners(signal, 'abort').length,
    ofProcess: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  };
}

await round(50);
const before = held();
await round(CALLS);
const after = held();
await app.close();
await adapter?.close();
process.stdout.write(JSON.stringify({ before, after, warnings }));
