import { describe, expect, it } from '@jest/globals';

import { createWorld, DEMO, type EngineWorld, json, text } from '../../../../test/support/engine-world.js';
import { settle } from '../../../../test/support/simulated-clock.js';
import type { ResamaniaTenantOptions } from '../options/tenant-options.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function tenant(name: string, extra: Partial<ResamaniaTenantOptions> = {}): ResamaniaTenantOptions {
  return { name, clientToken: name, clientId: `1_${name}`, clientSecret: `secret-${name}`, ...extra };
}

function chains(count: number): EngineWorld {
  const tenants = Array.from({ length: count }, (_, n) => tenant(`chain${n}`));
  return createWorld({ apiBaseUrl: 'https://api.test', tenants });
}

async function caught<T>(call: Promise<T>): Promise<unknown> {
  return call.catch((error: unknown) => error);
}

describe('the schedule', () => {
  it('renews every tenant while nobody calls, ahead of expiry', async () => {
    const world = chains(3);
    world.engine.start();
    await world.clock.advance(5 * HOUR);
    for (const status of world.service.status()) {
      expect(status.state).toBe('valid');
      expect(status.obtained).toBe(8);
      expect(status.expiresAt?.getTime()).toBeGreaterThan(world.clock.now());
    }
  });

  it('uses one timer for a thousand tenants, and four requests at once per host', async () => {
    const world = chains(1000);
    world.engine.start();
    expect(world.clock.timers).toBe(1);
    await world.clock.advance(MINUTE);
    expect(world.endpoint.requests).toHaveLength(1000);
    expect(world.endpoint.maxUnderWay).toBe(4);
  });

  it('spreads the first requests of many tenants evenly over time', async () => {
    const world = chains(1000);
    world.endpoint.latencyMs = 1;
    const start = world.clock.now();
    world.engine.start();
    await world.clock.advance(MINUTE);
    const seconds = world.endpoint.requests.map(({ at }) => Math.floor((at - start) / 1000));
    const perSecond = Array.from({ length: 25 }, (_, n) => seconds.filter((second) => second === n).length);
    for (const count of perSecond) expect(count).toBeGreaterThan(38);
    for (const count of perSecond) expect(count).toBeLessThan(42);
  });

  it('renews a token of thirty days once, half an hour before its end at the earliest', async () => {
    const world = chains(1);
    const days = 24 * HOUR;
    world.endpoint.lifetimeSeconds = (30 * days) / 1000;
    world.engine.start();
    await world.clock.advance(30 * days - 31 * MINUTE);
    expect(world.endpoint.requests).toHaveLength(1);
    await world.clock.advance(11 * MINUTE);
    expect(world.endpoint.requests).toHaveLength(2);
  });

  it('lets a caller go before it', async () => {
    const world = createWorld({
      apiBaseUrl: 'https://api.test',
      tenants: Array.from({ length: 40 }, (_, n) => tenant(`chain${n}`)),
    });
    world.endpoint.latencyMs = 1000;
    world.engine.start();
    await world.clock.advance(500);
    const started = world.clock.now();
    let served = 0;
    void world.service.getAccessToken('chain39').then(() => {
      served = world.clock.now();
    });
    await world.clock.advance(20_000);
    expect(served - started).toBeLessThanOrEqual(1500);
  });

  it('makes no request before the start and none after the stop', async () => {
    const world = chains(2);
    await world.clock.advance(HOUR);
    expect(world.endpoint.requests).toHaveLength(0);
    world.engine.start();
    await world.clock.advance(1000);
    world.engine.stop();
    await world.clock.advance(3 * HOUR);
    expect(world.endpoint.requests).toHaveLength(2);
    expect(world.endpoint.isClosed).toBe(true);
    expect(world.clock.timers).toBe(0);
  });

  it('leaves tokens alone that nobody uses when keepWarm is off', async () => {
    const world = createWorld({ ...DEMO, refresh: { keepWarm: false } });
    world.engine.start();
    await world.clock.advance(6 * HOUR);
    expect(world.endpoint.requests).toHaveLength(1);
  });

  it('obtains nothing by itself when warmUp is off, and renews what was asked for', async () => {
    const world = createWorld({ ...DEMO, refresh: { warmUp: false } });
    world.engine.start();
    await world.clock.advance(HOUR);
    expect(world.endpoint.requests).toHaveLength(0);
    void world.service.getAccessToken();
    await world.clock.advance(3 * HOUR);
    expect(world.endpoint.requests.length).toBeGreaterThanOrEqual(4);
  });
});

