// Starts an application in a process of its own, makes a call with it, and prints where a secret shows in the printed
// application: in a test process that would hold the whole test runner. Every object is looked at once, at whatever depth:
// `inspect()` writes each one as often as there are ways to it, 130 MB for a small application.
import 'reflect-metadata';

import { createServer } from 'node:http';
import { types } from 'node:util';

import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { ResamaniaAuthModule, resamaniaConfig, ResamaniaHttpService } from 'nestjs-resamania-auth';

// Split, so that no printed source text holds it.
const CANARY = ['can', 'ary'].join('');

const server = createServer((request, response) => {
  response.setHeader('Content-Type', 'application/json');
  response.end(request.method === 'POST' ? '{"access_token":"t","expires_in":3600}' : '{}');
});
await new Promise((resolve) => {
  server.listen(0, '127.0.0.1', resolve);
});
const apiBaseUrl = `http://127.0.0.1:${server.address().port}`;
const secrets = { clientSecret: `secret-${CANARY}`, apiKey: `own-key-${CANARY}` };
const tenants = [{ clientToken: 'demoapi', clientId: '1_x', ...secrets }];
const root = { apiBaseUrl, apiKey: `key-${CANARY}` };
const options = { ...root, tenants };

const WAYS = {
  'forRoot()': () => [ResamaniaAuthModule.forRoot(options)],
  'forRootAsync()': () => [ResamaniaAuthModule.forRootAsync({ useFactory: async () => options })],
  'forFeature()': () => [ResamaniaAuthModule.forRoot(root), ResamaniaAuthModule.forFeature(tenants)],
  'the environment': () => [ResamaniaAuthModule.forRootAsync(resamaniaConfig.asProvider())],
  'the environment and ConfigModule': () => [
    ConfigModule.forRoot({ load: [resamaniaConfig], ignoreEnvFile: true }),
    ResamaniaAuthModule.forRootAsync(resamaniaConfig.asProvider()),
  ],
};

const [, , way] = process.argv;
Object.assign(process.env, {
  RESAMANIA_API_URL: apiBaseUrl,
  RESAMANIA_API_KEY: root.apiKey,
  RESAMANIA_CLIENT_TOKEN: 'demoapi',
  RESAMANIA_CLIENT_ID: '1_x',
  RESAMANIA_CLIENT_SECRET: secrets.clientSecret,
});

class HostModule {}
Module({ imports: WAYS[way]() })(HostModule);
const app = await NestFactory.create(HostModule, { logger: false });
await app.init();
const { status } = await app.get(ResamaniaHttpService).axiosRef.get('clubs');
const leaks = leaksIn(app);
process.stdout.write(JSON.stringify({ status, leaks }));
await app.close();
server.close();

/** The paths to a secret, by what `inspect()` goes into: properties, and the entries of maps and sets. */
function leaksIn(start) {
  const seen = new Set([process.env]);
  const found = [];
  const queue = [['app', start]];
  for (const [path, value] of queue) {
    if (typeof value === 'string' && value.includes(CANARY)) found.push(path);
    const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function';
    if (!isObject || seen.has(value)) continue;
    seen.add(value);
    for (const key of Reflect.ownKeys(value)) {
      const property = Reflect.getOwnPropertyDescriptor(value, key);
      if (property && 'value' in property) queue.push([`${path}.${String(key)}`, property.value]);
    }
    if (!types.isMap(value) && !types.isSet(value)) continue;
    for (const entry of value.entries()) queue.push([`${path}[]`, entry]);
  }
  return found;
}
