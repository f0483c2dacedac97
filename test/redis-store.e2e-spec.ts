import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';

import { ResamaniaConfigError } from '../libs/resamania-auth/src/errors.js';
import {
  redisTokenStore,
  type RedisTokenStoreOptions,
} from '../libs/resamania-auth/src/redis/redis-token-store.js';
import type { ClaimOutcome, ResamaniaTokenStore } from '../libs/resamania-auth/src/store/token-store.js';
import { eventually } from './support/eventually.js';
import { describeWithRedis, RedisServer } from './support/redis-server.js';
import { itIsATokenStore, passRealTime } from './support/token-store-contract.js';

const KEY_1 = `k1:${randomBytes(32).toString('base64')}`;
const KEY_2 = `k2:${randomBytes(32).toString('hex')}`;
const HOUR = 3_600_000;
/** A token as it was sealed when the form of what is stored was settled, with a key of 32 bytes of 7. */
const OF_FORMAT_1 =
  'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoiazEiLCJuYW1lIjoia2V5OnQifQ..xfB2cRByhjctfIBc.' +
  'lklrjigwYXu9yR7ki7db5hl7Gmeqpk99Fz_HmmE76LOTLizLn_8h5fh86qkRAFXw6zh4C3QXgw.db-ObAj5TojiyZhlWp-Xng';

