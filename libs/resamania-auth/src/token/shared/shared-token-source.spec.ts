import { describe, expect, it } from '@jest/globals';

import { type Replica, ReplicaWorld, tenantOf } from '../../../../../test/support/replicas.js';
import type { IssuedToken } from '../request/token-answer.js';
import {
  type FailureFacts,
  type FailureName,
  tokenFailure,
  TokenPostponed,
  TokenRequestFailed,
} from '../request/token-failure.js';
import { shareKey } from './share-key.js';

const HOUR = 3_600_000;

function failed(name: FailureName, facts?: FailureFacts): TokenRequestFailed {
  return new TokenRequestFailed(tokenFailure(name, facts));
}

/** The token in a cache's hand, as a flight has it: with so much of its life left. */
function atHand(world: ReplicaWorld, leftMs: number) {
  const expiresAt = world.clock.now() + leftMs;
  return {
    usableUntil: expiresAt - 30_000,
    expiresAt,
    lifetimeMs: HOUR,
    stored: undefined,
    rejected: undefined,
  };
}

async function outcomeOf(world: ReplicaWorld, flight: Promise<IssuedToken>): Promise<IssuedToken | Error> {
  const outcome = flight.catch((error: unknown) => error as Error);
  await world.until(outcome);
  return outcome;
}

async function tokenOf(world: ReplicaWorld, flight: Promise<IssuedToken>): Promise<IssuedToken> {
  const outcome = await outcomeOf(world, flight);
  if (outcome instanceof Error) throw outcome;
  return outcome;
}

describe('replicas that need a token', () => {
  it('together make one request', async () => {
    const world = new ReplicaWorld();
    const flights = Array.from({ length: 40 }, () => world.flight({ replica: world.replica() }));
    await world.until(Promise.all(flights));
    const tokens = await Promise.all(flights);
    expect(world.requests).toHaveLength(1);
    expect(new Set(tokens.map(({ value }) => value)).size).toBe(1);
    expect(tokens.filter(({ origin }) => origin === 'store')).toHaveLength(39);
    // By the hint, not by looking every now and then.
    expect(world.clock.elapsed).toBeLessThanOrEqual(100);
  });

  it('later adopt it, with what is left of its life by the store, whatever their own clocks say', async () => {
    const world = new ReplicaWorld();
    await tokenOf(world, world.flight({ replica: world.replica(-7 * HOUR) }));
    await world.clock.advance(10 * 60_000);
    for (const skewMs of [0, HOUR, -HOUR, 1e10]) {
      const token = await tokenOf(world, world.flight({ replica: world.replica(skewMs) }));
      const left = token.requestedAt + token.lifetimeMs - (world.clock.now() + skewMs);
      expect(left).toBeLessThanOrEqual(50 * 60_000);
      expect(left).toBeGreaterThan(50 * 60_000 - 1000);
    }
    expect(world.requests).toHaveLength(1);
  });

  it('wait for a slow one, whose claim is prolonged', async () => {
    const world = new ReplicaWorld();
    world.latencyMs = 8900;
    const flights = [world.flight({ replica: world.replica() }), world.flight({ replica: world.replica() })];
    await world.until(Promise.all(flights));
    expect(world.requests).toHaveLength(1);
  });

  it('go on when the one that makes it is killed, as soon as its claim has ended', async () => {
    const world = new ReplicaWorld();
    const killed = world.replica();
    world.answer = ({ replica }) => (replica === killed.name ? 'hang' : undefined);
    void world.flight({ replica: killed });
    await world.clock.advance(1000);
    killed.store.trouble = () => 'hangs';
    const other = world.flight({ replica: world.replica() });
    expect(await world.until(other)).toBeLessThan(6500);
    expect(world.requests).toHaveLength(2);
  });

  it('make it themselves once their patience is over: a third to a half of the deadline', async () => {
    for (const random of [0, 0.999]) {
      const world = new ReplicaWorld();
      world.random = () => random;
      const holder = world.replica();
      world.answer = ({ replica }) => (replica === holder.name ? 'hang' : undefined);
      const claim = { claimId: 'another', claimMs: 1e9, minRemainingMs: 0, notIds: [], takeRefresh: false };
      await world.store.claim(
        shareKey({ tenant: tenantOf(), principal: undefined }, { clientSecret: 'secret', apiKey: undefined }),
        claim,
      );
      const took = await world.until(world.flight({ replica: world.replica() }));
      expect(took).toBeGreaterThanOrEqual(random === 0 ? 9000 : 14_000);
      expect(took).toBeLessThan(random === 0 ? 10_000 : 16_000);
    }
  });

  it('leave the claim when nobody wants their token any more', async () => {
    const world = new ReplicaWorld();
    const abort = new AbortController();
    world.answer = ({ replica }) => (replica === 1 ? 'hang' : undefined);
    const left = world.flight({ replica: world.replica(), signal: abort.signal });
    await world.clock.advance(500);
    abort.abort(new Error('left'));
    expect(await outcomeOf(world, left)).toEqual(new Error('left'));
    expect(await world.until(world.flight({ replica: world.replica() }))).toBeLessThan(300);
  });

  it('share nothing with those whose secret, gateway key or principal is another', async () => {
    const world = new ReplicaWorld();
    const replica = world.replica();
    const flights = [
      {},
      { secret: 'rotated' },
      { apiKey: 'key' },
      { apiKey: 'another key' },
      { principal: { club: '/demoapi/clubs/1' } },
      { principal: { contactEmail: 'a@b.c' } },
      { tenant: tenantOf({ scope: 'read' }) },
      { tenant: tenantOf({ apiKeyHeader: 'X-Other' }), apiKey: 'key' },
    ].map((options) => world.flight({ replica, ...options }));
    await world.until(Promise.all(flights));
    expect(world.requests).toHaveLength(8);
  });

  it('give nothing away by the names of their keys', () => {
    const principal = { contactEmail: 'CANARY@b.c' };
    const key = shareKey({ tenant: tenantOf(), principal }, { clientSecret: 'CANARY', apiKey: 'CANARY' });
    expect(key).toMatch(/^[\w-]{43}$/);
    expect(key).not.toContain('CANARY');
  });
});

