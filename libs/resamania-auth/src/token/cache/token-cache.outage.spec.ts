import { describe, expect, it } from '@jest/globals';

import { createWorld, DEMO, type EngineWorld, json, text } from '../../../../../test/support/engine-world.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Starts a call, and lets the time pass that its answer takes. */
async function after<T>(world: EngineWorld, call: Promise<T>, ms = 5_000): Promise<void> {
  call.catch(() => undefined);
  await world.clock.advance(ms);
}

const UNSCHEDULED = { ...DEMO, refresh: { enabled: false, warmUp: false } };

describe('an outage', () => {
  const REFUSED = () => json(401, { message: 'Unauthorized', http_status_code: 401 });
  const USABLE_UNTIL = HOUR - 30_000;

  /** Calls once a second for so long, and counts what comes of it. */
  async function callers(world: EngineWorld, ms: number): Promise<{ failed: number; made: number }> {
    const counted = { failed: 0, made: 0 };
    for (const end = world.clock.elapsed + ms; world.clock.elapsed < end;) {
      counted.made += 1;
      void world.service.getAccessToken().catch(() => {
        counted.failed += 1;
      });
      await world.clock.advance(1000);
    }
    return counted;
  }

  it.each([
    ['the key is refused', REFUSED],
    ['the service is down', () => text(503, 'down')],
  ])('that ends well before the old token does makes no caller wait: %s', async (_name, reply) => {
    const world = createWorld(DEMO, () => 0.99);
    world.engine.start();
    await world.clock.advance(1000);
    world.endpoint.always(reply);
    // The schedule's own tries are far apart by now.
    await world.clock.advance(USABLE_UNTIL - 1000 - 500);
    world.endpoint.always(undefined);
    await world.clock.advance(500);
    expect(world.service.peek()).toBeDefined();
    expect(world.events.some(({ type }) => type === 'wait-started')).toBe(false);
  });

  it('that ends while there is time for one request of a slow server makes no caller wait', async () => {
    const world = createWorld(DEMO, () => 0.99);
    world.endpoint.latencyMs = 3000;
    world.engine.start();
    await world.clock.advance(4000);
    world.endpoint.always(REFUSED);
    await world.clock.advance(USABLE_UNTIL - 4000 - 6500);
    world.endpoint.always(undefined);
    await world.clock.advance(6500);
    expect(world.service.peek()).toBeDefined();
  });

  it('is reported when the old token runs out in it, at that instant and once', async () => {
    const world = createWorld(DEMO, () => 0.99);
    world.engine.start();
    await world.clock.advance(1000);
    const start = world.clock.now() - 1000;
    world.endpoint.always(REFUSED);
    await world.clock.advance(HOUR + 30 * MINUTE);
    const starts = world.events.filter(({ type }) => type === 'wait-started');
    expect(starts).toMatchObject([{ code: 'gateway_refused', at: new Date(start + USABLE_UNTIL) }]);
    world.endpoint.always(undefined);
    await world.clock.advance(HOUR);
    world.endpoint.always(REFUSED);
    await world.clock.advance(2 * HOUR);
    expect(world.events.filter(({ type }) => type === 'wait-started')).toHaveLength(2);
  });

  it('is reported without a schedule too', async () => {
    const world = createWorld(UNSCHEDULED);
    world.engine.start();
    await after(world, world.service.getAccessToken(), 1000);
    const start = world.clock.now() - 1000;
    await world.clock.advance(HOUR - 40_000);
    world.endpoint.always(REFUSED);
    await after(world, world.service.renew(), 20_000);
    const waiting = world.events.find(({ type }) => type === 'wait-started');
    expect(waiting).toMatchObject({ at: new Date(start + USABLE_UNTIL) });
  });

  it('past the old token costs one request every 5 to 10 s while callers ask, and heals within 10 s', async () => {
    const world = createWorld();
    world.engine.start();
    await world.clock.advance(1000);
    world.endpoint.always(REFUSED);
    await world.clock.advance(HOUR);
    const before = world.endpoint.requests.length;
    const counted = await callers(world, 2 * MINUTE);
    expect(counted.failed).toBe(counted.made);
    const times = world.endpoint.requests.slice(before).map(({ at }) => at);
    const gaps = times.slice(1).map((at, index) => at - (times[index] as number));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5000);
    // And the second until the next caller.
    expect(Math.max(...gaps)).toBeLessThanOrEqual(11_000);
    world.endpoint.always(undefined);
    await callers(world, 10_000);
    expect(world.service.status()[0]?.state).toBe('valid');
  });

  it('past the old token costs a caller one attempt, not three', async () => {
    const world = createWorld(UNSCHEDULED, () => 0.99);
    await after(world, world.service.getAccessToken());
    await world.clock.advance(HOUR);
    world.endpoint.always(() => text(503, 'down'));
    // Five failures in a row: the next waiting period is longer than ten seconds.
    for (let n = 0; n < 5; n += 1) await after(world, world.service.getAccessToken(), 11_000);
    const before = world.endpoint.requests.length;
    await after(world, world.service.getAccessToken(), 11_000);
    expect(world.endpoint.requests.length - before).toBe(1);
  });

  it('costs nothing while nobody asks but what the schedule sends', async () => {
    const world = createWorld();
    world.engine.start();
    await world.clock.advance(1000);
    world.endpoint.always(REFUSED);
    await world.clock.advance(HOUR);
    const before = world.endpoint.requests.length;
    await world.clock.advance(14 * MINUTE);
    expect(world.endpoint.requests.length - before).toBeLessThanOrEqual(1);
  });
});
