/**
 * The built module in an application, for minutes, while everything around it fails now and then.
 *
 *   npm run soak -- --minutes 10 --seed 1
 *
 * Exit code 1 on a failure that no fault explains, on growth, on a warning of the process, and on an unhandled rejection.
 */
import { parseArgs } from 'node:util';

import { Redis } from 'ioredis';

import { startRedis } from '../../bench/servers/redis.js';
import { startApplication } from './application.js';
import { Calls } from './calls.js';
import { CALM_AFTER_MS, FaultPlayer, FAULTS, REDIS_FAULTS, sleep } from './faults.js';
import { Gauge, slopeOf } from './gauge.js';
import { Random } from './random.js';
import { startSandbox } from './servers.js';
import { STALL_MS, watchStalls } from './stalls.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_007) },
    rate: { type: 'string', default: '200' },
    tenants: { type: 'string', default: '100' },
  },
});
const [minutes, seed, rate, tenants] = [values.minutes, values.seed, values.rate, values.tenants].map(Number);
/** Short, so that tokens are renewed in every storm. */
const TOKEN_LIFETIME_S = 23;
const API_KEY = 'soak-key';
const LINE_EVERY_MS = 5000;
/** The length of a stormy time, in milliseconds; a calm one that follows lasts until nothing is explained any more, and on. */
const STORM_MS = 20_000;
const CALM_MS = CALM_AFTER_MS + 4000;
const SAMPLE_EVERY_MS = 500;
/** How much the heap may have grown from the first calm time to the last, in MB, and the open handles. */
const MOST_MB = 3;
const MOST_HANDLES = 20;

const problems = [];
// Redis ends with this process, but not by a signal that nobody hears.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
process.on('warning', (warning) => problems.push(`warning: ${warning.name}: ${warning.message}`));
process.on('unhandledRejection', (reason) =>
  problems.push(`unhandled rejection: ${String(reason?.stack ?? reason)}`),
);

/** The faults have numbers of their own: with one seed they come in one order, whatever the calls do meanwhile. */
const random = new Random(seed);
const chains = Array.from({ length: tenants }, (_, n) => `chain${n}`);
const secrets = Object.fromEntries(chains.map((chain) => [chain, `secret-${chain}-0`]));
let player;
const sandbox = await startSandbox(
  {
    apiKey: API_KEY,
    tokenLifetimeSeconds: TOKEN_LIFETIME_S,
    chains: chains.map((clientToken) => ({
      clientToken,
      clientId: `1_${clientToken}`,
      clientSecret: secrets[clientToken],
    })),
  },
  (from) => player?.stalled(from),
);
const redis = await startRedis();
const key = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
const replica = () =>
  startApplication({ apiBaseUrl: sandbox.apiBaseUrl, apiKey: API_KEY, secrets, redis, key });
// Where there is a store, two replicas share it.
const applications = redis === undefined ? [await replica()] : [await replica(), await replica()];
const flusher = redis && new Redis(redis.url, { maxRetriesPerRequest: 0, enableOfflineQueue: false });
flusher?.on('error', () => undefined);
const withFlush = redis && { ...redis, flush: () => void flusher.flushall().catch(() => undefined) };
player = new FaultPlayer({ sandbox, redis: withFlush, secrets, random });
const calls = new Calls({ applications, chains, random: new Random(seed + 1), player, tell: print });
const gauge = new Gauge();
const startedAt = Date.now();
const endsAt = startedAt + minutes * 60_000;

print(
  `${minutes} minutes, ${rate} calls a second, ${tenants} tenants, ${applications.length} replicas, ` +
    `${redis === undefined ? 'no redis-server on the PATH' : 'with Redis'}, seed ${seed}, Node ${process.version}`,
);
const stopWatching = watchStalls((from) => player.stalled(from));
calls.start(rate);
const lines = setInterval(() => void line(), LINE_EVERY_MS);
await weather();
clearInterval(lines);
stopWatching();
await calls.stop();
const { token, api } = await sandbox.ask('stats');
await close();
report();

