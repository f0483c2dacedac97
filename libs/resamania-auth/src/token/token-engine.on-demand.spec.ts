import { describe, expect, it } from '@jest/globals';

import { createWorld, DEMO, type EngineWorld, json } from '../../../../test/support/engine-world.js';
import { settle } from '../../../../test/support/simulated-clock.js';
import type { ResamaniaTenantOptions } from '../options/tenant-options.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The provider is not asked again because of the time that has passed. */
const ONLY_REFUSALS = { ttlMs: 1000 * HOUR };

/** Tenants in a table, and a token endpoint that knows the right secret of each. */
function table({ maxEntries = 100, ttlMs = 10 * MINUTE } = {}) {
  const rows = new Map<string, ResamaniaTenantOptions>();
  const right = new Map<string, string>();
  const asked: string[] = [];
  const insert = (name: string, clientSecret: ResamaniaTenantOptions['clientSecret'] = 'first') => {
    rows.set(name, { clientToken: name, clientId: name, clientSecret });
    right.set(name, 'first');
  };
  const world = createWorld({
    apiBaseUrl: 'https://api.test',
    refresh: { warmUp: false },
    onDemand: { maxEntries, ttlMs },
    tenantProvider: async (name) => {
      asked.push(name);
      await settle();
      return rows.get(name);
    },
  });
  world.endpoint.always(({ form }) =>
    form['client_secret'] === right.get(form['client_id'] ?? '')
      ? undefined
      : json(400, { error: 'invalid_client' }),
  );
  return { world, rows, right, asked, insert };
}

async function outcome(world: EngineWorld, name: string, ms = 1000): Promise<unknown> {
  const call = world.service.getAccessToken(name).catch((error: unknown) => error);
  await world.clock.advance(ms / 2);
  // What the provider says in the meantime has its effect in this half.
  await world.clock.advance(ms / 2);
  return call;
}

describe('a tenant whose row changes in the table', () => {
  it('goes on with its new secret: the provider is asked again once, when the old one is refused', async () => {
    const { world, right, asked, insert } = table(ONLY_REFUSALS);
    insert('gym');
    await outcome(world, 'gym');
    insert('gym', 'second');
    right.set('gym', 'second');
    await world.clock.advance(2 * HOUR);
    expect(await outcome(world, 'gym')).toEqual(expect.stringContaining('gym'));
    expect(asked.filter((name) => name === 'gym')).toHaveLength(2);
    expect(world.endpoint.requests.map(({ form }) => form['client_secret'])).toEqual([
      'first',
      'first',
      'second',
    ]);
  });

  it('costs one question of the provider for a refusal, however many wait, and no hot loop if the row is no better', async () => {
    const { world, right, asked, insert } = table(ONLY_REFUSALS);
    insert('gym');
    await outcome(world, 'gym');
    right.set('gym', 'unknown to the table');
    await world.clock.advance(2 * HOUR);
    let serial = 0;
    // A table that gives something else each time it is asked.
    const calls = Array.from({ length: 50 }, () => {
      insert('gym', `wrong-${(serial += 1)}`);
      right.set('gym', 'unknown to the table');
      return outcome(world, 'gym', 0);
    });
    await world.clock.advance(2000);
    await world.clock.advance(2000);
    expect(await calls[0]).toMatchObject({ code: 'credentials_rejected' });
    expect(asked).toHaveLength(2);
    expect(world.endpoint.requests.length).toBeLessThanOrEqual(4);
  });

  it('is asked for again after ttlMs, behind its callers, who wait for nothing', async () => {
    const { world, rows, asked, insert } = table();
    insert('gym');
    const first = await outcome(world, 'gym');
    rows.set('gym', { clientToken: 'gym', clientId: 'gym', clientSecret: 'first', clubId: '/gym/clubs/7' });
    await world.clock.advance(10 * MINUTE);
    expect(world.service.peek('gym')?.value).toBe(first);
    await settle();
    await settle();
    expect(world.registry.get('gym')?.clubId).toBe('/gym/clubs/7');
    expect(world.service.peek('gym')?.value).toBe(first);
    expect(asked).toEqual(['gym', 'gym']);
  });

  it('keeps token and config when the provider fails, or says the same again', async () => {
    const { world, rows, asked, insert } = table();
    insert('gym', () => 'first');
    const first = await outcome(world, 'gym');
    insert('gym', () => 'first');
    for (let round = 0; round < 2; round += 1) {
      await world.clock.advance(11 * MINUTE);
      expect(world.service.peek('gym')?.value).toBe(first);
      await settle();
      rows.set('gym', { clientToken: '', clientId: '', clientSecret: '' });
    }
    await settle();
    expect(asked).toHaveLength(3);
    expect(world.service.peek('gym')?.value).toBe(first);
    expect(world.events.some(({ type }) => type === 'tenant-updated')).toBe(false);
    expect(world.endpoint.requests).toHaveLength(1);
  });

  it('is gone when the table has no row any more', async () => {
    const { world, rows, insert } = table();
    insert('gym');
    await outcome(world, 'gym');
    rows.delete('gym');
    await world.clock.advance(11 * MINUTE);
    await outcome(world, 'gym');
    expect(await outcome(world, 'gym')).toMatchObject({ code: 'unknown_tenant' });
  });
});