describe('in the background, with a token that serves', () => {
  it.each([0, 0.999])(
    'nobody waits for who has the claim: 2 to 6 s later there is another look',
    async (random) => {
      const world = new ReplicaWorld();
      world.answer = () => 'hang';
      void world.flight({ replica: world.replica() });
      await world.clock.advance(10);
      world.random = () => random;
      const outcome = await outcomeOf(
        world,
        world.flight({ replica: world.replica(), inBackground: true, atHand: atHand(world, 60_000) }),
      );
      expect(outcome).toBeInstanceOf(TokenPostponed);
      const ms = (outcome as TokenPostponed).until - world.clock.now();
      expect(ms).toBeGreaterThanOrEqual(random === 0 ? 2000 : 5900);
      expect(ms).toBeLessThanOrEqual(6000);
    },
  );

  it('a token that was stored meanwhile is adopted, unless it ends no later', async () => {
    const world = new ReplicaWorld();
    const replica = world.replica();
    const stored = await tokenOf(world, world.flight({ replica: world.replica() }));
    const older = { ...atHand(world, 1000_000) };
    expect(await tokenOf(world, world.flight({ replica, inBackground: true, atHand: older }))).toMatchObject({
      value: stored.value,
      origin: 'store',
      stored: stored.stored,
    });
    const same = { ...atHand(world, HOUR - 500), stored: stored.stored };
    expect((await tokenOf(world, world.flight({ replica, inBackground: true, atHand: same }))).value).toBe(
      'token-2-of-secret',
    );
    const younger = world.flight({ replica, inBackground: true, atHand: atHand(world, HOUR + 1000) });
    expect(await tokenOf(world, younger)).toMatchObject({ value: 'token-3-of-secret' });
  });

  it('a store that fails is looked at again later; the request leaves without it from half the lead on', async () => {
    const world = new ReplicaWorld();
    const replica = world.replica();
    replica.store.trouble = () => 'fails';
    const flight = (leftMs: number) =>
      outcomeOf(world, world.flight({ replica, inBackground: true, atHand: atHand(world, leftMs) }));
    // The lead is a quarter of the hour, the jitter up to six minutes.
    const early = await flight(11 * 60_000);
    expect(early).toBeInstanceOf(TokenPostponed);
    expect((early as TokenPostponed).until - world.clock.now()).toBe(4000);
    const down = await flight(11 * 60_000);
    expect(down).toBeInstanceOf(TokenPostponed);
    expect(replica.source.status().state).toBe('down');
    expect(((await flight(11 * 60_000)) as TokenPostponed).until - world.clock.now()).toBe(20_000);
    expect(world.requests).toEqual([]);
    expect(await flight(10 * 60_000)).toMatchObject({ value: 'token-1-of-secret' });
  });

  it('a claim that fails after a look that did not is postponed as well', async () => {
    const world = new ReplicaWorld();
    const replica = world.replica();
    replica.store.trouble = (operation) => (operation === 'claim' ? 'fails' : undefined);
    const flight = world.flight({ replica, inBackground: true, atHand: atHand(world, 11 * 60_000) });
    expect(await outcomeOf(world, flight)).toBeInstanceOf(TokenPostponed);
    expect(world.requests).toEqual([]);
  });
});

