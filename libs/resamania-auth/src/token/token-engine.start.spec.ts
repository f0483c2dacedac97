import { describe, expect, it } from '@jest/globals';

import { createWorld, DEMO, text } from '../../../../test/support/engine-world.js';
import { DEFAULTS } from '../options/option-table.js';
import { TokenEngine } from './token-engine.js';
import { TokenRefreshLifecycle } from './token-refresh.lifecycle.js';

const HOUR = 3_600_000;

describe('the start', () => {
  it('with failFast costs one request a tenant', async () => {
    const tenants = ['a', 'b', 'c'].map((clientToken) => ({ clientToken, clientId: '1', clientSecret: 's' }));
    const world = createWorld({ apiBaseUrl: 'https://api.test', tenants });
    const obtained = world.engine.obtainAll();
    await world.clock.advance(1000);
    await obtained;
    world.engine.start();
    await world.clock.advance(HOUR / 3);
    expect(world.endpoint.requests).toHaveLength(3);
  });

  it('costs none where a call was made before it, nor where that call is under way', async () => {
    const world = createWorld();
    const call = world.service.getAccessToken();
    await world.clock.advance(50);
    world.engine.start();
    await world.clock.advance(50);
    await call;
    await world.clock.advance(HOUR / 3);
    expect(world.endpoint.requests).toHaveLength(1);
    await world.engine.obtainAll();
    expect(world.endpoint.requests).toHaveLength(1);
  });
});

describe('the shutdown', () => {
  function lifecycle(engine: TokenEngine, tokens: object): TokenRefreshLifecycle {
    return new TokenRefreshLifecycle(engine, { refresh: DEFAULTS.refresh } as never, tokens);
  }

  it('leaves new tokens to be had until the server has drained, and ends the schedule at once', async () => {
    const world = createWorld();
    const hooks = lifecycle(world.engine, world.service);
    await hooks.start();
    await world.clock.advance(1000);
    hooks.beforeApplicationShutdown();
    const principal = { club: '/demoapi/clubs/1' };
    const call = world.service.getAccessToken('demoapi', { principal });
    await world.clock.advance(1000);
    expect(await call).toContain('/demoapi/clubs/1');
    const replayed = world.service.renew('demoapi');
    await world.clock.advance(1000);
    await replayed;
    await world.clock.advance(2 * HOUR);
    expect(world.endpoint.requests).toHaveLength(3);
    hooks.onApplicationShutdown();
    expect(world.endpoint.isClosed).toBe(true);
    expect(world.clock.timers).toBe(0);
  });

  it('leaves nobody waiting whose cache was let go, and lets no request out after it', async () => {
    const world = createWorld({ ...DEMO, onDemand: { maxEntries: 1 } });
    world.endpoint.always(() => 'hang');
    const principals = [1, 2, 3].map((id) => ({ principal: { club: `/demoapi/clubs/${id}` } }));
    const outcomes: unknown[] = [];
    for (const options of principals)
      void world.service
        .getAccessToken('demoapi', options)
        .catch((error: unknown) => outcomes.push((error as { code: string }).code));
    const held = world.engine.caches.of('demoapi', principals[0]?.principal);
    await world.clock.advance(100);
    const before = world.endpoint.requests.length;
    world.engine.stop();
    await world.clock.advance(0);
    expect(outcomes).toEqual(Array.from({ length: 3 }, () => 'shutting_down'));
    expect(await held?.get().catch((error: unknown) => error)).toMatchObject({ code: 'shutting_down' });
    await world.clock.advance(HOUR);
    expect(world.endpoint.requests).toHaveLength(before);
    expect(world.endpoint.underWay).toHaveLength(0);
    expect(world.clock.timers).toBe(0);
  });

  it('ends who waits for a tenantProvider', async () => {
    const world = createWorld({ ...DEMO, tenantProvider: () => new Promise(() => undefined) });
    const call = world.service.getAccessToken('slow').catch((error: unknown) => error);
    await world.clock.advance(1000);
    world.engine.stop();
    expect(await call).toMatchObject({ code: 'shutting_down', tenant: 'slow' });
  });

  it('reports one wait, though all fails', async () => {
    const world = createWorld();
    world.endpoint.always(() => text(503, 'down'));
    world.engine.start();
    await world.clock.advance(HOUR);
    expect(world.events.filter(({ type }) => type === 'wait-started')).toHaveLength(1);
  });
});
