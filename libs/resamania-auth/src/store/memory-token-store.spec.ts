import { describe, expect, it } from '@jest/globals';

import { SimulatedClock } from '../../../../test/support/simulated-clock.js';
import { itIsATokenStore } from '../../../../test/support/token-store-contract.js';
import { MemoryTokenStore } from './memory-token-store.js';

describe('the store in memory', () => {
  itIsATokenStore(async () => {
    const clock = new SimulatedClock();
    const store = new MemoryTokenStore(clock);
    return { one: store, other: store, pass: (ms) => clock.advance(ms), end: () => store.close() };
  });

  it('lets a key be dropped again after 30 s', async () => {
    const clock = new SimulatedClock();
    const store = new MemoryTokenStore(clock);
    const put = (id: string) =>
      store.settle('key', {
        claimId: 'c',
        token: {
          id,
          value: id,
          expiresAt: clock.now() + 1e6,
          lifetimeMs: 1e6,
          replaces: [],
          refresh: undefined,
        },
      });
    await put('first');
    await store.drop('key', 'first');
    await put('second');
    await clock.advance(29_999);
    expect(await store.drop('key', 'second')).toBe(false);
    await clock.advance(1);
    expect(await store.drop('key', 'second')).toBe(true);
    expect(await store.read('key')).toBeUndefined();
  });
});