describe('a request that fails', () => {
  const others = async (world: ReplicaWorld, error: Error): Promise<IssuedToken | Error> => {
    world.answer = ({ replica }) => (replica === 1 ? error : undefined);
    expect(await outcomeOf(world, world.flight({ replica: world.replica() }))).toBe(error);
    return outcomeOf(world, world.flight({ replica: world.replica() }));
  };

  it.each<[string, FailureName, FailureFacts, number]>([
    ['a limit, until its reset', 'rate-limit', { status: 429, resetAt: 90_000 }, 90_000],
    ['a limit, for an hour at most', 'quota', { status: 429, resetAt: 1e8 }, HOUR],
    ['a limit without a reset, for a second', 'unknown', { status: 429 }, 1000],
    ['refused credentials, for 5 s', 'credentialsRefused', { status: 400 }, 5000],
    ['a refused gateway key, for 5 s', 'gatewayRefused', { status: 401 }, 5000],
    ['a wrong URL, for 5 s', 'notFound', { status: 404 }, 5000],
    [
      'a service that says when to come back',
      'unavailable',
      { status: 503, resetAt: 20_000, retryNow: false },
      20_000,
    ],
  ])('for all replicas alike, is not repeated by them: %s', async (_what, name, facts, ms) => {
    const world = new ReplicaWorld();
    const resetAt = facts.resetAt === undefined ? undefined : world.clock.now() + facts.resetAt;
    const outcome = await others(world, failed(name, { ...facts, resetAt }));
    expect(world.requests).toHaveLength(1);
    const { failure } = outcome as TokenRequestFailed;
    const { code, kind, what, remedy, status } = tokenFailure(name, facts);
    expect(failure).toMatchObject({ code, kind, what, remedy, status, retryNow: false });
    expect(failure.resetAt === undefined).toBe(resetAt === undefined);
    await world.clock.advance(ms - 1000);
    expect(await outcomeOf(world, world.flight({ replica: world.replica() }))).toBeInstanceOf(
      TokenRequestFailed,
    );
    await world.clock.advance(2000);
    expect(await tokenOf(world, world.flight({ replica: world.replica() }))).toMatchObject({
      value: expect.any(String),
    });
  });

  it.each<[string, FailureName, FailureFacts]>([
    ['the network', 'network', { detail: ' (ECONNREFUSED)' }],
    ['a time-out', 'timeout', {}],
    ['a broken answer', 'broken', {}],
    ['a burst that is over in a moment', 'spike-arrest', { status: 429, resetAt: 1, retryNow: true }],
  ])('perhaps for one replica alone, is tried by the next at once: %s', async (_what, name, facts) => {
    const world = new ReplicaWorld();
    expect(await others(world, failed(name, facts))).toMatchObject({ value: 'token-2-of-secret' });
  });

  it('holds up nobody whose credentials are others', async () => {
    const world = new ReplicaWorld();
    await others(world, failed('credentialsRefused', { status: 400 }));
    const rotated = await tokenOf(world, world.flight({ replica: world.replica(), secret: 'rotated' }));
    expect(rotated.value).toContain('rotated');
  });

  it('in words that cannot be read is no wait', async () => {
    const world = new ReplicaWorld();
    const key = shareKey(
      { tenant: tenantOf(), principal: undefined },
      { clientSecret: 'secret', apiKey: undefined },
    );
    for (const value of ['', '{}', '{"code":"x","kind":"odd","what":"y","remedy":"z"}']) {
      await world.store.claim(key, {
        claimId: 'bad',
        claimMs: 100,
        minRemainingMs: 1e12,
        notIds: ['bad'],
        takeRefresh: false,
      });
      await world.store.settle(key, {
        claimId: 'bad',
        wait: { id: 'bad', value, endsAt: world.clock.now() + HOUR },
      });
      const flight = world.flight({ replica: world.replica(), atHand: { ...atHand(world, 2 * HOUR) } });
      expect(await outcomeOf(world, flight)).not.toBeInstanceOf(Error);
    }
  });
});

