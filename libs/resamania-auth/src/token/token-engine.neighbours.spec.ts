import { describe, expect, it } from '@jest/globals';

import { createWorld, type EngineWorld, json, text } from '../../../../test/support/engine-world.js';
import type { HttpAnswer } from './request/http-token-transport.js';

const LATENCY_MS = 100;
const TICK_MS = 50;
const names = (count: number) => Array.from({ length: count }, (_, n) => `chain${n}`);

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function neighbours(count: number, random: () => number, concurrency = 4): EngineWorld {
  const tenants = names(count).map((name) => ({
    name,
    clientToken: name,
    clientId: name,
    clientSecret: 'secret',
  }));
  const world = createWorld(
    { apiBaseUrl: 'https://api.test', tenants, tokenRequest: { concurrency } },
    random,
  );
  world.endpoint.latencyMs = LATENCY_MS;
  world.endpoint.lifetimeSeconds = 60;
  return world;
}

/** Counts how callers fare. */
class Callers {
  readonly waits: number[] = [];
  failed = 0;
  blockedTicks = 0;
  readonly #open = new Map<number, number>();
  #calls = 0;

  constructor(private readonly world: EngineWorld) {}

  /** Asks for the token of another club each time, which is not there. */
  call(tenant: string): void {
    this.ask(tenant, { principal: { club: `/${tenant}/clubs/${this.#calls}` } });
  }

  ask(tenant: string, options: Parameters<EngineWorld['service']['getAccessToken']>[1] = {}): void {
    this.#calls += 1;
    const id = this.#calls;
    const { clock, service } = this.world;
    const startedAt = clock.now();
    this.#open.set(id, startedAt);
    service
      .getAccessToken(tenant, options)
      .catch(() => {
        this.failed += 1;
      })
      .finally(() => {
        this.#open.delete(id);
        this.waits.push(clock.now() - startedAt - LATENCY_MS);
      });
  }

