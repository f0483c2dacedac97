import { describe, expect, it } from '@jest/globals';

import { createWorld, DEMO } from '../../../../test/support/engine-world.js';
import { Fleet, outcome } from '../../../../test/support/fleet.js';
import type { ResamaniaAuthOptions } from '../options/resamania-auth-options.js';
import type { ResamaniaTokenStore, StoredEntry } from '../store/token-store.js';
import { shareKey } from './shared/share-key.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Tenants `chain0` and so on, with the token requests of each replica in one line. */
function chains(count: number): ResamaniaAuthOptions {
  const tenants = Array.from({ length: count }, (_, n) => ({
    name: `chain${n}`,
    clientToken: `chain${n}`,
    clientId: `chain${n}`,
    clientSecret: 'secret',
  }));
  return { tenants, tokenRequest: { concurrency: 1 } };
}

/** Whose tokens were requested, in order. */
function clients(fleet: Fleet): string[] {
  return fleet.endpoint.requests.map(({ form }) => form['client_id'] ?? '');
}

function token(fleet: Fleet, replica: number, chain: string): Promise<string> {
  return fleet.get(replica).service.getAccessToken(chain);
}

describe('a request that stands in the line of its replica', () => {
  it('has no claim: another replica with a free line makes the request, and its token serves both', async () => {
    const fleet = new Fleet(2, chains(2));
    fleet.endpoint.latencyMs = 400;
    const busy = token(fleet, 0, 'chain0');
    await fleet.clock.advance(10);
    const queued = token(fleet, 0, 'chain1');
    await fleet.clock.advance(10);
    const free = token(fleet, 1, 'chain1');
    await fleet.clock.advance(10);
    expect(clients(fleet)).toEqual(['chain0', 'chain1']);
    const tokens = await outcome(fleet.clock, Promise.all([busy, queued, free]), SECOND);
    expect(tokens).toEqual([expect.any(String), expect.any(String), expect.any(String)]);
    expect(await queued).toBe(await free);
    expect(fleet.requests).toBe(2);
    expect(fleet.get(0).service.sharedStatus().counts).toMatchObject({ granted: 1, adopted: 1 });
  });

  it('leaves the line when it is not granted: the next one goes, while it waits for the other replica', async () => {
    const fleet = new Fleet(2, chains(2));
    fleet.endpoint.latencyMs = 400;
    const held = [token(fleet, 0, 'chain0')];
    await fleet.clock.advance(10);
    held.push(token(fleet, 1, 'chain0'));
    await fleet.clock.advance(10);
    expect(fleet.get(1).service.sharedStatus().counts).toMatchObject({ held: 1 });
    const next = token(fleet, 1, 'chain1');
    await fleet.clock.advance(10);
    expect(clients(fleet)).toEqual(['chain0', 'chain1']);
    const [one, other] = (await outcome(fleet.clock, Promise.all([...held, next]), SECOND)) as string[];
    expect(other).toBe(one);
    expect(fleet.requests).toBe(2);
  });
});

describe('the turns of the schedule', () => {
  it('are not used up by tenants whose claims are held elsewhere: each looks again in 2 to 6 s', async () => {
    const fleet = new Fleet(1, { ...chains(150), tokenRequest: { concurrency: 4 } });
    const { engine, service, events } = fleet.get(0);
    const all = Array.from({ length: 150 }, (_, n) => `chain${n}`);
    const free = all.filter((_, n) => n % 50 === 49);
    for (const chain of all) {
      const tenant = engine.caches.of(chain)?.tenant;
      if (tenant === undefined) throw new Error('the tenant is registered');
      const key = shareKey({ tenant, principal: undefined }, { clientSecret: 'secret', apiKey: undefined });
      const claim = {
        claimId: 'another',
        claimMs: MINUTE,
        minRemainingMs: 0,
        notIds: [],
        takeRefresh: false,
      };
      if (!free.includes(chain)) await fleet.store.claim(key, claim);
    }
    engine.start();
    // The first turns are spread over 25 ms a tenant.
    await fleet.clock.advance(150 * 25 + 500);
    expect(clients(fleet).toSorted()).toEqual(free.toSorted());
    const held = () => service.sharedStatus().counts?.['held'] ?? 0;
    expect(held()).toBeGreaterThanOrEqual(147);
    const before = held();
    await fleet.clock.advance(MINUTE / 2);
    // Each 5 to 15 times in half a minute.
    expect(held() - before).toBeGreaterThanOrEqual(147 * 4);
    expect(held() - before).toBeLessThanOrEqual(147 * 16);
    await fleet.clock.advance(MINUTE);
    expect(new Set(clients(fleet))).toEqual(new Set(all));
    expect(fleet.requests).toBe(all.length);
    expect(events.filter(({ type }) => type !== 'obtained')).toEqual([]);
  }, 120_000);
});

