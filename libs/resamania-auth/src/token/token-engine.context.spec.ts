import { AsyncLocalStorage } from 'node:async_hooks';

import { describe, expect, it } from '@jest/globals';

import { createWorld, type EngineWorld, text } from '../../../../test/support/engine-world.js';
import type { ResamaniaTenantOptions } from '../options/tenant-options.js';

const HOUR = 3_600_000;

/** A host's store, such as that of a request, and what secret functions and subscribers see of it. */
function watched(names: string[], concurrency = 4) {
  const store = new AsyncLocalStorage<string>();
  const seen: [what: string, store: string | undefined][] = [];
  const tenant = (name: string): ResamaniaTenantOptions => ({
    name,
    clientToken: name,
    clientId: `1_${name}`,
    clientSecret: () => {
      seen.push([name, store.getStore()]);
      return `secret-${name}`;
    },
  });
  const world: EngineWorld = createWorld({
    apiBaseUrl: 'https://api.test',
    tenants: names.map(tenant),
    tokenRequest: { concurrency },
  });
  world.service.events$.subscribe(({ type }) => seen.push([type, store.getStore()]));
  return { world, store, seen, tenant };
}

describe('what belongs to a request of the host', () => {
  it('is never seen by the schedule, when the request registered the tenant', async () => {
    const { world, store, seen, tenant } = watched([]);
    world.engine.start();
    store.run('a request', () => world.registry.register(tenant('late')));
    seen.length = 0;
    await world.clock.advance(3 * HOUR);
    expect(seen.length).toBeGreaterThan(5);
    expect(new Set(seen.map(([, current]) => current))).toEqual(new Set([undefined]));
  });

  it('is never seen by the token request that it caused, nor by the schedule after that', async () => {
    const { world, store, seen } = watched(['one']);
    await store.run('a request', async () => {
      const call = world.service.getAccessToken('one');
      await world.clock.advance(1000);
      const value = await call;
      // The caller's own context is as it was.
      expect(store.getStore()).toBe('a request');
      await world.clock.advance(HOUR / 6);
      const replaced = world.engine.caches.of('one')?.replaceRejected(value);
      await world.clock.advance(1000);
      await replaced;
    });
    world.engine.start();
    await world.clock.advance(2 * HOUR);
    const inside = seen.filter(([what]) => what !== 'rejected').map(([, current]) => current);
    expect(inside.length).toBeGreaterThan(5);
    expect(new Set(inside)).toEqual(new Set([undefined]));
  });

  it('is never seen by a request that waited for the place of another', async () => {
    const { world, store, seen } = watched(['one', 'two'], 1);
    world.endpoint.always(({ form }) => (form['client_id'] === '1_one' ? text(503, 'down') : undefined));
    const calls = ['one', 'two'].map((name) =>
      store.run(name, () => world.service.getAccessToken(name).catch(() => undefined)),
    );
    await world.clock.advance(60_000);
    await Promise.all(calls);
    expect(new Set(seen.map(([, current]) => current))).toEqual(new Set([undefined]));
  });
});