describe('failing fast', () => {
  it('names every tenant that failed', async () => {
    const world = chains(3);
    world.endpoint.always(({ form }) =>
      form['client_id'] === '1_chain1' ? json(400, { error: 'invalid_client' }) : undefined,
    );
    const start = caught(world.engine.obtainAll());
    await world.clock.advance(5000);
    const error = (await start) as Error;
    expect(error.message).toContain('1 of 3 tenants');
    expect(error.message).toContain('"chain1"');
    expect(error.message).not.toContain('"chain0"');
    expect(error).toMatchObject({ code: 'credentials_rejected' });
  });
});

describe('stopping', () => {
  it('settles everybody who waits, at once, and all who come later', async () => {
    const world = chains(1);
    world.endpoint.always(() => 'hang');
    const waiting = [caught(world.service.getAccessToken()), caught(world.service.renew())];
    await world.clock.advance(100);
    world.engine.stop();
    await settle();
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'shutting_down' });
    expect(await caught(world.service.getToken())).toMatchObject({ code: 'shutting_down' });
    expect(world.endpoint.underWay).toHaveLength(0);
  });

  it('lets nothing out for principals and tenants that come after it', async () => {
    const world = createWorld({ ...DEMO, tenantProvider: async (name) => tenant(name) });
    world.engine.stop();
    const club = { principal: { club: '/demoapi/clubs/7' } };
    expect(await caught(world.service.getAccessToken('demoapi', club))).toMatchObject({
      code: 'shutting_down',
    });
    expect(await caught(world.service.getAccessToken('late'))).toMatchObject({ code: 'shutting_down' });
    expect(world.endpoint.requests).toHaveLength(0);
  });

  it('leaves tokens in hand usable for what is still being served', async () => {
    const world = chains(1);
    void world.service.getAccessToken();
    await world.clock.advance(1000);
    world.engine.stop();
    expect(await world.service.getAccessToken()).toEqual(expect.any(String));
  });
});

describe('tenants', () => {
  it("never see each other's token, however interleaved", async () => {
    const world = chains(2);
    for (let round = 0; round < 500; round += 1) {
      const both = Promise.all([
        world.service.getAccessToken('chain0'),
        world.service.getAccessToken('chain1'),
      ]);
      if (round % 50 === 0) {
        await world.service.invalidate('chain0');
        void world.service.renew('chain1');
      }
      await world.clock.advance(200);
      const [zero, one] = await both;
      expect(zero).toContain('1_chain0');
      expect(one).toContain('1_chain1');
    }
  });

  it('of equal config share one flight, and each has its token', async () => {
    const same = { clientToken: 'demoapi', clientId: '1_demo', clientSecret: 's' };
    const world = createWorld({
      apiBaseUrl: 'https://api.test',
      tenants: [
        { ...same, name: 'north', clubId: '/demoapi/clubs/1' },
        { ...same, name: 'south', clubId: '/demoapi/clubs/2' },
      ],
    });
    const both = Promise.all([world.service.getAccessToken('north'), world.service.getAccessToken('south')]);
    await world.clock.advance(1000);
    const [north, south] = await both;
    expect(north).toBe(south);
    expect(world.endpoint.requests).toHaveLength(1);
  });

  it('with different secrets share nothing', async () => {
    const same = { clientToken: 'demoapi', clientId: '1_demo' };
    const world = createWorld({
      apiBaseUrl: 'https://api.test',
      tenants: [
        { ...same, name: 'right', clientSecret: 'right' },
        { ...same, name: 'wrong', clientSecret: 'wrong' },
      ],
    });
    world.endpoint.always(({ form }) =>
      form['client_secret'] === 'wrong' ? json(400, { error: 'invalid_client' }) : undefined,
    );
    const right = caught(world.service.getAccessToken('right'));
    const wrong = caught(world.service.getAccessToken('wrong'));
    await world.clock.advance(1000);
    expect(await right).toEqual(expect.any(String));
    expect(await wrong).toMatchObject({ code: 'credentials_rejected', tenant: 'wrong' });
  });

  it('that are unknown give an error that names those known', async () => {
    const world = chains(2);
    expect(await caught(world.service.getAccessToken('nope'))).toMatchObject({
      code: 'unknown_tenant',
      tenant: 'nope',
      message: expect.stringContaining('chain0, chain1') as unknown as string,
    });
    expect(await caught(world.service.getAccessToken())).toMatchObject({ code: 'no_default_tenant' });
    expect(() => world.service.peek('nope')).toThrow('is not known');
  });

  it('can be registered while it runs, and are warmed up', async () => {
    const world = chains(1);
    world.engine.start();
    world.registry.register(tenant('late'));
    await world.clock.advance(1000);
    expect(world.service.peek('late')?.value).toContain('1_late');
    expect(() => world.registry.register(tenant('late'))).toThrow(/"late".*registered already/);
    expect(world.events.map(({ type }) => type)).toContain('tenant-added');
  });

  it('that are removed abort their flight and say so', async () => {
    const world = chains(2);
    world.endpoint.always(() => 'hang');
    const waiting = caught(world.service.getAccessToken('chain1'));
    await world.clock.advance(100);
    expect(world.registry.remove('chain1')).toBe(true);
    expect(await waiting).toMatchObject({ code: 'tenant_removed', tenant: 'chain1' });
    expect(world.endpoint.underWay).toHaveLength(0);
    expect(await caught(world.service.getAccessToken('chain1'))).toMatchObject({ code: 'tenant_removed' });
    expect(world.service.status().map(({ tenant: name }) => name)).toEqual(['chain0']);
  });
});

