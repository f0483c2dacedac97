import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { ConfigModule, type ConfigType } from '@nestjs/config';
import { Test } from '@nestjs/testing';

import { resamaniaConfig } from './resamania.config.js';
import { resolveOptions } from '../options/resolve-options.js';
import type { Secret } from '../options/tenant-options.js';

describe('resamaniaConfig', () => {
  const before = { ...process.env };
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'resamania-'));
    await writeFile(join(folder, 'secret'), 'from-file\n');
    for (const variable of Object.keys(process.env)) {
      if (variable.startsWith('RESAMANIA_')) delete process.env[variable];
    }
    Object.assign(process.env, {
      RESAMANIA_API_URL: 'https://host',
      RESAMANIA_CLIENT_TOKEN: 'demoapi',
      RESAMANIA_CLIENT_ID: '1_x',
      RESAMANIA_CLIENT_SECRET_FILE: join(folder, 'secret'),
    });
  });

  afterEach(async () => {
    for (const variable of Object.keys(process.env)) if (!(variable in before)) delete process.env[variable];
    Object.assign(process.env, before);
    await rm(folder, { recursive: true });
  });

  it('is loaded by ConfigModule, secrets still functions', async () => {
    const imports = [ConfigModule.forRoot({ load: [resamaniaConfig], ignoreEnvFile: true })];
    const app = await Test.createTestingModule({ imports }).compile();
    const config: ConfigType<typeof resamaniaConfig> = app.get(resamaniaConfig.KEY);
    const [tenant] = resolveOptions(config).tenants;
    expect(read(tenant?.clientSecret)).toBe('from-file');
    await app.close();
  });

  it('is a provider for forRootAsync', async () => {
    const { imports, useFactory, inject } = resamaniaConfig.asProvider();
    @Module({ imports, providers: [{ provide: 'OPTIONS', useFactory, inject }] })
    class Consumer {}
    const app = await Test.createTestingModule({ imports: [Consumer] }).compile();
    expect(resolveOptions(app.get('OPTIONS', { strict: false })).tenants).toHaveLength(1);
    await app.close();
  });

  it('stops the application with one error that lists what is missing', async () => {
    delete process.env['RESAMANIA_CLIENT_ID'];
    delete process.env['RESAMANIA_API_URL'];
    const imports = [ConfigModule.forRoot({ load: [resamaniaConfig], ignoreEnvFile: true })];
    await expect(Test.createTestingModule({ imports }).compile()).rejects.toMatchObject({
      name: 'ResamaniaConfigError',
      problems: [
        expect.stringContaining('RESAMANIA_API_URL'),
        expect.stringContaining('RESAMANIA_CLIENT_ID'),
      ],
    });
  });
});

function read(secret: Secret | undefined): unknown {
  return typeof secret === 'function' ? secret() : 'no function';
}
