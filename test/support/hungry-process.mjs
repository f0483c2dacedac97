// Asks for answers that never end, or unpack to far more than they are, in a process of its own whose memory is looked at.
// Prints what each request came to, and by how much the process grew in MB.
import 'reflect-metadata';

import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ResamaniaAuthModule, ResamaniaHttpService, ResamaniaTokenService } from 'nestjs-resamania-auth';
import { undiciAdapter } from 'nestjs-resamania-auth/undici';
import { firstValueFrom } from 'rxjs';

const { apiBaseUrl, kinds, maxContentLength } = JSON.parse(process.argv[2]);
class AppModule {}
Module({
  imports: [
    ResamaniaAuthModule.forRoot({
      apiBaseUrl,
      tenants: ['good', ...kinds].map((clientToken) => ({
        clientToken,
        clientId: '1',
        clientSecret: 'secret',
      })),
      refresh: { enabled: false, warmUp: false },
      tokenRequest: { attempts: 1, timeoutMs: 5000, deadlineMs: 8000 },
      http: { timeoutMs: 15_000, axios: { maxContentLength } },
    }),
  ],
})(AppModule);
const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
const [tokens, http] = [app.get(ResamaniaTokenService), app.get(ResamaniaHttpService).forTenant('good')];
const byUndici = undiciAdapter();
await firstValueFrom(http.get('clubs'));

const before = process.resourceUsage().maxRSS;
const told = (call) =>
  call.then(
    () => 'an answer',
    ({ code, message }) => `${code}: ${message}`,
  );
/** A caller who reads to the end, whatever the status. */
const read = async (call) => {
  const { data } = await call;
  for await (const chunk of data) if (chunk.length === 0) break;
};
const stream = { responseType: 'stream', validateStatus: () => true };
const outcome = {};
for (const kind of kinds) {
  outcome[`token, ${kind}`] = await told(tokens.getAccessToken(kind));
  outcome[`call, ${kind}`] = await told(firstValueFrom(http.get(kind)));
  outcome[`call by undici, ${kind}`] = await told(firstValueFrom(http.get(kind, { adapter: byUndici })));
  outcome[`stream, ${kind}`] = await told(read(firstValueFrom(http.get(kind, stream))));
  outcome[`stream by undici, ${kind}`] = await told(
    read(firstValueFrom(http.get(kind, { ...stream, adapter: byUndici }))),
  );
}
const grownMb = Math.round((process.resourceUsage().maxRSS - before) / 1024);
await app.close();
await byUndici.close();
process.stdout.write(JSON.stringify({ outcome, grownMb }));
