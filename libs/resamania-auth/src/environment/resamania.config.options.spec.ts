import { inspect } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';

import { ResamaniaConfigError } from '../errors.js';
import type { ResamaniaAuthOptions } from '../options/resamania-auth-options.js';
import { resolveOptions } from '../options/resolve-options.js';
import type { ResamaniaTenantOptions } from '../options/tenant-options.js';
import { revealed } from '../../../../test/support/revealed.js';
import { resamaniaConfig } from './resamania.config.js';

const ONE = {
  RESAMANIA_API_URL: 'https://environment',
  RESAMANIA_CLIENT_TOKEN: 'demoapi',
  RESAMANIA_CLIENT_ID: '1_x',
  RESAMANIA_CLIENT_SECRET: 'secret',
};
const NORDGYM: ResamaniaTenantOptions = { clientToken: 'nordgym', clientId: '2_x', clientSecret: 's' };

/** What a module that spreads `asProvider(options)` in its `forRootAsync()` gets. */
async function provided(options: ResamaniaAuthOptions): Promise<ResamaniaAuthOptions> {
  const { imports, useFactory, inject } = resamaniaConfig.asProvider(options);
  @Module({ imports, providers: [{ provide: 'OPTIONS', useFactory, inject }] })
  class Consumer {}
  const app = await Test.createTestingModule({ imports: [Consumer] }).compile();
  const found = app.get<ResamaniaAuthOptions>('OPTIONS', { strict: false });
  await app.close();
  return found;
}

async function problemsOf(options: object): Promise<readonly string[]> {
  const failure: unknown = await provided(options).then(
    () => undefined,
    (error: unknown) => error,
  );
  return failure instanceof ResamaniaConfigError ? failure.problems : [];
}

