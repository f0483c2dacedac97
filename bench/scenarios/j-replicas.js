import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { redisTokenStore } from 'nestjs-resamania-auth/redis';

import { chainNames, forEach } from '../chains.js';
import { cachedTokens } from '../floors/cached-token.js';
import { compare, loopOf, randomOrder, ratio } from '../measure.js';
import { openApp, resamania } from '../ours/resamania.js';
import { startRedis } from '../servers/redis.js';
import { atMost, exactly } from '../targets.js';

const REPLICAS = 6;
const TENANTS = 50;
const LIFETIME_S = 10;
const LIFETIMES = 5;
const CALL_EVERY_MS = 30;
const LATENCY_MS = 30;
/** A token is due when a quarter of its life is left, or up to a tenth earlier; less what clocks and timers are off. */
const DUE_AFTER_MS = LIFETIME_S * 650 - 200;
const REPLICA = new URL('../ours/replica.js', import.meta.url);

const MAP = 'floor: Map and clock';
const AWAITED = 'floor: await of an async function, Map and clock';
const PEEK = `${resamania.name} with a shared store, peek`;
const GET = `${resamania.name} with a shared store, await getAccessToken`;

export const title = 'Replicas with a shared store';

const REMARK =
  'A request is too early when it comes before the token of the one before was due, whichever replica made it. ' +
  'In trouble, Redis hangs for 3 s, is killed and back after 3 s, and is flushed. No peer shares tokens among processes.';

export async function run({ world, pace, progress }) {
  const redis = await startRedis();
  if (redis === undefined)
    return { tables: [], targets: [], remarks: ['Not measured: there is no redis-server.'] };
  const keys = `k1:${randomBytes(32).toString('base64')}`;
  const caption = `${REPLICAS} processes × ${TENANTS} tenants, tokens of ${LIFETIME_S} s, ${LIFETIMES} lifetimes`;
  try {
    progress(`${caption}: Redis is well`);
    const well = await replicas(world, redis, keys, () => undefined);
    progress(`${caption}: Redis in trouble`);
    const trouble = await replicas(world, redis, keys, (passed) => vex(redis, passed));
    progress('1000 tenants, the header from a valid cached token');
    const timed = await hotPath(world, redis, keys, pace);
    return {
      tables: [
        toTable(caption, [
          ['Redis is well', well],
          ['Redis in trouble', trouble],
        ]),
        hotTable(timed),
      ],
      targets: [
        exactly('first token requests of 6 × 50', well.first, TENANTS),
        atMost('% of token requests too early', well.early, 2),
        exactly('failed calls, Redis in trouble', trouble.failed, 0),
        atMost('`peek` with a store, 1,000 tenants, × the Map', ratio(timed, PEEK, MAP), 1.3),
        atMost('awaited `getAccessToken` with a store, × the awaited floor', ratio(timed, GET, AWAITED), 2),
      ],
      remarks: [REMARK],
    };
  } finally {
    await redis.stop();
  }
}

/** What troubles Redis at this second of the run, if anything. */
function vex(redis, second) {
  const troubles = {
    10: () => redis.pause(),
    13: () => redis.goOn(),
    22: () => redis.kill(),
    25: () => redis.start(),
    36: () => flush(redis),
  };
  return troubles[second]?.();
}

async function flush({ url }) {
  const { Redis } = await import('ioredis');
  const client = new Redis(url);
  await client.flushall();
  client.disconnect();
}

async function replicas(world, redis, keys, eachSecond) {
  await world.reset({ lifetimeS: LIFETIME_S, latencyMs: LATENCY_MS });
  await flush(redis);
  const settings = {
    origin: world.origin,
    chains: chainNames(TENANTS),
    redisUrl: redis.url,
    keys,
    callEveryMs: CALL_EVERY_MS,
  };
  const env = { ...process.env, REPLICA: JSON.stringify(settings) };
  const children = Array.from({ length: REPLICAS }, () => fork(REPLICA, { env, execArgv: [] }));
  try {
    await Promise.all(children.map((child) => once(child, 'message')));
    for (const child of children) child.send('start');
    for (let second = 1; second <= LIFETIME_S * LIFETIMES; second += 1) {
      await sleep(1000);
      await eachSecond(second);
    }
    const reports = children.map(async (child) => {
      const report = once(child, 'message');
      child.send('end');
      return (await report)[0];
    });
    return summary(await Promise.all(reports), (await world.stats()).tokenRequests);
  } finally {
    for (const child of children) child.kill();
  }
}

function summary(reports, tokenRequests) {
  const sum = (name) => reports.reduce((total, report) => total + report[name], 0);
  const last = new Map();
  const requests = reports.flatMap((report) => report.requests).toSorted((a, b) => a[1] - b[1]);
  let early = 0;
  for (const [tenant, at] of requests) {
    if (at - (last.get(tenant) ?? -Infinity) < DUE_AFTER_MS) early += 1;
    last.set(tenant, at);
  }
  const firstEndsAt = (requests[0]?.[1] ?? 0) + DUE_AFTER_MS;
  return {
    tokenRequests,
    first: requests.filter(([, at]) => at < firstEndsAt).length,
    early: (100 * early) / tokenRequests,
    calls: sum('calls'),
    failed: sum('failed'),
    waited: sum('waited'),
    longestMs: Math.max(...reports.map(({ longestMs }) => longestMs)),
  };
}

function toTable(caption, rows) {
  return {
    caption,
    head: ['', 'token requests', 'first', 'too early, %', 'calls', 'failed', 'waited', 'longest wait, ms'],
    rows: rows.map(([name, { tokenRequests, first, early, calls, failed, waited, longestMs }]) => [
      name,
      tokenRequests,
      first,
      early,
      calls,
      failed,
      waited,
      longestMs,
    ]),
  };
}

async function hotPath(world, redis, keys, pace) {
  await world.reset();
  // No token of the chains of before.
  await flush(redis);
  const chains = chainNames(1000);
  const app = await openApp(world, chains, { store: redisTokenStore({ url: redis.url, keys }) });
  await forEach(chains, 32, (chain) => app.ask(chain));
  const names = randomOrder(chains);
  const floor = cachedTokens(chains.map((chain) => [chain, app.tokens.peek(chain).value]));
  const loops = [
    [MAP, loopOf(MAP, false, floor.header)],
    [PEEK, loopOf(PEEK, false, app.peek, app.readPeeked)],
    [AWAITED, loopOf(AWAITED, true, floor.token)],
    [GET, loopOf(GET, true, app.ask)],
  ];
  const timed = await compare(
    loops.map(([name, loop]) => ({ name, run: loop(names) })),
    pace,
  );
  await app.close();
  return timed;
}

function hotTable(timed) {
  return {
    caption: '1000 tenants with a shared store, the header from a valid cached token',
    head: ['', 'ns', '× its floor'],
    rows: timed.map(({ name, ns }) => [
      name,
      ns,
      name === PEEK ? ratio(timed, name, MAP) : name === GET ? ratio(timed, name, AWAITED) : undefined,
    ]),
  };
}
