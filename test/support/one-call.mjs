// Makes one API call in a process of its own: with the proxies, the certificates and the axios of its environment. With
// TEST_UNDICI through undici. What fails is printed by its code.
import 'reflect-metadata';

import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ResamaniaAuthModule, ResamaniaHttpService } from 'nestjs-resamania-auth';
import { undiciAdapter } from 'nestjs-resamania-auth/undici';
import { firstValueFrom } from 'rxjs';

const options = JSON.parse(process.argv[2]);
const adapter = process.env.TEST_UNDICI === undefined ? undefined : undiciAdapter();
if (adapter !== undefined) options.http = { ...options.http, axios: { ...options.http?.axios, adapter } };
class AppModule {}
Module({ imports: [ResamaniaAuthModule.forRoot(options)] })(AppModule);

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
const call = (config) =>
  firstValueFrom(app.get(ResamaniaHttpService).get('clubs', config)).then(
    ({ status, data }) => ({ status, data }),
    ({ code, message }) => ({ code, message }),
  );
const result = await call({});
// Where there is no token, there is a call without one.
if (result.code !== undefined) result.bare = await call({ resamania: { auth: false } });
await app.close();
await adapter?.close();
process.stdout.write(JSON.stringify(result));
