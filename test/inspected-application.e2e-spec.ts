import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inspect, promisify } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import { resamaniaConfig } from 'nestjs-resamania-auth';

const SCRIPT = fileURLToPath(new URL('support/inspected-application.mjs', import.meta.url));
const run = promisify(execFile);

describe('Whoever prints an application sees no secret', () => {
  it.each([
    'forRoot()',
    'forRootAsync()',
    'forFeature()',
    'the environment',
    'the environment and ConfigModule',
  ])('that came by %s', async (way) => {
    const { stdout } = await run(process.execPath, [SCRIPT, way]);
    expect(JSON.parse(stdout)).toEqual({ status: 200, leaks: [] });
  });
});

describe('Whoever prints the configuration sees no secret', () => {
  const before = { ...process.env };
  let app: INestApplicationContext;

  beforeEach(async () => {
    Object.assign(process.env, {
      RESAMANIA_API_URL: 'https://gateway.example',
      RESAMANIA_API_KEY: 'key-canary',
      RESAMANIA_CLIENT_TOKEN: 'demoapi',
      RESAMANIA_CLIENT_ID: '1_x',
      RESAMANIA_CLIENT_SECRET: 'secret-canary',
    });
    const config = await ConfigModule.forRoot({ load: [resamaniaConfig], ignoreEnvFile: true });
    app = await NestFactory.createApplicationContext(config, { logger: false });
  });
  afterEach(async () => {
    await app.close();
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  });

  it('in the environment', () => {
    const options: unknown = app.get(ConfigService).get('resamania');
    expect(options).toMatchObject({ tenants: [{ clientToken: 'demoapi', clientId: '1_x' }] });
    expect(inspect(options, { depth: 25, getters: true, showHidden: true })).not.toContain('canary');
    expect(JSON.stringify(options)).not.toContain('canary');
    expect(inspect(app.get(ConfigService), { depth: 25 })).not.toContain('canary');
  });
});