describe('An application that takes credentials from the environment and writes the rest in code', () => {
  const before = { ...process.env };

  function setEnvironment(variables: Readonly<Record<string, string>>): void {
    for (const name of Object.keys(process.env)) if (name.startsWith('RESAMANIA_')) delete process.env[name];
    Object.assign(process.env, variables);
  }

  beforeEach(() => setEnvironment(ONE));
  afterEach(() => {
    setEnvironment({});
    Object.assign(process.env, before);
  });

  it('has both', async () => {
    const tenantProvider = async () => undefined;
    const options = await provided({ refresh: { failFast: true }, http: { axios: {} }, tenantProvider });
    expect(options).toMatchObject({ refresh: { failFast: true }, tenantProvider });
    expect(resolveOptions(options).tenants.map(({ name }) => name)).toEqual(['demoapi']);
  });

  it('prints no secret, wherever it came from', async () => {
    setEnvironment({ ...ONE, RESAMANIA_CLIENT_SECRET: 'canary' });
    const fromBoth = await provided({ apiKey: 'canary' });
    setEnvironment({ RESAMANIA_API_URL: 'https://environment' });
    const ofCode = await provided({ tenants: [{ ...NORDGYM, clientSecret: 'canary', apiKey: 'canary' }] });
    for (const options of [fromBoth, ofCode]) {
      expect(inspect(options, { depth: 25, showHidden: true, getters: true })).not.toContain('canary');
      expect(JSON.stringify(options)).not.toContain('canary');
      const [tenant] = resolveOptions(options).tenants.map(revealed);
      expect(tenant).toMatchObject({ clientSecret: 'canary', apiKey: 'canary' });
    }
  });

  it('gets what the code says where the environment says something else', async () => {
    setEnvironment({ ...ONE, RESAMANIA_API_KEY: 'of-environment', RESAMANIA_DEFAULT_TENANT: 'nobody' });
    const options = await provided({
      apiBaseUrl: 'https://code',
      apiKey: 'of-code',
      defaultTenant: 'demoapi',
    });
    const resolved = resolveOptions(options);
    expect(resolved.defaultTenant).toBe('demoapi');
    expect(resolved.tenants.map(revealed)).toEqual([
      expect.objectContaining({ apiBaseUrl: 'https://code', apiKey: 'of-code' }),
    ]);
  });

  it('keeps the URL that is one tenant’s own', async () => {
    setEnvironment({
      RESAMANIA_API_URL: 'https://environment',
      RESAMANIA_TENANTS: 'alpha,beta',
      RESAMANIA_ALPHA_CLIENT_ID: '1_x',
      RESAMANIA_ALPHA_CLIENT_SECRET: 'a',
      RESAMANIA_ALPHA_API_URL: 'https://alpha',
      RESAMANIA_BETA_CLIENT_ID: '2_x',
      RESAMANIA_BETA_CLIENT_SECRET: 'b',
    });
    const { tenants } = resolveOptions(await provided({ apiBaseUrl: 'https://code' }));
    expect(tenants.map(({ apiBaseUrl }) => apiBaseUrl)).toEqual(['https://alpha', 'https://code']);
  });

  it('may leave out a variable whose option is in code, and an option that is undefined counts as left out', async () => {
    const { RESAMANIA_API_URL: _, ...rest } = ONE;
    setEnvironment(rest);
    expect(resolveOptions(await provided({ apiBaseUrl: 'https://code' })).tenants).toHaveLength(1);
    expect(await problemsOf({ apiBaseUrl: undefined })).toEqual([
      expect.stringMatching(/^RESAMANIA_API_URL: not set/),
    ]);
  });

  it('needs no tenant in the environment where a tenantProvider or a list in code brings them', async () => {
    setEnvironment({ RESAMANIA_API_URL: 'https://environment', RESAMANIA_API_KEY: 'key' });
    expect(resolveOptions(await provided({ tenantProvider: async () => NORDGYM })).tenants).toEqual([]);
    const { tenants } = resolveOptions(await provided({ tenants: [NORDGYM] }));
    expect(tenants.map(revealed)).toEqual([
      expect.objectContaining({ name: 'nordgym', apiBaseUrl: 'https://environment', apiKey: 'key' }),
    ]);
    expect((await problemsOf({ refresh: {} })).map((problem) => problem.replace(/:.*/, ''))).toEqual([
      'RESAMANIA_CLIENT_TOKEN',
      'RESAMANIA_CLIENT_ID',
      'RESAMANIA_CLIENT_SECRET',
    ]);
  });

  it('is told of a half-set tenant beside a tenantProvider', async () => {
    setEnvironment({ RESAMANIA_API_URL: 'https://environment', RESAMANIA_CLIENT_ID: '1_x' });
    expect(await problemsOf({ tenantProvider: async () => undefined })).toEqual([
      expect.stringMatching(/^RESAMANIA_CLIENT_TOKEN: not set/),
      expect.stringMatching(/^RESAMANIA_CLIENT_SECRET: not set/),
    ]);
  });

  it('is told of tenants in both places', async () => {
    const text =
      'tenants: expected tenants here or in the environment, found both: ' +
      'remove them here, or give them to ResamaniaAuthModule.forFeature()';
    expect(await problemsOf({ tenants: [NORDGYM] })).toEqual([text]);
    setEnvironment({ RESAMANIA_API_URL: 'https://environment', RESAMANIA_TENANTS: 'alpha' });
    expect(await problemsOf({ tenants: [NORDGYM] })).toContain(text);
  });

  it('gets one list of what is wrong in the environment and in code, with what was meant', async () => {
    setEnvironment({ ...ONE, RESAMANIA_CLIENT_ID: '' });
    const mistakes = { htpp: {}, refresh: { failfast: true, lead: { share: 2 } }, apiBaseUrl: 'code' };
    expect(await problemsOf(mistakes)).toEqual([
      expect.stringMatching(/^RESAMANIA_CLIENT_ID: not set/),
      expect.stringMatching(/^apiBaseUrl: expected an absolute URL/),
      expect.stringMatching(/^refresh\.lead\.share: expected a number/),
      'refresh.failfast: unknown option, did you mean failFast?',
      'htpp: unknown option, did you mean http?',
    ]);
  });

  it('is told to give options, where it gives something else', async () => {
    expect(await problemsOf([])).toEqual(['options: expected an object, found an array']);
    expect(await problemsOf(Promise.resolve({}))).toEqual([
      expect.stringMatching(/^options: expected an object, found a Promise/),
    ]);
  });
});
