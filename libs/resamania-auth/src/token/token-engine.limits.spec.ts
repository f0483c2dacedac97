import { inspect } from 'node:util';

import { describe, expect, it } from '@jest/globals';

import {
  createWorld,
  type EngineWorld,
  json,
  type SeenRequest,
} from '../../../../test/support/engine-world.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const API_KEY = 'gateway-key-CANARY';

/** A gateway's limit of `limit` requests a window; a window begins with its first request. */
class Limit {
  #left = 0;
  #resetAt = 0;
  served = 0;
  refused = 0;

  constructor(
    private readonly world: EngineWorld,
    private readonly limit = 600,
    private readonly periodMs = MINUTE,
    private readonly name = 'x-rate-limit',
  ) {}

  reply(request: SeenRequest) {
    const now = this.world.clock.now();
    if (now >= this.#resetAt) {
      this.#left = this.limit;
      this.#resetAt = now + this.periodMs;
    }
    const isRefused = this.#left === 0;
    if (isRefused) this.refused += 1;
    else [this.#left, this.served] = [this.#left - 1, this.served + 1];
    const headers = this.headers();
    return isRefused ? json(429, {}, headers) : { ...this.world.endpoint.token(request), headers };
  }

  headers() {
    return {
      [`${this.name}-limit`]: String(this.limit),
      [`${this.name}-remaining`]: String(this.#left),
      [`${this.name}-reset`]: String(this.#resetAt),
    };
  }
}

function behindOneKey(count: number, apiKey: string = API_KEY): EngineWorld {
  const tenants = Array.from({ length: count }, (_, n) => `chain${n}`).map((name) => ({
    name,
    clientToken: name,
    clientId: name,
    clientSecret: 'secret',
  }));
  return createWorld({ apiBaseUrl: 'https://api.test', apiKey, tenants });
}

async function caught(call: Promise<unknown>): Promise<unknown> {
  return call.catch((error: unknown) => error);
}

const valid = (world: EngineWorld) => world.service.status().filter(({ state }) => state === 'valid').length;

describe('tenants behind one gateway key', () => {
  it('of whom there are 5,000 behind 600 requests a minute all have tokens in 5,000/600 minutes, callers first', async () => {
    const world = behindOneKey(5000);
    const limit = new Limit(world);
    world.endpoint.always((request) => limit.reply(request));
    world.engine.start();
    const waits: number[] = [];
    const call = async (name: string) => {
      const startedAt = world.clock.now();
      await world.service.getAccessToken(name);
      waits.push(world.clock.now() - startedAt);
    };
    for (let second = 0; second < 440; second += 10) {
      await world.clock.advance(10_000);
      // From the end of the list, where the schedule comes last.
      void call(`chain${4999 - second}`);
    }
    await world.clock.advance(1.1 * (5000 / 600) * MINUTE - 440_000);
    expect(valid(world)).toBe(5000);
    expect(limit.refused).toBe(0);
    expect(world.endpoint.requests).toHaveLength(5000);
    expect(waits).toHaveLength(44);
    // One's own request, one ahead, and for a moment none leaves where one window ends.
    expect(Math.max(...waits)).toBeLessThanOrEqual(400);
  }, 120_000);

  it('are all paused by a 429 to one of them, until its reset', async () => {
    const world = behindOneKey(3);
    const resetAt = world.clock.now() + 20_000;
    world.endpoint.latencyMs = 0;
    world.endpoint.next(json(429, {}, { 'retry-after': '20' }));
    const first = caught(world.service.getAccessToken('chain0'));
    await world.clock.advance(1000);
    expect(await first).toMatchObject({ code: 'rate_limited', retryAt: new Date(resetAt) });
    const second = world.service.getAccessToken('chain1');
    await world.clock.advance(18_000);
    expect(world.endpoint.requests).toHaveLength(1);
    await world.clock.advance(1500);
    expect(await second).toContain('chain1');
    expect(world.endpoint.requests[1]?.at).toBeGreaterThanOrEqual(resetAt);
  });

  it('are told the reset at once where it is further away than a caller waits', async () => {
    const world = behindOneKey(2);
    const resetAt = world.clock.now() + 50_000;
    world.endpoint.latencyMs = 0;
    world.endpoint.next(json(429, {}, { 'retry-after': '50' }));
    void caught(world.service.getAccessToken('chain0'));
    await world.clock.advance(1000);
    const error = await caught(world.service.getAccessToken('chain1'));
    expect(error).toMatchObject({ code: 'rate_limited', retryAt: new Date(resetAt) });
    expect(world.endpoint.requests).toHaveLength(1);
  });

  it('fail at once when their quota is used up, as soon as any answer says so', async () => {
    const world = behindOneKey(3);
    const limit = new Limit(world, 1, 5 * HOUR, 'x-quota');
    world.endpoint.always((request) => limit.reply(request));
    const resetAt = new Date(world.clock.now() + 5 * HOUR);
    void world.service.getAccessToken('chain0');
    await world.clock.advance(1000);
    for (const name of ['chain1', 'chain2']) {
      expect(await caught(world.service.getAccessToken(name))).toMatchObject({
        code: 'quota_exhausted',
        retryAt: resetAt,
      });
    }
    expect(world.endpoint.requests).toHaveLength(1);
  });

  it('go on as soon as an answer says that their quota has something left after all', async () => {
    const world = behindOneKey(2);
    const limit = new Limit(world, 1, 5 * HOUR, 'x-quota');
    world.endpoint.always((request) => limit.reply(request));
    void world.service.getAccessToken('chain0');
    await world.clock.advance(1000);
    expect(await caught(world.service.getAccessToken('chain1'))).toMatchObject({ code: 'quota_exhausted' });
    world.endpoint.always(undefined);
    const tenant = world.tenants.find('chain0');
    // The quota was raised, and an API call reports it.
    const raised = { ...limit.headers(), 'x-quota-limit': '10', 'x-quota-remaining': '9' };
    if (tenant !== undefined) world.engine.noteLimits(tenant, raised);
    world.registry.update('chain1', {});
    const second = world.service.getAccessToken('chain1');
    await world.clock.advance(1000);
    expect(await second).toContain('chain1');
  });

  it('learn from an API call that nothing is left', async () => {
    const world = behindOneKey(2);
    const limit = new Limit(world, 100);
    world.endpoint.always((request) => limit.reply(request));
    void world.service.getAccessToken('chain0');
    await world.clock.advance(1000);
    const tenant = world.tenants.find('chain0');
    const spent = { ...limit.headers(), 'x-rate-limit-remaining': '0' };
    if (tenant !== undefined) world.engine.noteLimits(tenant, spent);
    expect(await caught(world.service.getAccessToken('chain1'))).toMatchObject({ code: 'rate_limited' });
    expect(world.endpoint.requests).toHaveLength(1);
  });

  it('keep the distance that spike arrest wants', async () => {
    const world = behindOneKey(20);
    world.endpoint.latencyMs = 10;
    world.endpoint.always((request) => ({
      ...world.endpoint.token(request),
      headers: { 'x-spike-arrest-limit': '2', 'x-spike-arrest-slice-period': '500ms' },
    }));
    world.engine.start();
    await world.clock.advance(10_000);
    const starts = world.endpoint.requests.map(({ at }) => at);
    const gaps = starts.slice(1).map((at, n) => at - (starts[n] ?? 0));
    // All but the first few, which left before the first answer.
    expect(Math.min(...gaps.slice(4))).toBeGreaterThanOrEqual(250);
    expect(valid(world)).toBe(20);
  });

  it('pause for longer each time when a 429 says nothing', async () => {
    const world = behindOneKey(40);
    world.endpoint.always(() => json(429, {}));
    const refused = Array.from({ length: 40 }, (_, n) => caught(world.service.getAccessToken(`chain${n}`)));
    await world.clock.advance(35_000);
    await Promise.all(refused);
    // At most four at once, after 0, 1, 3, 7 and 15 s.
    expect(world.endpoint.requests.length).toBeLessThanOrEqual(20);
  });

  it('do not concern those of another key, nor of none', async () => {
    const world = behindOneKey(1);
    const registration = { clientToken: 'other', clientId: 'other', clientSecret: 'secret' };
    world.registry.register({ ...registration, name: 'other', apiKey: 'another-key' });
    world.endpoint.next(json(429, {}, { 'retry-after': '20' }));
    void caught(world.service.getAccessToken('chain0'));
    await world.clock.advance(1000);
    const other = world.service.getAccessToken('other');
    await world.clock.advance(1000);
    expect(await other).toContain('other');
  });

  it('do not give the key away, however deep one looks', async () => {
    const world = behindOneKey(2);
    const limit = new Limit(world, 1);
    world.endpoint.always((request) => limit.reply(request));
    void world.service.getAccessToken('chain0');
    void caught(world.service.getAccessToken('chain1'));
    await world.clock.advance(50);
    const shown = inspect(world.engine, { depth: 20, showHidden: true });
    expect(shown).not.toContain('CANARY');
  });
});

describe('a tenant that was let go', () => {
  it('and comes back shows no limits of before', async () => {
    const world = createWorld({
      apiBaseUrl: 'https://api.test',
      onDemand: { maxEntries: 1 },
      tenantProvider: (name) =>
        Promise.resolve({ name, clientToken: name, clientId: name, clientSecret: 'secret' }),
    });
    const limit = new Limit(world, 1000, 24 * HOUR, 'x-quota');
    const limitsAfterCall = async (name: string) => {
      void world.service.getAccessToken(name);
      await world.clock.advance(1000);
      return world.service.status().map(({ tenant, limits }) => [tenant, limits?.quota?.remaining]);
    };
    world.endpoint.always((request) => limit.reply(request));
    expect(await limitsAfterCall('first')).toEqual([['first', 999]]);
    expect(await limitsAfterCall('second')).toEqual([['second', 998]]);
    world.endpoint.always(undefined);
    expect(await limitsAfterCall('first')).toEqual([['first', undefined]]);
  });
});
