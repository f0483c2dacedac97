import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from 'ioredis';

import {
  redisTokenStore,
  type RedisTokenStoreOptions,
} from '../libs/resamania-auth/src/redis/redis-token-store.js';
import type { ResamaniaTokenStore } from '../libs/resamania-auth/src/store/token-store.js';
import { eventually } from './support/eventually.js';
import { describeWithRedis, RedisServer } from './support/redis-server.js';
import { itIsATokenStore, passRealTime } from './support/token-store-contract.js';

const KEYS = `k1:${randomBytes(32).toString('base64')}`;
const BACK_WITHIN_MS = 5000;

const opened: ResamaniaTokenStore[] = [];
function open(options: RedisTokenStoreOptions): ResamaniaTokenStore {
  const store = redisTokenStore({ keys: KEYS, ...options })();
  opened.push(store);
  return store;
}
/** Finding the way through several servers may take longer than one operation waits. */
async function connected(options: RedisTokenStoreOptions): Promise<ResamaniaTokenStore> {
  const store = open(options);
  await backAgain(store);
  return store;
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((store) => store.close()));
});

describeWithRedis('the store in a Redis Cluster of three', () => {
  let nodes: RedisServer[] = [];
  let startNodes: { host: string; port: number }[];

  beforeAll(async () => {
    const config = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000'];
    nodes = await Promise.all([0, 1, 2].map(() => RedisServer.start(...config)));
    await Promise.all(
      nodes.map((node, index) => {
        const [from, to] = [Math.ceil((index * 16_384) / 3), Math.ceil(((index + 1) * 16_384) / 3) - 1];
        return node.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
      }),
    );
    for (const node of nodes.slice(1)) await nodes[0]?.call('CLUSTER', 'MEET', '127.0.0.1', node.port);
    for (const node of nodes) {
      await eventually(async () => String(await node.call('CLUSTER', 'INFO')).includes('cluster_state:ok'));
    }
    startNodes = nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
  });
  afterAll(() => Promise.all(nodes.map((node) => node.stop())));

  describe('holds the contract', () => {
    itIsATokenStore(async () => ({
      one: await connected({ cluster: { nodes: startNodes } }),
      other: await connected({ cluster: { nodes: startNodes.toReversed() } }),
      pass: passRealTime,
      end: async () => undefined,
    }));
  });

  it('is duplicated where it is a client of the application', async () => {
    const client = new Cluster(startNodes, { lazyConnect: true });
    await claimEach(open({ instance: client }));
    expect(client.status).toBe('wait');
  });

  it('goes on when a node hangs, and is whole again within five seconds of its return', async () => {
    const store = await connected({ cluster: { nodes: startNodes } });
    await nodes[1]?.signal('SIGSTOP');
    const end = Date.now() + 2500;
    while (Date.now() < end) {
      const startedAt = Date.now();
      await claimEach(store).catch(() => undefined);
      expect(Date.now() - startedAt).toBeLessThan(1000);
    }
    await nodes[1]?.signal('SIGCONT');
    await backAgain(store);
  });
});

describeWithRedis('the store behind Sentinel', () => {
  let master: RedisServer;
  let replica: RedisServer;
  let sentinel: RedisServer;
  let folder: string;

  beforeAll(async () => {
    master = await RedisServer.start();
    replica = await RedisServer.start('--replicaof', '127.0.0.1', String(master.port));
    folder = mkdtempSync(join(tmpdir(), 'sentinel-'));
    const config = join(folder, 'sentinel.conf');
    const lines = [
      `sentinel monitor main 127.0.0.1 ${master.port} 1`,
      'sentinel down-after-milliseconds main 1000',
      'sentinel failover-timeout main 3000',
    ];
    writeFileSync(config, `${lines.join('\n')}\n`);
    await eventually(async () =>
      String(await replica.call('INFO', 'replication')).includes('master_link_status:up'),
    );
    sentinel = await RedisServer.start(config, '--sentinel');
    await eventually(
      async () => ((await sentinel.call('SENTINEL', 'REPLICAS', 'main')) as unknown[]).length === 1,
    );
  });
  afterAll(async () => {
    await Promise.all([master, replica, sentinel].map((server) => server.stop()));
    rmSync(folder, { recursive: true });
  });

  const behind = (): RedisTokenStoreOptions => ({
    options: { sentinels: [{ host: '127.0.0.1', port: sentinel.port }], name: 'main' },
  });

  describe('holds the contract', () => {
    itIsATokenStore(async () => ({
      one: await connected(behind()),
      other: await connected(behind()),
      pass: passRealTime,
      end: async () => undefined,
    }));
  });

  it('follows when the master is killed', async () => {
    const store = await connected(behind());
    await master.signal('SIGKILL');
    // A second until it counts as down, and the failover.
    await sleep(1000);
    await backAgain(store, 2 * BACK_WITHIN_MS);
    expect(String(await replica.call('INFO', 'replication'))).toContain('role:master');
  });
});

/** Claims thirty keys, which are on all nodes of a cluster. */
async function claimEach(store: ResamaniaTokenStore): Promise<void> {
  const claims = Array.from({ length: 30 }, () =>
    store.claim(freshKey(), {
      claimId: 'c',
      claimMs: 1000,
      minRemainingMs: 0,
      notIds: [],
      takeRefresh: false,
    }),
  );
  await Promise.all(claims);
}

function freshKey(): string {
  return randomBytes(8).toString('hex');
}

async function backAgain(store: ResamaniaTokenStore, withinMs = BACK_WITHIN_MS): Promise<void> {
  const startedAt = Date.now();
  await eventually(async () => {
    expect(Date.now() - startedAt).toBeLessThan(withinMs);
    return claimEach(store).then(
      () => true,
      () => false,
    );
  });
}
