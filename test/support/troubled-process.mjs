// Run in a plain Node process with --unhandled-rejections=strict: whatever goes wrong with tokens here, no promise
// may be left whose rejection nobody handles, and nothing may keep the process alive after close().
import 'reflect-metadata';

import { NestFactory } from '@nestjs/core';
import { Module } from '@nestjs/common';
import {
  ResamaniaAuthModule,
  ResamaniaHttpService,
  ResamaniaTenantRegistry,
  ResamaniaTokenService,
} from 'nestjs-resamania-auth';
import { faults, ResamaniaSandbox } from 'resamania-sandbox';

const sandbox = await ResamaniaSandbox.start({ tokenLifetimeSeconds: 1, tokenLatencyMs: 20 });
const tenants = sandbox.chains.map(({ clientToken, clientId, clientSecret }) => ({
  clientToken,
  clientId,
  clientSecret,
}));

class AppModule {}
Module({
  imports: [
    ResamaniaAuthModule.forRoot({
      apiBaseUrl: sandbox.apiBaseUrl,
      apiKey: sandbox.apiKey,
      tenants: [...tenants, { ...tenants[0], name: 'wrong', clientSecret: 'wrong' }],
      tokenRequest: { attempts: 2, timeoutMs: 50 },
      tenantProvider: async (name) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return name.startsWith('row') ? { ...tenants[0], name } : undefined;
      },
    }),
  ],
})(AppModule);

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
const tokens = app.get(ResamaniaTokenService);
const registry = app.get(ResamaniaTenantRegistry);
const http = app.get(ResamaniaHttpService);
tokens.events$.subscribe(() => {
  throw new Error('a subscriber that throws');
});

const troubles = [
  faults.status(503),
  faults.hang(),
  faults.reset(),
  faults.html(),
  faults.oauthError('invalid_client', null),
];
let outcomes = 0;
const count = () => (outcomes += 1);
// What one request of the application waits for, all at once and with its one signal.
const { signal } = new AbortController();
sandbox.tokenEndpoint.next(faults.delay(100));
for (let n = 0; n < 20; n += 1) {
  tokens.getAccessToken('demoapi', { signal }).then(count, count);
  tokens.getAccessToken(`row${n}`).then(count, count);
}
// Calls that give up long before their token comes.
sandbox.tokenEndpoint.always(faults.hang());
for (let n = 0; n < 20; n += 1)
  await http.axiosRef.get('clubs', { resamania: { tenant: 'wrong' }, signal, timeout: 1 }).then(count, count);
sandbox.tokenEndpoint.reset();
const end = Date.now() + 2500;
// A busy machine takes longer for as many rounds.
for (let round = 0; round < 60 || Date.now() < end; round += 1) {
  sandbox.tokenEndpoint.next(troubles[round % troubles.length]);
  const names = ['demoapi', 'nordgym', 'wrong', 'unknown'];
  for (const name of names) {
    tokens.getAccessToken(name, { signal: AbortSignal.timeout(1 + (round % 30)) }).then(count, count);
    tokens.renew(name).then(count, count);
    http.forTenant(name).get('clubs').subscribe({ next: count, error: count }).add(count);
  }
  // Nobody waits for this one.
  http.forTenant('demoapi').get('clubs').subscribe({ error: count }).unsubscribe();
  if (round % 7 === 0) registry.update('wrong', { clientSecret: `wrong ${round}` });
  if (round % 11 === 0) registry.remove('nordgym');
  if (round % 11 === 5) registry.register(tenants[1]);
  await new Promise((resolve) => setTimeout(resolve, 10));
}
tokens.getAccessToken('demoapi').then(count, count);
await app.close();
await sandbox.stop();
process.stdout.write(`${JSON.stringify({ outcomes, closedAt: Date.now() })}\n`);
