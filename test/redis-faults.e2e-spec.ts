import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, expect, it } from '@jest/globals';

import { redisTokenStore } from '../libs/resamania-auth/src/redis/redis-token-store.js';
import { type ResamaniaTokenStore, TokenStoreError } from '../libs/resamania-auth/src/store/token-store.js';
import { DistantServer } from './support/distant-server.js';
import { freePort } from './support/free-port.js';
import { describeWithRedis, RedisServer } from './support/redis-server.js';

const KEYS = `k1:${randomBytes(32).toString('base64')}`;
/** Half a second, and what a busy machine adds. */
const DEADLINE_MS = 1000;
const BACK_WITHIN_MS = 5000;

let server: RedisServer;
let store: ResamaniaTokenStore;
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);

describeWithRedis('the store while something is wrong with Redis', () => {
  beforeEach(async () => {
    process.on('unhandledRejection', note);
    server = await RedisServer.start('--enable-debug-command', 'yes');
    store = open(server.url);
    await workAgain();
  });
  afterEach(async () => {
    await store.close();
    await server.signal('SIGCONT');
    await server.stop();
    process.off('unhandledRejection', note);
    expect(unhandled.splice(0)).toEqual([]);
  });

  it('killed, and back after two seconds', async () => {
    await server.signal('SIGKILL');
    expect([...(await workFor(2000))]).toContain('ECONNREFUSED');
    await server.start();
    await workAgain();
  });

  it('stopped, and continued', async () => {
    await server.signal('SIGSTOP');
    expect([...(await workFor(3000))]).toContain('timeout');
    await server.signal('SIGCONT');
    await workAgain();
  });

  it('restarted', async () => {
    await server.signal('SIGTERM');
    await server.start();
    await workAgain();
  });

  it.each(['WRITE', 'ALL'])('paused: %s', async (what) => {
    await server.call('CLIENT', 'PAUSE', 2000, what);
    expect([...(await workFor(1500))]).toContain('timeout');
    await workAgain();
  });

  it('flushed', async () => {
    await server.call('FLUSHALL');
    expect(await workFor(200)).toEqual(new Set());
    expect(await store.read('key')).toBeUndefined();
  });

  it('without its scripts', async () => {
    await server.call('SCRIPT', 'FLUSH');
    expect(await workFor(200)).toEqual(new Set());
  });

  it('out of memory: what is there can still be read', async () => {
    await store.settle('key', { claimId: 'c', token: await tokenNow() });
    await server.call('CONFIG', 'SET', 'maxmemory', 1);
    expect(await workFor(200)).toEqual(new Set(['OOM']));
    expect(await store.read('key')).toMatchObject({ value: 'a token' });
    await server.call('CONFIG', 'SET', 'maxmemory', 0);
    await workAgain();
  });

  it('a replica now, which takes no writes', async () => {
    await server.call('REPLICAOF', '127.0.0.1', await freePort());
    expect([...(await workFor(500))]).toContain('READONLY');
    await server.call('REPLICAOF', 'NO', 'ONE');
    await workAgain();
  });

  it('a replica without its master, which does not even answer', async () => {
    await server.call('CONFIG', 'SET', 'replica-serve-stale-data', 'no');
    await server.call('REPLICAOF', '127.0.0.1', await freePort());
    expect([...(await workFor(500))]).toContain('MASTERDOWN');
    await server.call('REPLICAOF', 'NO', 'ONE');
    await workAgain();
  });

  it('with a password that nobody told us, and with a wrong one', async () => {
    await server.call('CONFIG', 'SET', 'requirepass', 'secret');
    const [without, wrong, right] = ['', ':CANARY@', ':secret@'].map((user) =>
      open(`redis://${user}127.0.0.1:${server.port}`),
    );
    if (!without || !wrong || !right) throw new Error('three stores were opened');
    expect(await workFor(300, without)).toEqual(new Set(['NOAUTH']));
    expect(await workFor(300, wrong)).toEqual(new Set(['WRONGPASS']));
    expect(await workFor(300, right)).toEqual(new Set());
    await Promise.all([without, wrong, right].map((each) => each.close()));
  });

  it('not there at the start', async () => {
    await server.signal('SIGKILL');
    const early = open(server.url);
    expect([...(await workFor(700, early))]).toContain('ECONNREFUSED');
    await server.start();
    await workAgain(early);
    await early.close();
  });

  it('its connections killed, those of the listeners too', async () => {
    const told: string[] = [];
    store.subscribe((key) => told.push(key));
    const isHeard = async () => {
      told.length = 0;
      while (told.length === 0) {
        await store.settle('key', { claimId: 'c' }).catch(() => undefined);
        await sleep(20);
      }
    };
    await isHeard();
    await server.call('CLIENT', 'KILL', 'TYPE', 'normal');
    await server.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await workAgain();
    await isHeard();
  });

  it('200 ms away', async () => {
    const far = await DistantServer.before(server.port);
    far.eachWayMs = 100;
    const distant = open(`redis://127.0.0.1:${far.port}`);
    await workAgain(distant);
    expect(await workFor(1000, distant)).toEqual(new Set());
    await distant.close();
    far.stop();
  });
});

function open(url: string): ResamaniaTokenStore {
  return redisTokenStore({ url, keys: KEYS })();
}

async function tokenNow(): Promise<{
  id: string;
  value: string;
  expiresAt: number;
  lifetimeMs: number;
  replaces: string[];
  refresh: undefined;
}> {
  const outcome = await claim(store);
  if (outcome.kind !== 'granted') throw new Error(`expected a grant, found ${outcome.kind}`);
  return {
    id: 'id',
    value: 'a token',
    expiresAt: outcome.storeMs + 60_000,
    lifetimeMs: 60_000,
    replaces: [],
    refresh: undefined,
  };
}

function claim(on: ResamaniaTokenStore) {
  const request = { claimMs: 1000, minRemainingMs: 0, notIds: [], takeRefresh: false };
  return on.claim(randomBytes(8).toString('hex'), { claimId: 'c', ...request });
}

/** Everything that a store does, again and again. Every operation has to end in time. Returns why some failed. */
async function workFor(ms: number, on = store): Promise<Set<string>> {
  const reasons = new Set<string>();
  const end = Date.now() + ms;
  while (Date.now() < end) {
    const work = [
      () => on.read('key'),
      () => claim(on),
      () => on.settle('work', { claimId: 'c' }),
      () => on.drop('work', 'id'),
    ];
    await Promise.all(
      work.map(async (operation) => {
        const startedAt = Date.now();
        await operation().catch((error: unknown) => {
          expect(error).toBeInstanceOf(TokenStoreError);
          reasons.add((error as TokenStoreError).reason);
        });
        expect(Date.now() - startedAt).toBeLessThan(DEADLINE_MS);
      }),
    );
    await sleep(20);
  }
  return reasons;
}

/** Has it claim something, which takes a server that writes. */
async function workAgain(on = store): Promise<void> {
  const startedAt = Date.now();
  while ((await claim(on).catch(() => undefined)) === undefined) {
    expect(Date.now() - startedAt).toBeLessThan(BACK_WITHIN_MS);
    await sleep(20);
  }
}