describe('a tenantProvider that never answers', () => {
  it('is given up after 30 s, with the tenant named', async () => {
    const world = createWorld({ ...DEMO, tenantProvider: () => new Promise(() => undefined) });
    const error = await outcome(world, 'gym', 30_000);
    expect(error).toMatchObject({ code: 'tenant_load_failed', tenant: 'gym' });
    expect(error).not.toHaveProperty('cause');
  });
});

describe('more tenants than are kept', () => {
  it('in one turn all get their token', async () => {
    const { world, insert } = table({ maxEntries: 10 });
    const names = Array.from({ length: 40 }, (_, n) => `gym${n}`);
    for (const name of names) insert(name);
    const calls = names.map((name) => outcome(world, name, 0));
    await world.clock.advance(10_000);
    const outcomes = await Promise.all(calls);
    expect(outcomes.map((value) => String(value).includes('token-'))).toEqual(names.map(() => true));
    expect(world.service.status()).toHaveLength(10);
  });

  it('in one turn all get the token of the principal that they asked for', async () => {
    const world = createWorld({
      apiBaseUrl: 'https://api.test',
      onDemand: { maxEntries: 2 },
      // All at once: most tenants are let go before their callers go on.
      tenantProvider: async (name) => ({ clientToken: name, clientId: name, clientSecret: 's' }),
    });
    const asked = ['', ...Array.from({ length: 7 }, (_, n) => `/gym${n + 1}/clubs/1`)];
    const calls = asked.map((club, n) =>
      world.service.getAccessToken(`gym${n}`, club === '' ? {} : { principal: { club } }),
    );
    await world.clock.advance(10_000);
    expect((await Promise.all(calls)).map((value) => value.split('|').at(-1))).toEqual(asked);
  });

  it('leave neither schedule nor limits behind', async () => {
    const { world, insert } = table({ maxEntries: 2 });
    world.endpoint.always((request) => ({
      ...world.endpoint.token(request),
      headers: { 'x-quota-limit': '1000', 'x-quota-remaining': '900' },
    }));
    world.engine.start();
    const calls = ['a', 'b', 'c', 'd'].map((name) => (insert(name), outcome(world, name, 0)));
    await world.clock.advance(1000);
    await Promise.all(calls);
    expect(world.endpoint.requests).toHaveLength(4);
    for (const name of ['c', 'd']) world.service.peek(name);
    await world.clock.advance(50 * MINUTE);
    expect(world.endpoint.requests).toHaveLength(6);
    expect(world.service.status().map(({ tenant }) => tenant)).toEqual(['c', 'd']);
    // Back again: what is told of limits is from answers after that.
    world.endpoint.always(undefined);
    world.service.getAccessToken('a').catch(() => undefined);
    await world.clock.advance(1000);
    const again = world.service.status().find(({ tenant }) => tenant === 'a');
    expect(again).toBeDefined();
    expect(again).not.toHaveProperty('limits');
  });
});

