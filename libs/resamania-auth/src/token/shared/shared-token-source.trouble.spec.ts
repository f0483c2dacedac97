import { describe, expect, it } from '@jest/globals';

import { ReplicaWorld, tenantOf } from '../../../../../test/support/replicas.js';
import type { IssuedToken } from '../request/token-answer.js';
import { shareKey } from './share-key.js';

const HOUR = 3_600_000;

async function tokenOf(world: ReplicaWorld, flight: Promise<IssuedToken>): Promise<IssuedToken> {
  await world.until(flight);
  return flight;
}

describe('a store in trouble', () => {
  it.each(['fails', 'hangs', 'lost'] as const)('fails nobody: every operation %s', async (trouble) => {
    const world = new ReplicaWorld();
    const replica = world.replica();
    replica.store.trouble = () => trouble;
    const took = await world.until(world.flight({ replica }));
    expect(world.requests).toHaveLength(1);
    // Two looks at most; then it is down, and costs nothing.
    expect(took).toBeLessThanOrEqual(trouble === 'hangs' ? 2200 : 200);
    expect(await world.until(world.flight({ replica }))).toBeLessThanOrEqual(100);
  });

  it('that answers readers and takes no writes is down, until it takes them again', async () => {
    const world = new ReplicaWorld();
    const replica = world.replica();
    replica.store.trouble = (operation) => (operation === 'read' ? undefined : 'fails');
    await world.until(world.flight({ replica }));
    await world.until(world.flight({ replica }));
    await world.clock.advance(HOUR);
    expect(replica.changes.map(({ state }) => state)).toEqual(['down']);
    replica.store.trouble = () => undefined;
    await world.clock.advance(5000);
    expect(replica.changes.map(({ state }) => state)).toEqual(['down', 'up']);
  });

  it('is not down for failures that successes come between; each is counted', async () => {
    const world = new ReplicaWorld();
    const replica = world.replica();
    let claims = 0;
    replica.store.trouble = (operation) =>
      operation === 'claim' && (claims += 1) % 2 === 1 ? 'fails' : undefined;
    for (let flights = 0; flights < 6; flights += 1) {
      await world.until(world.flight({ replica, tenant: tenantOf({ clientToken: `gym${flights}` }) }));
    }
    expect(replica.changes).toEqual([]);
    expect(replica.source.status().counts).toMatchObject({ ECONNREFUSED: 3 });
  });

  it('is left alone after the end, though it was just being tried', async () => {
    const world = new ReplicaWorld();
    const replica = world.replica();
    replica.store.trouble = () => 'fails';
    await world.until(world.flight({ replica }));
    await world.until(world.flight({ replica }));
    let operations = 0;
    replica.store.trouble = () => {
      operations += 1;
      return 'hangs';
    };
    await world.clock.advance(2000);
    expect(operations).toBe(1);
    await world.until(replica.source.close());
    await world.clock.advance(HOUR);
    expect(operations).toBe(1);
    expect(world.clock.timers).toBe(0);
  });

  it('stays down where something that was under way then succeeds after all', async () => {
    const world = new ReplicaWorld();
    const replica = world.replica();
    const claims: ('fails' | { lateMs: number })[] = [{ lateMs: 500 }, 'fails', 'fails'];
    replica.store.trouble = (operation) => (operation === 'read' ? undefined : (claims.shift() ?? 'fails'));
    for (const name of ['late', 'one', 'other'])
      void world.flight({ replica, tenant: tenantOf({ clientToken: name }) });
    await world.clock.advance(700);
    expect(replica.changes.map(({ state }) => state)).toEqual(['down']);
    replica.store.trouble = () => undefined;
    await world.clock.advance(5000);
    expect(replica.changes.map(({ state }) => state)).toEqual(['down', 'up']);
  });

  it('is tried again by one probe at a time, however often it comes and goes', async () => {
    const world = new ReplicaWorld();
    const replica = world.replica();
    let probes = 0;
    for (let flaps = 0; flaps < 6; flaps += 1) {
      replica.store.trouble = () => 'fails';
      await world.until(world.flight({ replica }));
      await world.until(world.flight({ replica }));
      replica.store.trouble = () => undefined;
      await world.clock.advance(5000);
    }
    replica.store.trouble = (operation) => {
      if (operation === 'claim') probes += 1;
      return 'fails';
    };
    await world.until(world.flight({ replica }));
    await world.until(world.flight({ replica }));
    probes = 0;
    await world.clock.advance(10_000);
    // One each 0.75 to 2.25 s.
    expect(probes).toBeLessThanOrEqual(14);
    expect(probes).toBeGreaterThanOrEqual(4);
    await world.until(replica.source.close());
    expect(world.clock.timers).toBe(0);
  });

  it('that loses the reply to a claim holds nobody up: the claim is given up with the request', async () => {
    const world = new ReplicaWorld();
    const [one, other] = [world.replica(), world.replica()];
    one.store.trouble = (operation) => (operation === 'claim' ? 'lost' : undefined);
    await world.until(world.flight({ replica: one }));
    await world.clock.advance(100);
    expect(await world.until(world.flight({ replica: other }))).toBeLessThanOrEqual(500);
  });

  it('fails nobody where it throws, and where it answers nonsense', async () => {
    const world = new ReplicaWorld();
    const replica = world.replica();
    replica.store.read = () => {
      throw new Error('synchronously');
    };
    replica.store.claim = async () => ({
      kind: 'stored',
      entry: { id: 'same', value: 'x', remainingMs: 1e9 },
    });
    const took = await world.until(world.flight({ replica }));
    expect(world.requests).toHaveLength(1);
    expect(took).toBeLessThan(16_000);
  });

  it('is told once when it goes down, once when it is back, and is back within five seconds', async () => {
    const world = new ReplicaWorld();
    const replica = world.replica();
    replica.store.trouble = () => 'fails';
    for (let flight = 0; flight < 20; flight += 1)
      await tokenOf(world, world.flight({ replica, secret: `${flight}` }));
    await world.clock.advance(20_000);
    expect(replica.changes).toMatchObject([{ state: 'down', reason: 'ECONNREFUSED' }]);
    replica.store.trouble = () => undefined;
    await world.clock.advance(5000);
    expect(replica.changes).toMatchObject([{ state: 'down' }, { state: 'up' }]);
    await tokenOf(world, world.flight({ replica, secret: 'shared' }));
    expect(await tokenOf(world, world.flight({ replica: world.replica(), secret: 'shared' }))).toMatchObject({
      origin: 'store',
    });
  });

  it('that takes writes late prolongs no token', async () => {
    const world = new ReplicaWorld();
    const replica = world.replica();
    replica.store.trouble = (operation) => (operation === 'settle' ? { lateMs: 900 } : undefined);
    const token = await tokenOf(world, world.flight({ replica }));
    await world.clock.advance(5000);
    const entry = await world.store.read(token.stored?.key ?? '');
    expect(entry?.remainingMs).toBeLessThanOrEqual(token.requestedAt + HOUR - world.clock.now());
    expect(entry?.remainingMs).toBeGreaterThan(HOUR - 10_000);
  });

  it('gets a token that it did not take at first', async () => {
    const world = new ReplicaWorld();
    const replica = world.replica();
    let failures = 1;
    replica.store.trouble = (operation) => (operation === 'settle' && failures-- > 0 ? 'fails' : undefined);
    const { value } = await tokenOf(world, world.flight({ replica }));
    await world.clock.advance(1000);
    expect(await tokenOf(world, world.flight({ replica: world.replica() }))).toMatchObject({
      value,
      origin: 'store',
    });
  });

  it('with hints lost makes the others look again', async () => {
    const world = new ReplicaWorld();
    const deaf = world.replica();
    deaf.store.trouble = (operation) => (operation === 'hint' ? 'lost' : undefined);
    const flights = [world.flight({ replica: world.replica() }), world.flight({ replica: deaf })];
    expect(await world.until(Promise.all(flights))).toBeLessThan(500);
    expect(world.requests).toHaveLength(1);
  });

  it('holds something unreadable: it is counted, passed over and replaced', async () => {
    const world = new ReplicaWorld();
    const replica = world.replica();
    const key = shareKey(
      { tenant: tenantOf(), principal: undefined },
      { clientSecret: 'secret', apiKey: undefined },
    );
    const values = [
      '',
      '{}',
      'null',
      '{"value":"a b","lifetimeMs":1}',
      '{"value":"x","lifetimeMs":null}',
      '[1]',
      'noise',
    ];
    for (const [index, value] of values.entries()) {
      const token = {
        id: `bad-${index}`,
        value,
        expiresAt: world.clock.now() + 1e9,
        lifetimeMs: 1e9,
        replaces: [],
        refresh: undefined,
      };
      const { stored } = (await world.store.read(key))
        ? { stored: (await world.store.read(key))?.id }
        : { stored: undefined };
      await world.store.settle(key, {
        claimId: 'bad',
        token: { ...token, replaces: stored === undefined ? [] : [stored] },
      });
      const before = world.requests.length;
      await tokenOf(world, world.flight({ replica }));
      expect(world.requests).toHaveLength(before + 1);
      await tokenOf(world, world.flight({ replica: world.replica() }));
      expect(world.requests).toHaveLength(before + 1);
    }
    expect(replica.source.status().counts).toMatchObject({
      unreadable: values.length,
      granted: values.length,
    });
  });
});