describe('a tenant provider', () => {
  function providerWorld(maxEntries = 10): { world: EngineWorld; asked: string[] } {
    const asked: string[] = [];
    const world = createWorld({
      apiBaseUrl: 'https://api.test',
      onDemand: { maxEntries, missTtlMs: 30_000 },
      tenantProvider: async (name) => {
        asked.push(name);
        await settle();
        if (name === 'broken') throw new Error('database is away');
        if (name === 'unfit') return { clientToken: 'a/b', clientId: '', clientSecret: 'CANARY' };
        return name.startsWith('db') ? tenant(name) : undefined;
      },
    });
    return { world, asked };
  }

  it('is asked once for concurrent calls, and not again', async () => {
    const { world, asked } = providerWorld();
    const calls = Array.from({ length: 50 }, () => world.service.getAccessToken('db1'));
    await world.clock.advance(1000);
    expect(new Set(await Promise.all(calls)).size).toBe(1);
    await world.service.getAccessToken('db1');
    expect(asked).toEqual(['db1']);
    expect(world.endpoint.requests).toHaveLength(1);
  });

  it('is not asked again for a miss until a while later', async () => {
    const { world, asked } = providerWorld();
    expect(await caught(world.service.getAccessToken('nope'))).toMatchObject({ code: 'unknown_tenant' });
    expect(await caught(world.service.getAccessToken('nope'))).toMatchObject({ code: 'unknown_tenant' });
    expect(asked).toEqual(['nope']);
    await world.clock.advance(30_001);
    await caught(world.service.getAccessToken('nope'));
    expect(asked).toEqual(['nope', 'nope']);
  });

  it('whose tenant is removed while it is loaded gives that error, not another token', async () => {
    const { world } = providerWorld();
    world.tenants.onChange(({ type, tenant: { name } }) => {
      if (type === 'loaded') world.registry.remove(name);
    });
    const principal = { club: '/db1/clubs/7' };
    expect(await caught(world.service.getAccessToken('db1', { principal }))).toMatchObject({
      code: 'tenant_removed',
    });
    expect(world.endpoint.requests).toHaveLength(0);
  });

  it('that throws is an error of the tenant, with the cause', async () => {
    const { world } = providerWorld();
    expect(await caught(world.service.getAccessToken('broken'))).toMatchObject({
      code: 'tenant_load_failed',
      cause: expect.objectContaining({ message: 'database is away' }) as unknown as Error,
    });
  });

  it('that returns what is invalid is told every problem, and no value', async () => {
    const { world } = providerWorld();
    const error = (await caught(world.service.getAccessToken('unfit'))) as Error;
    expect(error).toMatchObject({ code: 'invalid_options' });
    expect(error.message).toContain('clientToken');
    expect(error.message).toContain('clientId');
    expect(error.message).not.toContain('CANARY');
  });

  it('has the least recently used of its tenants let go, those in use not', async () => {
    const { world, asked } = providerWorld(2);
    for (const name of ['db1', 'db2', 'db1', 'db3', 'db1']) {
      const call = world.service.getAccessToken(name);
      await world.clock.advance(500);
      await call;
    }
    expect(asked).toEqual(['db1', 'db2', 'db3']);
    expect(
      world.service
        .status()
        .map(({ tenant: name }) => name)
        .toSorted(),
    ).toEqual(['db1', 'db3']);
  });

  it('has its tenants renewed only while they are used', async () => {
    const { world } = providerWorld();
    world.engine.start();
    void world.service.getAccessToken('db1');
    await world.clock.advance(40 * MINUTE);
    await world.service.getAccessToken('db1');
    await world.clock.advance(10 * MINUTE);
    expect(world.endpoint.requests).toHaveLength(2);
    await world.clock.advance(5 * HOUR);
    expect(world.endpoint.requests).toHaveLength(2);
  });
});