describeWithRedis('the store in Redis', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.stop());

  const opened: ResamaniaTokenStore[] = [];
  const open = (changes: Partial<RedisTokenStoreOptions> = {}): ResamaniaTokenStore => {
    const store = redisTokenStore({ url: server.url, keys: KEY_1, ...changes })();
    opened.push(store);
    return store;
  };
  /** On a busy machine connecting may take longer than one operation waits. */
  const connected = async (changes?: Partial<RedisTokenStoreOptions>): Promise<ResamaniaTokenStore> => {
    const store = open(changes);
    await eventually(() =>
      store.read('nothing').then(
        () => true,
        () => false,
      ),
    );
    return store;
  };
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((store) => store.close()));
    await server.call('FLUSHALL');
  });

  describe('holds the contract', () => {
    itIsATokenStore(async () => ({
      one: await connected(),
      other: await connected(),
      pass: passRealTime,
      end: async () => undefined,
    }));
  });

  describe('holds it over a client of the application, whose options are the worst that can be', () => {
    let client: Redis;
    beforeEach(() => {
      client = new Redis(server.url, {
        keyPrefix: 'app:',
        db: 3,
        stringNumbers: true,
        enableAutoPipelining: true,
        maxRetriesPerRequest: null,
        lazyConnect: true,
      });
    });
    itIsATokenStore(async () => ({
      one: await connected({ url: undefined as never, instance: client }),
      other: await connected({ url: undefined as never, instance: client }),
      pass: passRealTime,
      end: async () => {
        expect(client.status).toBe('wait');
        expect(await server.call('KEYS', '*')).toEqual([]);
      },
    }));
  });

  describe('holds it with readable tokens, where the application insists', () => {
    const options = { keys: undefined, encryption: 'none-i-accept-readable-tokens' } as const;
    itIsATokenStore(async () => ({
      one: await connected(options),
      other: await connected(options),
      pass: passRealTime,
      end: async () => undefined,
    }));
  });

  describe('what stands in Redis', () => {
    it('holds no token, refresh token or wait in the clear, in keys, values, commands and messages', async () => {
      const store = await connected();
      const watcher = new Redis(server.url);
      const monitor = await watcher.monitor();
      const seen: string[] = [];
      monitor.on('monitor', (_time: string, args: string[]) => seen.push(inspect(args)));
      store.subscribe(() => undefined);
      await put(store, 'key', { value: 'CANARY-token', refresh: 'CANARY-refresh' });
      await put(store, 'waits', { wait: 'CANARY-wait' });
      await store.claim('key', { ...claimOf('c'), notIds: ['key-id'], takeRefresh: true });
      await store.drop('key', 'key-id');
      monitor.disconnect();
      watcher.disconnect();
      const keys = (await server.call('KEYS', '*')) as string[];
      expect(keys.toSorted()).toEqual([
        'resamania:1:{key}:c',
        'resamania:1:{key}:m',
        'resamania:1:{waits}:w',
      ]);
      const values = await Promise.all(keys.map((key) => server.call('GET', key)));
      expect(seen.join()).toContain('evalsha');
      expect(seen.length).toBeGreaterThan(8);
      expect(inspect([keys, values, seen], { maxArrayLength: null, maxStringLength: null })).not.toContain(
        'CANARY',
      );
    });

    it('cannot be read as another key, or as another kind of value', async () => {
      const store = await connected();
      await put(store, 'mine', { value: 'my token' });
      await server.call('COPY', part('mine'), part('yours'));
      await server.call('COPY', part('mine'), part('mine', 'w'));
      expect(await store.read('mine')).toMatchObject({ value: 'my token' });
      expect(await store.read('yours')).toMatchObject({ id: 'mine-id', value: undefined });
      const wait = await store.claim('mine', { ...claimOf('c'), minRemainingMs: 2 * HOUR });
      expect(wait).toMatchObject({ kind: 'wait', entry: { value: undefined } });
    });

    it.each<[string, (sealed: string) => string | Buffer]>([
      ['1 MB of noise', () => randomBytes(1_000_000)],
      ['1 MB behind an id', () => `someId.${'A'.repeat(1_000_000)}`],
      ['nothing', () => ''],
      ['an id alone', () => 'someId'],
      ['a truncated value', (sealed) => sealed.slice(0, -3)],
      [
        'a value with one character changed',
        (sealed) => `${sealed.slice(0, -40)}${sealed.at(-40) === 'A' ? 'B' : 'A'}${sealed.slice(-39)}`,
      ],
      ['JSON', () => '{"access_token":"eyJ"}'],
      ['an unencrypted JWT', () => 'someId.eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.'],
    ])('%s is no token, and is replaced', async (_what, damage) => {
      const store = await connected();
      await put(store, 'key', { value: 'a token' });
      const sealed = (await server.call('GET', part('key'))) as string;
      await server.call('SET', part('key'), damage(sealed), 'PX', 10 * HOUR);
      const found = await store.read('key');
      expect(found).toMatchObject({ value: undefined });
      expect(await store.claim('key', { ...claimOf('c') })).toMatchObject({
        kind: 'stored',
        entry: { value: undefined },
      });
      await put(store, 'key', { value: 'the next', replaces: [found?.id ?? ''] });
      expect(await store.read('key')).toMatchObject({ value: 'the next' });
    });

    it.each([
      ['a list', ['RPUSH', part('key'), 'x']],
      ['a value without an end', ['SET', part('key'), 'someId.x']],
    ])("%s in the place of a token stands in nobody's way", async (_what, command) => {
      const store = await connected();
      await server.call(...(command as [string, ...string[]]));
      expect(await store.read('key')).toMatchObject({ value: undefined });
      expect(await store.claim('key', claimOf('c'))).toMatchObject({ kind: 'granted' });
      await put(store, 'key', { value: 'a token' });
      expect(await store.read('key')).toMatchObject({ value: 'a token' });
    });

    it("that holds a wait or a claim for longer than any of ours lasts stands in nobody's way", async () => {
      const store = await connected();
      await put(store, 'waits', { wait: 'a failure' });
      await server.call('PEXPIRE', part('waits', 'w'), 100 * HOUR);
      await server.call('SET', part('claimed', 'c'), 'another', 'PX', 100 * HOUR);
      for (const key of ['waits', 'claimed'])
        expect(await store.claim(key, claimOf('c'))).toMatchObject({ kind: 'granted' });
    });

    it.each(['w', 'c', 'r'])(
      "a list or an endless value in the place of %s stands in nobody's way",
      async (kind) => {
        const store = await connected();
        await server.call('RPUSH', part('one', kind), 'x');
        await server.call('SET', part('two', kind), 'someId.x');
        for (const key of ['one', 'two']) {
          const request = { ...claimOf('c'), takeRefresh: true };
          expect(await store.claim(key, request)).toMatchObject({ kind: 'granted', refresh: undefined });
          await put(store, key, { value: 'a token' });
          expect(await store.claim(key, request)).toMatchObject({ kind: 'stored' });
        }
      },
    );
  });

  describe('a ring of keys', () => {
    it('rotates in three deployments, in which nobody misses a token', async () => {
      const [first, second, third, last] = [[KEY_1], [KEY_1, KEY_2], [KEY_2, KEY_1], [KEY_2]].map((keys) =>
        open({ keys }),
      );
      if (!first || !second || !third || !last) throw new Error('four stores were opened');
      await put(first, 'a', { value: 'by the old key' });
      expect(await second.read('a')).toMatchObject({ value: 'by the old key' });
      await put(second, 'b', { value: 'still by the old key' });
      expect(await first.read('b')).toMatchObject({ value: 'still by the old key' });
      expect(await third.read('b')).toMatchObject({ value: 'still by the old key' });
      await put(third, 'c', { value: 'by the new key' });
      expect(await second.read('c')).toMatchObject({ value: 'by the new key' });
      expect(await last.read('c')).toMatchObject({ value: 'by the new key' });
      // In the wrong order: not readable, and nothing worse.
      expect(await last.read('a')).toMatchObject({ id: 'a-id', value: undefined });
    });

    it('takes several keys in one variable', async () => {
      await put(await connected({ keys: KEY_1 }), 'a', { value: 'a token' });
      expect(await (await connected({ keys: ` ${KEY_2} , ${KEY_1} ` })).read('a')).toMatchObject({
        value: 'a token',
      });
    });
  });

  describe('the number of the format in all names', () => {
    /** What another version of the library may have stored under the same key. */
    const foreign = ['t', 'c', 'w', 'r', 'm'].map((kind) => `resamania:2:{key}:${kind}`);

    it('keeps versions apart that store in different forms, while both run', async () => {
      for (const name of foreign) await server.call('SET', name, 'someId.of format 2', 'PX', HOUR);
      const store = await connected();
      const told: string[] = [];
      store.subscribe((key) => told.push(key));
      expect(await store.read('key')).toBeUndefined();
      expect(await store.claim('key', { ...claimOf('c'), takeRefresh: true })).toMatchObject({
        kind: 'granted',
        refresh: undefined,
      });
      while (told.length === 0) {
        await put(store, 'key', { value: 'a token', refresh: 'r' });
        await sleep(10);
      }
      // From here on it listens, and messages come in order.
      const [channel = ''] = (await server.call('PUBSUB', 'CHANNELS')) as string[];
      expect(channel).toContain('resamania:1:');
      await server.call('PUBLISH', channel.replace(':1:', ':2:'), 'of format 2');
      while (!told.includes('last')) {
        await put(store, 'last', { value: 'a token' });
        await sleep(10);
      }
      expect(told).not.toContain('of format 2');
      expect(await store.drop('key', 'key-id')).toBe(true);
      const kept = await Promise.all(foreign.map((name) => server.call('GET', name)));
      expect(kept).toEqual(foreign.map(() => 'someId.of format 2'));
    });

    it('is 1 for what 1 was given to: a change of the form needs another number', async () => {
      const keys = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
      await server.call('SET', 'resamania:1:{key}:t', `22-characters.${OF_FORMAT_1}`, 'PX', HOUR);
      expect(await (await connected({ keys })).read('key')).toMatchObject({
        id: '22-characters',
        value: '{"value":"a token","scope":"read","lifetimeMs":3600000}',
      });
    });
  });

  it('keeps applications with different prefixes apart', async () => {
    await put(await connected(), 'key', { value: 'a token' });
    expect(await (await connected({ prefix: 'another' })).read('key')).toBeUndefined();
  });

  it('needs no more than the rights that the docs name', async () => {
    const page = readFileSync(new URL('../docs/several-replicas.md', import.meta.url), 'utf8');
    const rights = /`(\+get [^`]*)`/.exec(page)?.[1];
    if (rights === undefined) throw new Error('the docs name no rights');
    await server.call(
      'ACL',
      'SETUSER',
      'app',
      'on',
      '>pass',
      'resetkeys',
      'resetchannels',
      '-@all',
      ...rights.split(' '),
    );
    const store = await connected({ url: `redis://app:pass@127.0.0.1:${server.port}` });
    const told: string[] = [];
    store.subscribe((key) => told.push(key));
    await put(store, 'key', { value: 'a token', refresh: 'r' });
    while (told.length === 0) {
      await put(store, 'key', { value: 'a token', refresh: 'r' });
      await sleep(10);
    }
    expect(await store.drop('key', 'key-id')).toBe(true);
    await expect(
      open({ url: `redis://app:pass@127.0.0.1:${server.port}`, prefix: 'x' }).read('key'),
    ).rejects.toThrow('NOPERM');
  });
});