describe('a tenant that was let go', () => {
  it('is not renewed, however much its token was used before', async () => {
    const { world, insert } = table({ maxEntries: 2 });
    world.engine.start();
    for (const name of ['a', 'b', 'c']) {
      insert(name);
      await outcome(world, name);
      // Used since it came, and so to be renewed: `a`, which goes when `c` comes, and `c`, which stays.
      if (name !== 'b') world.service.peek(name);
    }
    const before = world.endpoint.requests.length;
    expect(world.service.status().map(({ tenant }) => tenant)).toEqual(['b', 'c']);
    await world.clock.advance(50 * MINUTE);
    expect(world.endpoint.requests.slice(before)).toHaveLength(1);
  });
});

describe('the limits of a tenant that was let go', () => {
  it('are forgotten: when it is back, they are those of answers after that', async () => {
    const { world, insert } = table({ maxEntries: 1 });
    for (const name of ['a', 'b']) insert(name);
    const headers = { 'x-quota-limit': '1000', 'x-quota-remaining': '900' };
    world.endpoint.always((request) => ({ ...world.endpoint.token(request), headers }));
    await outcome(world, 'a');
    expect(world.service.status()[0]).toHaveProperty('limits');
    await outcome(world, 'b');
    world.endpoint.always(undefined);
    await outcome(world, 'a');
    expect(world.service.status()[0]).toMatchObject({ tenant: 'a' });
    expect(world.service.status()[0]).not.toHaveProperty('limits');
  });
});

describe('a principal whose cache was let go while it waits', () => {
  it('goes along with update(): no caller meets the old secret', async () => {
    const world = createWorld({ ...DEMO, onDemand: { maxEntries: 1 } });
    world.endpoint.always(({ form }) =>
      form['client_secret'] === 'rotated' ? undefined : json(400, { error: 'invalid_client' }),
    );
    world.endpoint.latencyMs = 500;
    const calls = [1, 2, 3].map((id) =>
      world.service
        .getAccessToken('demoapi', { principal: { club: `/demoapi/clubs/${id}` } })
        .catch((error: unknown) => error),
    );
    await world.clock.advance(100);
    world.registry.update('demoapi', { clientSecret: 'rotated' });
    await world.clock.advance(5000);
    for (const value of await Promise.all(calls)) expect(value).toEqual(expect.stringContaining('token-'));
  });
});

describe('two names for one client', () => {
  it('with different gateway keys share no flight: the good key is tried', async () => {
    const demo = { clientToken: 'demoapi', clientId: '1', clientSecret: 's' };
    const world = createWorld({
      apiBaseUrl: 'https://api.test',
      tenants: [
        { ...demo, name: 'revoked', apiKey: 'old-key' },
        { ...demo, name: 'good', apiKey: 'new-key' },
        { ...demo, name: 'elsewhere', apiKey: 'new-key', apiKeyHeader: 'X-Other' },
      ],
    });
    world.endpoint.always(({ headers }) =>
      headers['X-Gravitee-Api-Key'] === 'new-key'
        ? undefined
        : json(401, { message: 'Unauthorized', http_status_code: 401 }),
    );
    const calls = ['revoked', 'good', 'elsewhere'].map((name) => outcome(world, name, 0));
    await world.clock.advance(1000);
    expect(await Promise.all(calls)).toMatchObject([
      { code: 'gateway_refused' },
      expect.stringContaining('token-'),
      { code: 'gateway_refused' },
    ]);
  });
});