/** A key ring: what it encrypts with, and what it can read. */
interface Ring {
  readonly writes: string;
  readonly reads: string[];
}

/** A store as a replica with this ring sees it. */
function sealed(store: ResamaniaTokenStore, { writes, reads }: Ring): ResamaniaTokenStore {
  const seal = <T extends { readonly value: string }>(text: T | undefined) =>
    text && { ...text, value: `${writes}.${text.value}` };
  const open = ({ value = '', ...entry }: StoredEntry): StoredEntry => {
    const [kid = '', ...rest] = value.split('.');
    return { ...entry, value: reads.includes(kid) ? rest.join('.') : undefined };
  };
  return {
    read: async (key) => {
      const entry = await store.read(key);
      return entry && open(entry);
    },
    claim: async (key, request) => {
      const found = await store.claim(key, request);
      return 'entry' in found ? { ...found, entry: open(found.entry) } : found;
    },
    settle: (key, { claimId, token: given, wait }) =>
      store.settle(key, { claimId, token: seal(given), wait: seal(wait) }),
    drop: (key, id) => store.drop(key, id),
    subscribe: (listener) => store.subscribe(listener),
    close: async () => undefined,
  };
}

describe('a ring of keys that was rotated in the wrong order', () => {
  /** As many requests as one replica alone makes in so many hours, at most: a lead of a quarter, and a jitter of a tenth. */
  const mostAlone = (hours: number) => 1 + Math.ceil(hours / 0.65);

  it('costs requests when tokens are due, and no more, until all replicas can read again what the others write', async () => {
    const fleet = new Fleet(0);
    const [old, next] = [
      { writes: 'old', reads: ['old'] },
      { writes: 'new', reads: ['new'] },
    ];
    for (let n = 0; n < 6; n += 1) {
      const store = () => sealed(fleet.store, n < 3 ? old : next);
      fleet.replicas.push(createWorld({ ...DEMO, store }, () => (n + 0.5) / 6, fleet.clock, fleet.endpoint));
    }
    fleet.start();
    await fleet.clock.advance(10 * SECOND);
    expect(fleet.requests).toBe(2);
    expect(await fleet.serve(24 * HOUR, MINUTE)).toEqual([]);
    const made = fleet.obtained().filter(({ origin }) => origin === 'endpoint');
    expect(made).toHaveLength(fleet.requests);
    let unreadable = 0;
    for (const [replica, { service, events }] of fleet.replicas.entries()) {
      expect(made.filter((one) => one.replica === replica).length).toBeLessThanOrEqual(mostAlone(24));
      expect(events.filter(({ type }) => type !== 'obtained')).toEqual([]);
      const { state, counts } = service.sharedStatus();
      expect(state).toBe('up');
      unreadable += counts?.['unreadable'] ?? 0;
    }
    expect(unreadable).toBeGreaterThan(24);
    // No two requests in a row for one and the same need: each replica makes one at most.
    for (const { at } of made) {
      const close = made.filter((one) => one.at >= at && one.at < at + 10 * MINUTE);
      expect(new Set(close.map(({ replica }) => replica)).size).toBe(close.length);
    }
    old.reads.push('new');
    next.reads.push('old');
    expect(await fleet.serve(2 * HOUR, MINUTE)).toEqual([]);
    const before = fleet.requests;
    expect(await fleet.serve(24 * HOUR, MINUTE)).toEqual([]);
    expect(fleet.requests - before).toBeLessThanOrEqual(mostAlone(24));
  }, 120_000);
});