describe('options of the store in Redis', () => {
  const url = 'redis://127.0.0.1:1';

  it.each<[string, RedisTokenStoreOptions, string]>([
    ['no keys', { url }, 'openssl rand -base64 32'],
    ['an empty variable', { url, keys: '' }, 'openssl rand -base64 32'],
    ['a key without an id', { url, keys: randomBytes(32).toString('base64') }, 'keys[0]'],
    ['a short key', { url, keys: [KEY_1, `k2:${'CANARY'.repeat(5)}`] }, 'keys[1]'],
    ['a passphrase', { url, keys: `k1:CANARY this is not a key but a sentence of words` }, 'keys[0]'],
    ['one id twice', { url, keys: [KEY_1, KEY_1] }, 'keys[1]: another key has the id "k1" already'],
    ['no server', { keys: KEY_1 }, 'one of url, options, cluster and instance'],
    [
      'two servers',
      { url, cluster: { nodes: [] }, keys: KEY_1 },
      'one of url, options, cluster and instance',
    ],
    [
      'keys that would not be used',
      { url, keys: KEY_1, encryption: 'none-i-accept-readable-tokens' },
      'leave out one',
    ],
    ['another word for it', { url, encryption: 'none' as never }, "'none-i-accept-readable-tokens'"],
  ])('are refused with %s', (_what, options, words) => {
    const make = () => redisTokenStore(options);
    expect(make).toThrow(ResamaniaConfigError);
    expect(make).toThrow(words);
    expect(make).not.toThrow('CANARY');
  });

  it('are refused before anything connects, and hidden from inspection', () => {
    const make = redisTokenStore({ url: 'redis://user:CANARY@127.0.0.1:1', keys: KEY_1 });
    expect(inspect(make, { depth: 9, showHidden: true })).not.toContain('CANARY');
  });
});

