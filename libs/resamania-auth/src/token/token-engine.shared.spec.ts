import { describe, expect, it } from '@jest/globals';

import { createWorld, DEMO, type EngineWorld } from '../../../../test/support/engine-world.js';
import { Fleet, outcome } from '../../../../test/support/fleet.js';
import { SimulatedClock } from '../../../../test/support/simulated-clock.js';
import { MemoryTokenStore } from '../store/memory-token-store.js';
import { ResamaniaTokenError } from '../errors.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('six replicas with a shared store', () => {
  it('make one request a renewal among them, for a day, and nobody waits', async () => {
    const fleet = new Fleet(6);
    fleet.start();
    await fleet.clock.advance(10_000);
    expect(fleet.requests).toBe(1);
    expect(await fleet.serve(24 * HOUR, MINUTE)).toEqual([]);
    const renewals = fleet.obtained().filter(({ origin }) => origin === 'endpoint').length;
    expect(renewals).toBe(fleet.requests);
    // At least as seldom as one replica alone with its lead of a quarter and jitter of up to a tenth.
    expect(renewals).toBeGreaterThanOrEqual(24);
    expect(renewals).toBeLessThanOrEqual(1 + Math.ceil(24 / 0.65));
  });

  it('leave the renewals to the one that made the first request, and take over when it ends', async () => {
    const fleet = new Fleet(6);
    fleet.start();
    await fleet.clock.advance(5 * HOUR);
    const owners = fleet.obtained().filter(({ origin }) => origin === 'endpoint');
    const [first] = owners;
    expect(new Set(owners.map(({ replica }) => replica)).size).toBe(1);
    const owner = fleet.get(first?.replica ?? 0);
    void owner.engine.stop();
    fleet.replicas.splice(fleet.replicas.indexOf(owner), 1);
    expect(await fleet.serve(3 * HOUR, MINUTE)).toEqual([]);
    expect(fleet.requests).toBeGreaterThan(owners.length);
  });

  it('go on by themselves while the store is down, and share again afterwards', async () => {
    const fleet = new Fleet(6);
    fleet.start();
    await fleet.clock.advance(MINUTE);
    fleet.trouble = () => 'fails';
    expect(await fleet.serve(3 * HOUR, MINUTE)).toEqual([]);
    for (const { service, events } of fleet.replicas) {
      expect(service.sharedStatus()).toMatchObject({ state: 'down', reason: 'ECONNREFUSED' });
      expect(events.filter(({ type }) => type === 'store-down')).toHaveLength(1);
      expect(events.filter(({ type }) => type === 'renewal-failed')).toEqual([]);
    }
    fleet.trouble = () => undefined;
    await fleet.clock.advance(5000);
    for (const { service, events } of fleet.replicas) {
      expect(service.sharedStatus()).toMatchObject({ state: 'up' });
      expect(events.filter(({ type }) => type === 'store-up')).toHaveLength(1);
    }
    const before = fleet.requests;
    expect(await fleet.serve(5 * HOUR, MINUTE)).toEqual([]);
    // Each has a token of its own at first; from then on there is one request a renewal.
    expect(fleet.requests - before).toBeLessThanOrEqual(1 + 5 / 0.65 + 1);
  }, 120_000);

  it('do not wait for a replica that holds the claim, as long as they have a token', async () => {
    const fleet = new Fleet(2, { tokenRequest: { timeoutMs: 60_000, deadlineMs: 120_000 } });
    fleet.start();
    await fleet.clock.advance(MINUTE);
    const [owner] = fleet.obtained();
    const other = fleet.get(1 - (owner?.replica ?? 0));
    fleet.endpoint.latencyMs = 50_000;
    expect(await fleet.serve(HOUR, 10_000)).toEqual([]);
    expect(other.events.filter(({ type }) => type === 'renewal-failed')).toEqual([]);
    expect(fleet.requests).toBe(2);
  });

  it('that start while another makes the first request wait for it, with failFast too', async () => {
    const fleet = new Fleet(3);
    fleet.endpoint.latencyMs = 3000;
    const all = Promise.all(fleet.replicas.map(({ engine }) => engine.obtainAll()));
    expect(await outcome(fleet.clock, all, 10_000)).toEqual([undefined, undefined, undefined]);
    expect(fleet.requests).toBe(1);
  });
});

describe('a claim that takes its time', () => {
  const chains = ['slow0', 'slow1', 'slow2', 'quick'];

  it('is no trouble of its tenant: its next requests wait for no others in trouble', async () => {
    const tenants = chains.map((name) => ({
      name,
      clientToken: name,
      clientId: name,
      clientSecret: 'secret',
    }));
    const fleet = new Fleet(1, { refresh: { warmUp: false }, tenants });
    const { service } = fleet.get(0);
    fleet.endpoint.latencyMs = 10;
    // The host is known to be quick.
    for (let n = 0; n < 30; n += 1) await outcome(fleet.clock, service.renew('quick'), 20);
    fleet.trouble = (operation) => (operation === 'claim' ? { lateMs: 900 } : undefined);
    const slow = Promise.all(chains.slice(0, 3).map((chain) => service.getAccessToken(chain)));
    await fleet.clock.advance(1);
    fleet.trouble = () => undefined;
    // Overtakes them.
    const quick = await outcome(fleet.clock, service.renew('quick'), 20);
    expect(quick).not.toBeInstanceOf(Error);
    expect(await outcome(fleet.clock, slow, 1000)).toEqual(slowTokens());
    const before = fleet.requests;
    fleet.endpoint.latencyMs = 5000;
    const renewals = Promise.all(chains.slice(0, 3).map((chain) => service.renew(chain)));
    await fleet.clock.advance(40);
    // Were they in trouble, a quarter of the places would be all that they have: one.
    expect(fleet.requests - before).toBe(3);
    await outcome(fleet.clock, renewals);
  });

  function slowTokens(): unknown[] {
    return chains.slice(0, 3).map(() => expect.any(String));
  }
});

