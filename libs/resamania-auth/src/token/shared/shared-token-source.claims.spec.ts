import { describe, expect, it } from '@jest/globals';

import { ReplicaWorld } from '../../../../../test/support/replicas.js';
import type { IssuedToken } from '../request/token-answer.js';
import { TokenPostponed } from '../request/token-failure.js';

const HOUR = 3_600_000;
const SECOND = 1000;

/** What a flight comes to, while time passes. */
async function tokenOf(world: ReplicaWorld, flight: Promise<IssuedToken>): Promise<IssuedToken> {
  const settled = flight.catch(() => undefined);
  await world.until(settled);
  return flight;
}

/** A token at hand, as a cache has it when its renewal is due. */
function due(world: ReplicaWorld, token: IssuedToken) {
  const expiresAt = token.requestedAt + token.lifetimeMs;
  const usableUntil = Math.max(expiresAt - 30 * SECOND, world.clock.now() + 1);
  return { usableUntil, expiresAt, lifetimeMs: token.lifetimeMs, stored: token.stored, rejected: undefined };
}

describe('the claim of a request that never ends', () => {
  it('is prolonged for two seconds more than the request may take, and no longer: the next replica asks then', async () => {
    const world = new ReplicaWorld();
    const [stuck, other] = [world.replica(), world.replica()];
    world.answer = ({ replica }) => (replica === stuck.name ? 'hang' : undefined);
    let claims = 0;
    stuck.store.trouble = (operation) => {
      if (operation === 'claim') claims += 1;
      return undefined;
    };
    void world.flight({ replica: stuck });
    // Its time limit is 10 s.
    for (const at of [7000, 9000, 11_900]) {
      await world.clock.advance(at - world.clock.elapsed);
      const flight = world.flight({ replica: other, inBackground: true });
      await expect(tokenOf(world, flight)).rejects.toBeInstanceOf(TokenPostponed);
    }
    await world.clock.advance(12_000 - world.clock.elapsed);
    const token = await tokenOf(world, world.flight({ replica: other, inBackground: true }));
    expect(token.value).toBe('token-2-of-secret');
    // Asked for once, prolonged every two seconds, and left alone since.
    await world.clock.advance(20 * SECOND);
    expect(claims).toBe(1 + 5);
    expect(world.requests).toHaveLength(2);
  });
});

describe('the last writes of a store, lost by its failover', () => {
  it('a claim: another replica makes the request too; both have a token, and the later one stays', async () => {
    const world = new ReplicaWorld();
    const [one, other] = [world.replica(), world.replica()];
    let claims = 0;
    one.store.claim = async (key, request) => {
      const outcome = await world.store.claim(key, request);
      claims += 1;
      if (claims === 1) await world.store.settle(key, { claimId: request.claimId });
      return outcome;
    };
    world.latencyMs = 5 * SECOND;
    const first = world.flight({ replica: one });
    await world.clock.advance(SECOND);
    const second = world.flight({ replica: other });
    await world.clock.advance(4050);
    expect(world.requests).toHaveLength(2);
    // It was asked to prolong what it had lost, and took nothing from the other by that.
    expect(claims).toBe(3);
    // Also without its claim it shares what came.
    const adopted = await tokenOf(world, world.flight({ replica: world.replica() }));
    expect(adopted).toMatchObject({ value: 'token-1-of-secret', origin: 'store' });
    expect((await first).value).toBe('token-1-of-secret');
    await world.clock.advance(2 * SECOND);
    expect((await second).value).toBe('token-2-of-secret');
    const last = await tokenOf(world, world.flight({ replica: world.replica() }));
    expect(last).toMatchObject({ value: 'token-2-of-secret', origin: 'store' });
    expect(world.requests).toHaveLength(2);
  });

  it('a token: one replica fetches once more for all that have none, and the first renews by adopting it', async () => {
    const world = new ReplicaWorld();
    const first = world.replica();
    first.store.settle = (key, { claimId }) => world.store.settle(key, { claimId });
    const lost = await tokenOf(world, world.flight({ replica: first }));
    await world.clock.advance(10 * 60 * SECOND);
    const flights = Array.from({ length: 5 }, () => world.flight({ replica: world.replica() }));
    await world.until(Promise.all(flights));
    const tokens = await Promise.all(flights);
    expect(new Set(tokens.map(({ value }) => value))).toEqual(new Set(['token-2-of-secret']));
    const renewal = world.flight({ replica: first, inBackground: true, atHand: due(world, lost) });
    expect(await tokenOf(world, renewal)).toMatchObject({ value: 'token-2-of-secret', origin: 'store' });
    expect(world.requests).toHaveLength(2);
  });

  it('the end of a claim: the others have a token as soon as it has run out', async () => {
    const world = new ReplicaWorld();
    const first = world.replica();
    first.store.settle = async () => undefined;
    await tokenOf(world, world.flight({ replica: first }));
    const flights = Array.from({ length: 5 }, () => world.flight({ replica: world.replica() }));
    expect(await world.until(Promise.all(flights))).toBeLessThan(6500);
    expect(world.requests).toHaveLength(2);
    await world.clock.advance(HOUR);
    expect(world.clock.timers).toBe(0);
  });
});
