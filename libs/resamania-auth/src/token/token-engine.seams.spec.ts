import { describe, expect, it } from '@jest/globals';

import { createWorld, DEMO, type EngineWorld, json } from '../../../../test/support/engine-world.js';
import { resolveTenantOptions } from '../options/resolve-options.js';
import type { ResamaniaTenantOptions } from '../options/tenant-options.js';
import { Tenant } from '../tenants/tenant.js';
import { grantKey } from './request/token-grant.js';

const DEMO_TENANT = { clientToken: 'demoapi', clientId: '1', clientSecret: 's' };
const QUIET = { refresh: { enabled: false, warmUp: false } };
const KEY_REFUSED = json(401, { message: 'Unauthorized', http_status_code: 401 });

function tenant(changes: Partial<ResamaniaTenantOptions> = {}): Tenant {
  const defaults = {
    apiBaseUrl: 'https://api.test',
    apiKey: undefined,
    apiKeyHeader: 'X-Key',
    allowInsecureHttp: false,
  };
  return new Tenant(resolveTenantOptions({ ...DEMO_TENANT, ...changes }, defaults, 'here'));
}

async function outcome<T>(world: EngineWorld, call: Promise<T>, ms = 1000): Promise<unknown> {
  const caught = call.catch((error: unknown) => error);
  await world.clock.advance(ms);
  return caught;
}

describe('the key of a flight', () => {
  it.each<[string, Partial<ResamaniaTenantOptions>]>([
    ['scope', { scope: 'all' }],
    ['client', { clientId: '2' }],
    ['chain', { clientToken: 'other' }],
    ['secret', { clientSecret: 'other' }],
    ['gateway key', { apiKey: 'k' }],
    ["gateway key's header", { apiKeyHeader: 'X-Other' }],
    ['grant', { renewWith: 'refresh-token' }],
    ['params', { params: { a: 'b' } }],
    ['token URL', { tokenPath: '/oauth' }],
  ])('is another for another %s', (_what, changes) => {
    const key = (of: Tenant) => grantKey({ tenant: of, principal: undefined });
    expect(key(tenant(changes))).not.toBe(key(tenant()));
    expect(key(tenant({ ...changes, name: 'twin' }))).toBe(key(tenant(changes)));
  });
});

describe('a tenant', () => {
  it("has other secrets when only the gateway key's header is another", () => {
    expect(tenant({ apiKeyHeader: 'X-Other' }).hasSecretsOf(tenant())).toBe(false);
    expect(tenant().hasSecretsOf(tenant())).toBe(true);
  });

  it('distrusts its gateway key only if it is the one that was refused', async () => {
    const keys = ['first', 'second'];
    const own = tenant({ apiKey: () => keys.shift() ?? 'last' });
    await own.readApiKey();
    own.distrustApiKey('another');
    expect(own.knownApiKey).toBe('first');
    own.distrustApiKey('first');
    expect(own.knownApiKey).toBeUndefined();
    await own.readApiKey();
    own.distrustApiKey(undefined);
    expect(own.knownApiKey).toBe('second');
  });
});

describe('a flight that is shared', () => {
  it('goes on for the others when one of its tenants is removed', async () => {
    const world = createWorld({
      apiBaseUrl: 'https://api.test',
      tenants: [
        { ...DEMO_TENANT, name: 'north' },
        { ...DEMO_TENANT, name: 'south' },
      ],
    });
    const north = world.service.getAccessToken('north').catch((error: unknown) => error);
    const south = world.service.getAccessToken('south');
    await world.clock.advance(50);
    world.registry.remove('north');
    expect(await outcome(world, south)).toEqual(expect.stringContaining('token-1'));
    expect(await north).toMatchObject({ code: 'tenant_removed' });
    expect(world.endpoint.requests).toHaveLength(1);
  });

  it('has its deadline counted from its request, or from the caller who joins, not from its place in the queue', async () => {
    const world = createWorld({
      apiBaseUrl: 'https://api.test',
      tenants: [DEMO_TENANT, { ...DEMO_TENANT, clientToken: 'nordgym' }],
      tokenRequest: { concurrency: 1, deadlineMs: 10_000, timeoutMs: 10_000, attempts: 1 },
    });
    world.endpoint.latencyMs = 9_000;
    world.engine.start();
    await world.clock.advance(19_000);
    expect(world.service.status().map(({ obtained }) => obtained)).toEqual([1, 1]);
  });
});

