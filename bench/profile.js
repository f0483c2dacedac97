/**
 * Where the time of a GET goes, by package: bare axios, and this library with the same agent.
 *
 *   npm run build && node bench/profile.js
 */
import 'reflect-metadata';

import { Agent } from 'node:http';
import { Session } from 'node:inspector/promises';

import { create } from 'axios';
import { firstValueFrom } from 'rxjs';

import { forEach } from './chains.js';
import { resamania } from './ours/resamania.js';
import { table } from './report.js';
import { startServer } from './servers/start-server.js';

const CHAIN = 'chain0';
const CONCURRENCY = 32;
const WARM_UP = 6000;
const GETS = 3000;
/** Each is profiled so often, in turn. */
const TURNS = 8;

const world = await startServer();
await world.reset();
const agent = new Agent({ keepAlive: true });
const ours = await resamania.open(world, [CHAIN], { httpAgent: agent });
const headers = { Authorization: `Bearer ${await ours.ask(CHAIN)}` };
const bare = create({ httpAgent: agent, headers });
const service = ours.http.forTenant(CHAIN);
const contenders = {
  'bare axios': () => bare.get(world.apiUrl(CHAIN)),
  ResamaniaHttpService: () => firstValueFrom(service.get('clubs')),
};

const session = new Session();
session.connect();
await session.post('Profiler.enable');
const microseconds = {};
for (const get of Object.values(contenders)) await gets(get, WARM_UP);
for (let turn = 0; turn < TURNS; turn += 1) {
  for (const [name, get] of Object.entries(contenders)) await profile(name, get);
}
const packages = [...new Set(Object.values(microseconds).flatMap(Object.keys))].toSorted();
const perGet = (name, its) => (microseconds[name][its] ?? 0) / (TURNS * GETS);
const names = Object.keys(contenders);
const rows = packages.map((its) => [its].concat(names.map((name) => perGet(name, its))));
process.stdout.write(`${table(['µs for each GET', ...names], rows)}\n`);

await ours.close();
agent.destroy();
await world.stop();

async function gets(get, count) {
  await forEach(Array.from({ length: count }), CONCURRENCY, get);
}

/** Adds the time that each package's own functions took. */
async function profile(name, get) {
  await session.post('Profiler.start');
  await gets(get, GETS);
  const { profile: recorded } = await session.post('Profiler.stop');
  const frames = new Map(recorded.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const sums = (microseconds[name] ??= {});
  for (const [n, id] of recorded.samples.entries()) {
    const its = packageOf(frames.get(id));
    sums[its] = (sums[its] ?? 0) + recorded.timeDeltas[n];
  }
}

function packageOf({ functionName, url }) {
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (functionName === '(idle)') return 'idle';
  if (url.includes('/libs/resamania-auth/')) return 'nestjs-resamania-auth';
  return /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? 'Node.js';
}