/** Storms and calms in turn, calm at the beginning and at the end. */
async function weather() {
  // A moment for all tenants to have their first token.
  await sleep(3000);
  while (Date.now() + STORM_MS + CALM_MS <= endsAt) {
    await storm(Date.now() + STORM_MS - 8000);
    await sleep(CALM_AFTER_MS);
    await calm(CALM_MS - CALM_AFTER_MS);
  }
  await calm(Math.max(0, endsAt - Date.now()));
}

async function storm(until) {
  while (Date.now() < until) {
    const lastsMs = () => random.between(1000, 7000);
    await Promise.all([
      player.play(random.pick(FAULTS), lastsMs()),
      random.next() < 0.5 ? player.play(random.pick(FAULTS), lastsMs()) : undefined,
      random.next() < 0.4 ? player.playRedis(random.pick(REDIS_FAULTS), lastsMs()) : undefined,
    ]);
  }
}

async function calm(ms) {
  const end = Date.now() + ms;
  while (Date.now() < end) {
    await sleep(Math.min(SAMPLE_EVERY_MS, end - Date.now()));
    gauge.sample();
  }
  gauge.closePoint();
}

async function line() {
  const { p99, max } = gauge.delays();
  const stats = await sandbox.ask('stats');
  const heap = (process.memoryUsage().heapUsed / 1024 / 1024).toFixed(0);
  print(
    `${String(Math.round((Date.now() - startedAt) / 1000)).padStart(4)} s  ${calls.calls} calls, ` +
      `${sum(calls.explained)} failed with reason, ${sum(calls.unexplained)} without, ${calls.underWay} under way, ` +
      `${stats.token} token requests, heap ${heap} MB, loop p99 ${p99} ms, max ${max} ms: ${player.on}`,
  );
}

/** Closes everything; what is left then would keep a process from ending. */
async function close() {
  await Promise.all(applications.map((application) => application.close()));
  flusher?.disconnect();
  await redis?.stop();
  await sandbox.stop();
  await sleep(500);
  const left = process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name));
  if (left.length > 0) problems.push(`left after closing: ${left.join(', ')}`);
}

function report() {
  print(
    `\n${calls.calls} calls: ${calls.succeeded} succeeded, ${calls.cancelled} cancelled by their callers`,
  );
  table('failed, explained', calls.explained);
  table('failed, unexplained', calls.unexplained);
  print(`${token} token requests and ${api} API requests reached the sandbox`);
  for (const { minute, heap, handles } of gauge.points)
    print(`  calm at ${minute.toFixed(1)} min: heap ${heap.toFixed(2)} MB, ${handles} handles and timers`);
  checkGrowth('heap', 'MB', MOST_MB);
  checkGrowth('handles', 'handles and timers', MOST_HANDLES);
  gauge.delays();
  print(`longest delay of the event loop: ${gauge.worstMs} ms`);
  print(
    `${player.stalls} times the machine was so busy that this process or the sandbox did not run for ${STALL_MS} ms`,
  );
  if (sum(calls.unexplained) > 0) problems.push(`${sum(calls.unexplained)} unexplained failures`);
  if (calls.succeeded < calls.calls / 4) problems.push('fewer than a quarter of the calls succeeded');
  for (const problem of problems) print(`PROBLEM: ${problem}`);
  print(
    problems.length === 0
      ? 'No problem.'
      : `To repeat it: npm run soak -- --minutes ${minutes} --seed ${seed}`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
}

function checkGrowth(name, unit, most) {
  // The first calm time is that of code which is not optimised yet.
  const points = gauge.points.length > 3 ? gauge.points.slice(1) : gauge.points;
  const slope = slopeOf(points, name);
  const spanMinutes = (points.at(-1)?.minute ?? 0) - (points[0]?.minute ?? 0);
  print(
    `${name}: ${slope >= 0 ? '+' : ''}${slope.toFixed(3)} ${unit} a minute, over ${spanMinutes.toFixed(1)} minutes`,
  );
  if (slope * spanMinutes > most) problems.push(`growth: ${(slope * spanMinutes).toFixed(2)} ${unit}`);
}

function table(title, books) {
  print(`${sum(books)} ${title}`);
  for (const [entry, count] of [...books].toSorted((a, b) => b[1] - a[1]))
    print(`${String(count).padStart(8)}  ${entry}`);
}

function sum(books) {
  return [...books.values()].reduce((total, count) => total + count, 0);
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