describe('credentials that are refused', () => {
  it('are read again with the gateway key: a rotated key alone is enough', async () => {
    const keys = ['old', 'new'];
    const world = createWorld({
      apiBaseUrl: 'https://api.test',
      tenants: [{ ...DEMO_TENANT, apiKey: () => keys.shift() ?? 'new' }],
      ...QUIET,
    });
    world.endpoint.always(({ headers }) =>
      headers['X-Gravitee-Api-Key'] === 'new' ? undefined : KEY_REFUSED,
    );
    expect(await outcome(world, world.service.getAccessToken())).toEqual(expect.any(String));
    expect(world.endpoint.requests).toHaveLength(2);
  });
});

describe('principals', () => {
  it('of two tenants with the same address have a token each', async () => {
    const world = createWorld({
      apiBaseUrl: 'https://api.test',
      tenants: [DEMO_TENANT, { ...DEMO_TENANT, clientToken: 'nordgym', clientId: '2' }],
      ...QUIET,
    });
    const principal = { contactEmail: 'a@b.example' };
    const calls = ['demoapi', 'nordgym'].map((name) => world.service.getAccessToken(name, { principal }));
    const values = (await outcome(world, Promise.all(calls))) as string[];
    expect(values.map((value) => value.includes('/nordgym/'))).toEqual([false, true]);
  });

  it('go along when their loaded tenant was let go and has come back with another secret', async () => {
    let clientSecret = 'first';
    const world = createWorld({
      apiBaseUrl: 'https://api.test',
      onDemand: { maxEntries: 2 },
      tenantProvider: async (name) => ({ ...DEMO_TENANT, clientToken: name, clientSecret }),
      ...QUIET,
    });
    const principal = { club: '/gym/clubs/1' };
    await outcome(world, world.service.getAccessToken('gym', { principal }));
    for (const name of ['x', 'y']) await outcome(world, world.service.getAccessToken(name));
    clientSecret = 'second';
    await outcome(world, world.service.renew('gym', { principal }));
    const last = world.endpoint.requests.at(-1)?.form;
    expect(last).toMatchObject({ clubId: '/gym/clubs/1', client_secret: 'second' });
  });
});

describe('a name that the provider did not know', () => {
  it('is known as soon as it is registered, and asked for again when it is removed', async () => {
    const asked: string[] = [];
    const world = createWorld({
      ...DEMO,
      ...QUIET,
      tenantProvider: async (name) => {
        asked.push(name);
        return undefined;
      },
    });
    await outcome(world, world.service.getAccessToken('gym'));
    world.registry.register({ ...DEMO_TENANT, name: 'gym' });
    expect(await outcome(world, world.service.getAccessToken('gym'))).toEqual(expect.any(String));
    world.registry.remove('gym');
    await outcome(world, world.service.getAccessToken('gym'));
    expect(asked).toEqual(['gym', 'gym']);
  });
});

describe('the turns that run at once', () => {
  it('give their place back when they fail, however many did', async () => {
    const tenants = Array.from({ length: 70 }, (_, n) => ({ ...DEMO_TENANT, clientToken: `chain${n}` }));
    const world = createWorld({ apiBaseUrl: 'https://api.test', tenants });
    world.endpoint.latencyMs = 1;
    world.endpoint.always(({ url }) => (url.includes('chain69/') ? undefined : KEY_REFUSED));
    world.engine.start();
    await world.clock.advance(10 * 60_000);
    expect(world.service.peek('chain69')).toBeDefined();
    const late = { ...DEMO_TENANT, clientToken: 'late' };
    world.endpoint.always(undefined);
    world.registry.register(late);
    await world.clock.advance(60_000);
    expect(world.service.peek('late')).toBeDefined();
  });
});

it('a caller who has given up already makes no request', async () => {
  const { service, endpoint, clock } = createWorld();
  const signal = AbortSignal.abort(new Error('gone'));
  await expect(service.getAccessToken('demoapi', { signal })).rejects.toThrow('gone');
  await expect(service.renew('demoapi', { signal })).rejects.toThrow('gone');
  await clock.advance(1000);
  expect(endpoint.requests).toEqual([]);
});