describe('principals', () => {
  it('have tokens of their own, asked for with the full grant URL', async () => {
    const world = chains(1);
    const club = world.service.getAccessToken('chain0', { principal: { club: '/chain0/clubs/7' } });
    const contact = world.service.getAccessToken('chain0', { principal: { contactEmail: 'a@b.example' } });
    const own = world.service.getAccessToken('chain0');
    await world.clock.advance(1000);
    expect(new Set(await Promise.all([club, contact, own])).size).toBe(3);
    expect(world.endpoint.requests.map(({ form }) => form)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ grant_type: 'http://clubclientcredentials', clubId: '/chain0/clubs/7' }),
        expect.objectContaining({ grant_type: 'http://contactclientcredentials', email: 'a@b.example' }),
      ]),
    );
  });

  it('do not give the e-mail address away in events and status', async () => {
    const world = chains(1);
    world.endpoint.next(text(503, 'down'));
    void world.service.getAccessToken('chain0', { principal: { contactEmail: 'a@b.example' } });
    await world.clock.advance(1000);
    const shown = JSON.stringify([world.events, world.service.status()]);
    expect(shown).not.toContain('a@b.example');
    expect(shown).toMatch(/contact:[0-9a-f]{12}/);
  });

  it('are kept in bounded number: the least recently used go, and those who wait are served', async () => {
    const world = createWorld({ ...DEMO, onDemand: { maxEntries: 2 } });
    const clubs = [1, 2, 3].map((id) => ({ principal: { club: `/demoapi/clubs/${id}` } }));
    const calls = clubs.map((options) => world.service.getAccessToken('demoapi', options));
    await world.clock.advance(1000);
    expect(new Set(await Promise.all(calls)).size).toBe(3);
    expect(world.service.peek('demoapi', clubs[2])).toBeDefined();
    expect(world.service.peek('demoapi', clubs[0])).toBeUndefined();
    expect(world.service.status().filter(({ principal }) => principal !== undefined)).toHaveLength(2);
  });

  it('go with their tenant', async () => {
    const world = chains(1);
    const principal = { club: '/chain0/clubs/7' };
    world.endpoint.always(() => 'hang');
    const waiting = caught(world.service.getAccessToken('chain0', { principal }));
    await world.clock.advance(100);
    world.registry.remove('chain0');
    expect(await waiting).toMatchObject({ code: 'tenant_removed' });
    expect(world.service.status()).toEqual([]);
  });

  it('must fit', async () => {
    const world = chains(1);
    expect(await caught(world.service.getAccessToken('chain0', { principal: { club: '7' } }))).toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining('/chain0/clubs/{id}') as unknown as string,
    });
    const neither = {} as { club: string };
    expect(await caught(world.service.getAccessToken('chain0', { principal: neither }))).toMatchObject({
      code: 'invalid_request',
    });
  });
});

describe('events', () => {
  it('reach the others when one subscriber throws, piped or not', async () => {
    const world = chains(1);
    world.service.events$.subscribe(() => {
      throw new Error('mine');
    });
    world.service.events$.pipe().subscribe({
      next: () => {
        throw new Error('mine too');
      },
    });
    const seen: string[] = [];
    world.service.events$.subscribe(({ type }) => seen.push(type));
    void world.service.getAccessToken();
    await world.clock.advance(1000);
    expect(seen).toEqual(['obtained']);
    expect(world.thrown).toHaveLength(2);
  });
});