describe('a token that the API rejected', () => {
  const cacheOf = ({ engine }: EngineWorld) => {
    const cache = engine.caches.of('demoapi');
    if (cache === undefined) throw new Error('the tenant is registered');
    return cache;
  };

  it('is replaced once for all replicas; a successor that is rejected too is left to its callers', async () => {
    const fleet = new Fleet(3);
    fleet.start();
    await fleet.clock.advance(MINUTE);
    const [one, other, third] = [0, 1, 2].map((index) => cacheOf(fleet.get(index))) as [
      ReturnType<typeof cacheOf>,
      ReturnType<typeof cacheOf>,
      ReturnType<typeof cacheOf>,
    ];
    const bad = one.peek()?.value ?? '';
    expect(other.peek()?.value).toBe(bad);
    // Several calls of two replicas meet it.
    const calls = [one, one, one, other, other].map((cache) => cache.replaceRejected(bad));
    const replaced = await outcome(fleet.clock, Promise.all(calls), 2000);
    const values = replaced instanceof Error ? [] : replaced.map((token) => token?.value);
    expect(new Set(values).size).toBe(1);
    expect(values[0]).not.toBe(bad);
    expect(values[0]).toBeDefined();
    expect(fleet.requests).toBe(2);
    // Old enough to be replaced by its own age, but another replica dropped the one before a moment ago.
    await fleet.clock.advance(11_000);
    await outcome(fleet.clock, third.renew(), 2000);
    expect(third.peek()?.value).toBe(values[0]);
    expect(await outcome(fleet.clock, third.replaceRejected(values[0] ?? ''), 2000)).toBeUndefined();
    expect(fleet.requests).toBe(2);
  });

  it('is replaced also while the store is down', async () => {
    const fleet = new Fleet(1);
    fleet.start();
    await fleet.clock.advance(MINUTE);
    fleet.trouble = () => 'hangs';
    const cache = cacheOf(fleet.get(0));
    const bad = cache.peek()?.value ?? '';
    const next = await outcome(fleet.clock, cache.replaceRejected(bad), 10_000);
    expect(next).toMatchObject({ value: expect.not.stringContaining(bad) });
  });

  it('is dropped for all by invalidate()', async () => {
    const fleet = new Fleet(2);
    fleet.start();
    await fleet.clock.advance(MINUTE);
    const bad = fleet.get(0).service.peek('demoapi')?.value;
    await fleet.get(0).service.invalidate('demoapi');
    await fleet.clock.advance(1000);
    const next = fleet.get(0).service.peek('demoapi')?.value;
    expect(next).not.toBe(bad);
    await fleet.get(1).service.invalidate('demoapi', { token: bad ?? '' });
    await fleet.clock.advance(1000);
    expect(fleet.get(1).service.peek('demoapi')?.value).toBe(next);
    expect(fleet.requests).toBe(2);
  });
});

describe('a refusal', () => {
  it('is met by one replica, and told by all; its end comes by itself', async () => {
    const fleet = new Fleet(4);
    fleet.endpoint.always(() => ({ status: 400, headers: {}, body: '{"error":"invalid_client"}' }));
    fleet.start();
    await fleet.clock.advance(1000);
    expect(fleet.requests).toBe(1);
    for (const { service, clock } of fleet.replicas) {
      const failed = await outcome(clock, service.getAccessToken('demoapi'), 0);
      expect(failed).toBeInstanceOf(ResamaniaTokenError);
      expect(failed).toMatchObject({ code: 'credentials_rejected', status: 400 });
    }
    fleet.endpoint.always(undefined);
    await fleet.clock.advance(2 * MINUTE);
    for (const { service } of fleet.replicas) expect(service.peek('demoapi')).toBeDefined();
    expect(fleet.requests).toBe(2);
  });
});

describe('without a store', () => {
  it('there is none, and nothing changes', async () => {
    const { engine, service, clock, events } = createWorld();
    engine.start();
    await clock.advance(MINUTE);
    expect(service.sharedStatus()).toEqual({ state: 'off' });
    expect(events).toMatchObject([{ type: 'obtained', origin: 'endpoint' }]);
    expect(engine.stop()).toBeUndefined();
  });
});

it('a store is made once for an engine, and closed with it', async () => {
  const clock = new SimulatedClock();
  const made: MemoryTokenStore[] = [];
  const store = () => {
    made.push(new MemoryTokenStore(clock));
    return made.at(-1) as MemoryTokenStore;
  };
  const world = createWorld({ ...DEMO, store }, () => 0.5, clock);
  world.engine.start();
  await clock.advance(1000);
  await outcome(clock, Promise.resolve(world.engine.stop()), 1000);
  expect(made).toHaveLength(1);
  await expect(made[0]?.read('key')).rejects.toThrow('closed');
  expect(clock.timers).toBe(0);
});