  /** Blocked is who waits for longer than a request under way may last, and the own one. */
  tick(): void {
    const now = this.world.clock.now();
    if ([...this.#open.values()].some((at) => now - at > 2 * LATENCY_MS)) this.blockedTicks += 1;
  }
}

async function play(world: EngineWorld, seconds: number, each: (tick: number) => void): Promise<void> {
  for (let tick = 0; tick < (seconds * 1000) / TICK_MS; tick += 1) {
    each(tick);
    await world.clock.advance(TICK_MS);
  }
}

describe('a healthy tenant among some that hang', () => {
  it.each([
    [1, 4],
    [2, 4],
    [3, 4],
    [4, 4],
    [5, 8],
    [6, 100],
  ])('has its callers served as if there were none (seed %i, %i places)', async (seed, concurrency) => {
    const random = seeded(seed);
    const world = neighbours(200, random, concurrency);
    const hanging = names(20);
    const healthy = names(200).slice(20);
    const pick = (list: string[]) => list[Math.floor(random() * list.length)] as string;
    const callers = new Callers(world);
    const others = new Callers(world);
    world.engine.start();
    await world.clock.advance(30_000);
    world.endpoint.always(({ url }) =>
      hanging.some((name) => url.includes(`/${name}/`)) ? 'hang' : undefined,
    );
    await play(world, 60, (tick) => {
      if (tick % 8 === 0) callers.call(pick(healthy));
      if (tick % 40 === 20) others.call(pick(hanging));
      callers.tick();
    });
    expect(callers.waits).toHaveLength(150);
    expect({ blockedTicks: callers.blockedTicks, failed: callers.failed }).toEqual({
      blockedTicks: 0,
      failed: 0,
    });
    // Under the time of one healthy request: there may be one ahead.
    expect(Math.max(...callers.waits)).toBeLessThanOrEqual(LATENCY_MS);
    world.engine.stop();
  });

  it.each([
    // Hanging tenants, places, milliseconds of latency, seed.
    [20, 4, 50, 7],
    [20, 4, 50, 9],
    [20, 4, 50, 37],
    [20, 2, 30, 1],
    [30, 4, 80, 2],
    [40, 4, 50, 3],
    [60, 8, 50, 4],
  ])(
    'renews its tokens in time, though all that hang come first: %i of 200, %i places, %i ms (seed %i)',
    async (hanging, concurrency, latencyMs, seed) => {
      const random = seeded(seed);
      const world = neighbours(200, random, concurrency);
      world.endpoint.latencyMs = latencyMs;
      world.endpoint.lifetimeSeconds = 8;
      const callers = new Callers(world);
      const others = new Callers(world);
      for (const name of names(200)) others.ask(name);
      world.engine.start();
      await world.clock.advance(4000 + 4000 * random());
      const troubled = new Set(names(hanging));
      world.endpoint.always(({ url }) => (troubled.has(url.split('/')[3] ?? '') ? 'hang' : undefined));
      await play(world, 16, (tick) => {
        for (let n = 4 * tick; n < 4 * tick + 4; n += 1)
          callers.ask(`chain${hanging + (n % (200 - hanging))}`);
        if (tick % 2 === 0) others.ask(`chain${(tick / 2) % hanging}`);
        callers.tick();
      });
      expect(callers).toMatchObject({ blockedTicks: 0, failed: 0 });
      // No call waited for a token at all.
      expect(callers.waits.filter((wait) => wait !== -LATENCY_MS)).toEqual([]);
      // Those that hang, and no more of the others than ever.
      expect(world.endpoint.maxUnderWay).toBeLessThanOrEqual(hanging + concurrency);
      world.engine.stop();
    },
  );
});

describe('tenants in trouble', () => {
  /** How many requests are under way at most when thirty tenants ask whose requests have failed before. */
  async function mostUnderWay(concurrency: number, answer: HttpAnswer): Promise<number> {
    const world = neighbours(40, seeded(13), concurrency);
    const callers = new Callers(world);
    world.endpoint.always(() => answer);
    for (const name of names(30)) callers.call(name);
    await world.clock.advance(40_000);
    expect(callers.failed).toBe(30);
    world.endpoint.maxUnderWay = 0;
    for (const name of names(30)) callers.call(name);
    await world.clock.advance(40_000);
    return world.endpoint.maxUnderWay;
  }

  it.each([
    [4, 1],
    [16, 4],
  ])('have a quarter of %i places: %i', async (concurrency, quarter) => {
    expect(await mostUnderWay(concurrency, text(503, 'down'))).toBe(quarter);
  });

  it('are none whose contacts alone are not known', async () => {
    expect(await mostUnderWay(4, json(400, { error: 'invalid_grant' }))).toBe(4);
  });
});

describe('a whole host', () => {
  it('that has become slow is asked by more for a while, and by no more than before once that is usual', async () => {
    const world = neighbours(200, seeded(12));
    world.engine.start();
    await world.clock.advance(30_000);
    world.endpoint.latencyMs = 3 * LATENCY_MS;
    world.endpoint.maxUnderWay = 0;
    await world.clock.advance(60_000);
    expect(world.endpoint.maxUnderWay).toBeLessThanOrEqual(3 * 4);
    world.endpoint.maxUnderWay = 0;
    await world.clock.advance(60_000);
    expect(world.endpoint.maxUnderWay).toBeLessThanOrEqual(4);
    expect(world.service.status().filter(({ state }) => state !== 'valid')).toEqual([]);
    world.engine.stop();
  });

  it.each(['hang', 'failing'] as const)(
    'that is %s gets no storm, and serves all soon after it is back',
    async (how) => {
      const random = seeded(11);
      const world = neighbours(200, random);
      world.engine.start();
      await world.clock.advance(30_000);
      world.endpoint.always(() => (how === 'hang' ? 'hang' : text(503, 'down')));
      const before = world.endpoint.requests.length;
      world.endpoint.maxUnderWay = 0;
      await world.clock.advance(90_000);
      // While it answers it could have 3,600 in that time.
      expect(world.endpoint.requests.length - before).toBeLessThan(how === 'hang' ? 360 : 1200);
      expect(world.endpoint.maxUnderWay).toBeLessThanOrEqual(how === 'hang' ? 8 * 4 : 4);
      world.endpoint.always(undefined);
      await world.clock.advance(65_000);
      expect(world.service.status().filter(({ state }) => state !== 'valid')).toEqual([]);
      world.engine.stop();
    },
  );
});