function part(key: string, kind = 't'): string {
  return `resamania:1:{${key}}:${kind}`;
}

function claimOf(claimId: string) {
  return { claimId, claimMs: 60_000, minRemainingMs: 0, notIds: [] as string[], takeRefresh: false };
}

/** Stores a token of an hour with the id `{key}-id`, or a wait. */
async function put(
  store: ResamaniaTokenStore,
  key: string,
  {
    value,
    refresh,
    replaces = [],
    wait,
  }: { value?: string; refresh?: string; replaces?: string[]; wait?: string },
): Promise<void> {
  const claimId = randomBytes(8).toString('hex');
  const outcome: ClaimOutcome = await store.claim(`clock-${claimId}`, claimOf(claimId));
  if (outcome.kind !== 'granted') throw new Error(`expected a grant, found ${outcome.kind}`);
  const endsAt = outcome.storeMs + HOUR;
  await store.settle(`clock-${claimId}`, { claimId });
  if (wait !== undefined) {
    await store.claim(key, claimOf(claimId));
    return store.settle(key, { claimId, wait: { id: `${key}-id`, value: wait, endsAt } });
  }
  const token = {
    id: `${key}-id`,
    value: value ?? '',
    expiresAt: endsAt,
    lifetimeMs: HOUR,
    replaces,
    refresh,
  };
  return store.settle(key, { claimId, token });
}