describe('refresh tokens', () => {
  it('are spent by one replica, and never again', async () => {
    const world = new ReplicaWorld();
    const tenant = tenantOf({ renewWith: 'refresh-token' });
    world.refreshToken = 'refresh-1';
    const first = await tokenOf(world, world.flight({ replica: world.replica(), tenant }));
    expect(first.refreshToken).toBeUndefined();
    const used = { ...atHand(world, HOUR), stored: first.stored };
    world.refreshToken = undefined;
    const renewals = [world.replica(), world.replica()].map((replica) =>
      world.flight({ replica, tenant, atHand: used }),
    );
    await world.until(Promise.all(renewals));
    expect(world.requests.map(({ refresh }) => refresh)).toEqual([undefined, 'refresh-1']);
  });

  it('that are refused are followed by a request without, under the same claim', async () => {
    const world = new ReplicaWorld();
    const tenant = tenantOf({ renewWith: 'refresh-token' });
    world.refreshToken = 'refresh-1';
    const first = await tokenOf(world, world.flight({ replica: world.replica(), tenant }));
    world.answer = ({ refresh }) =>
      refresh === undefined ? undefined : failed('credentialsRefused', { status: 400 });
    const used = { ...atHand(world, HOUR), stored: first.stored };
    const renewed = await tokenOf(world, world.flight({ replica: world.replica(), tenant, atHand: used }));
    expect(renewed.value).toBe('token-3-of-secret');
    expect(world.requests.map(({ refresh }) => refresh)).toEqual([undefined, 'refresh-1', undefined]);
  });

  it('are left alone where the tenant renews with its credentials', async () => {
    const world = new ReplicaWorld();
    world.refreshToken = 'refresh-1';
    const first = await tokenOf(world, world.flight({ replica: world.replica() }));
    await tokenOf(
      world,
      world.flight({ replica: world.replica(), atHand: { ...atHand(world, HOUR), stored: first.stored } }),
    );
    expect(world.requests.map(({ refresh }) => refresh)).toEqual([undefined, undefined]);
  });
});

describe('a token that the API rejected', () => {
  it('is dropped for all; who meets the same rejection adopts the next one', async () => {
    const world = new ReplicaWorld();
    const [one, other] = [world.replica(), world.replica()] as [Replica, Replica];
    const bad = await tokenOf(world, world.flight({ replica: one }));
    const rejected = { usableUntil: 0, expiresAt: 0, lifetimeMs: 0, stored: undefined, rejected: bad.stored };
    if (bad.stored === undefined) throw new Error('the token was stored');
    expect(await one.source.drop(bad.stored)).toBe(true);
    const next = await tokenOf(world, world.flight({ replica: one, atHand: rejected }));
    expect(await other.source.drop(bad.stored)).toBe(true);
    expect(await tokenOf(world, world.flight({ replica: other, atHand: rejected }))).toMatchObject({
      value: next.value,
      origin: 'store',
    });
    expect(next.stored && (await other.source.drop(next.stored))).toBe(false);
    expect(world.requests).toHaveLength(2);
  });

  it('is not adopted, even where it could not be dropped', async () => {
    const world = new ReplicaWorld();
    const replica = world.replica();
    const bad = await tokenOf(world, world.flight({ replica }));
    replica.store.trouble = (operation) => (operation === 'drop' ? 'fails' : undefined);
    expect(bad.stored && (await replica.source.drop(bad.stored))).toBe(true);
    const rejected = { usableUntil: 0, expiresAt: 0, lifetimeMs: 0, stored: undefined, rejected: bad.stored };
    world.lifetimeMs = HOUR / 2;
    const next = await tokenOf(world, world.flight({ replica, atHand: rejected }));
    expect(next.value).not.toBe(bad.value);
    // A shorter life does not keep it from taking the place of a token that is no good.
    expect(await tokenOf(world, world.flight({ replica: world.replica() }))).toMatchObject({
      value: next.value,
    });
  });
});

it('a replica that ends lets go of its claims, and waits for nothing', async () => {
  const world = new ReplicaWorld();
  const ending = world.replica();
  const abort = new AbortController();
  world.answer = ({ replica }) => (replica === ending.name ? 'hang' : undefined);
  world.flight({ replica: ending, signal: abort.signal }).catch(() => undefined);
  await world.clock.advance(100);
  abort.abort(new Error('the application ends'));
  expect(await world.until(ending.source.close())).toBeLessThanOrEqual(1000);
  expect(await world.until(world.flight({ replica: world.replica() }))).toBeLessThan(300);
  expect(world.clock.timers).toBe(0);
});
