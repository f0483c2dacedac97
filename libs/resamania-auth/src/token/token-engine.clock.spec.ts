import { describe, expect, it } from '@jest/globals';

import { createWorld, DEMO, type EngineWorld, json } from '../../../../test/support/engine-world.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const YEAR = 365 * 24 * HOUR;
const JUMPS: [string, number][] = [
  ['an hour back', -HOUR],
  ['five hours back', -5 * HOUR],
  ['a year back', -YEAR],
  ['an hour forward', HOUR],
  ['a year forward', YEAR],
];
const REFUSED = () => json(400, { error: 'invalid_client' });

/** A call, and the time that its answer takes. */
async function outcome(world: EngineWorld, name?: string): Promise<unknown> {
  const call = world.service.getAccessToken(name).catch((error: unknown) => error);
  await world.clock.advance(1000);
  return call;
}

describe.each(JUMPS)('a clock that is set %s', (_name, ms) => {
  it('ends a waiting period within its length', async () => {
    const world = createWorld({ ...DEMO, refresh: { warmUp: false } });
    world.endpoint.next(REFUSED());
    await outcome(world);
    world.clock.jump(ms);
    await world.clock.advance(MINUTE);
    expect(await outcome(world)).toEqual(expect.any(String));
  });

  it('has the schedule ask within the length of the waiting period', async () => {
    const world = createWorld();
    world.endpoint.next(REFUSED());
    world.engine.start();
    await world.clock.advance(1000);
    world.clock.jump(ms);
    await world.clock.advance(3 * MINUTE);
    expect(world.service.status()[0]?.state).toBe('valid');
  });

  it('lets a renewal be forced again after 30 s', async () => {
    const world = createWorld({ ...DEMO, refresh: { enabled: false, warmUp: false } });
    const force = async () => {
      const value = (await outcome(world)) as string;
      await world.clock.advance(31_000);
      const forced = world.engine.caches.of()?.replaceRejected(value);
      await world.clock.advance(1000);
      return (await forced)?.value;
    };
    expect(await force()).toBeDefined();
    world.clock.jump(ms);
    expect(await force()).toBeDefined();
    expect(await force()).toBeDefined();
  });

  it("lets a provider's miss be asked for again after its time", async () => {
    let isThere = false;
    const world = createWorld({
      ...DEMO,
      onDemand: { missTtlMs: 30_000 },
      tenantProvider: async (name) =>
        isThere ? { clientToken: name, clientId: '1', clientSecret: 's' } : undefined,
    });
    expect(await outcome(world, 'late')).toMatchObject({ code: 'unknown_tenant' });
    isThere = true;
    world.clock.jump(ms);
    await world.clock.advance(30_000);
    expect(await outcome(world, 'late')).toEqual(expect.any(String));
  });

  it('has the next renewal come no later than without it, while nobody calls', async () => {
    const world = createWorld();
    world.engine.start();
    await world.clock.advance(MINUTE);
    world.clock.jump(ms);
    // Something else arms the timer in between.
    world.registry.register({ clientToken: 'late', clientId: '1', clientSecret: 's' });
    await world.clock.advance(HOUR);
    const obtained = world.endpoint.requests.filter(({ url }) => url.includes('demoapi'));
    expect(obtained.length).toBeGreaterThanOrEqual(2);
    expect(world.service.peek('demoapi')).toBeDefined();
  });

  it('leaves no caller with a token of the future, nor with one that has run out', async () => {
    const world = createWorld({ ...DEMO, refresh: { enabled: false, warmUp: false } });
    await outcome(world);
    world.clock.jump(ms);
    await outcome(world);
    const token = world.service.peek();
    const now = world.clock.now();
    expect(token?.issuedAt.getTime()).toBeLessThanOrEqual(now);
    expect(token?.expiresAt.getTime()).toBeGreaterThan(now);
  });
});
