/**
 * What many tenants cost: heap for each beside its token string and its config, the time to arm them all, and how long
 * the event loop is held meanwhile. Works on the built package; no network, the token endpoint is a function. Scenario g
 * runs it: a process for each measurement, since a heap is never the same again.
 */
import 'reflect-metadata';

import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

const dist = '../libs/resamania-auth/dist';
const { resolveOptions } = await import(`${dist}/options/resolve-options.js`);
const { TenantStore } = await import(`${dist}/tenants/tenant-store.js`);
const { TokenEngine } = await import(`${dist}/token/token-engine.js`);
const { TokenEventHub } = await import(`${dist}/token/events/token-event-hub.js`);
const { systemClock } = await import(`${dist}/clock.js`);

const count = Number(process.argv[2] ?? 100_000);
const LIFETIME_S = 3600;

/** A token string of its own per tenant, made beforehand so that it does not count. */
const tokens = Array.from({ length: count }, (_, n) =>
  Buffer.from(`header.payload-of-tenant-${n}.signature`.padEnd(900, 'x')).toString(),
);

const options = resolveOptions({
  apiBaseUrl: 'https://api.example',
  tenants: tokens.map((_, n) => ({
    clientToken: `chain${n}`,
    clientId: `${n}_client`,
    clientSecret: `secret-${n}`,
  })),
});
const tenants = new TenantStore(options, systemClock);

let asked = 0;
let isQuick = false;
/** Requests that came while arming was measured: answered after it. */
const stuck = [];
/** Each answer is a plain value: what is measured is the engine, not a server. */
const transport = {
  post: ({ url }) =>
    new Promise((resolve) => {
      asked += 1;
      const token = tokens[Number(url.split('chain')[1].split('/')[0])];
      const body = JSON.stringify({ access_token: token, expires_in: LIFETIME_S, token_type: 'bearer' });
      const answer = () => resolve({ status: 200, headers: {}, body });
      if (isQuick) setImmediate(answer);
      else stuck.push(answer);
    }),
  close: () => undefined,
};
let armed;
const timer = {
  arm: (ms, task) => {
    clearTimeout(armed);
    armed = setTimeout(task, isQuick ? 0 : ms);
  },
  disarm: () => clearTimeout(armed),
};

/** A token's own string, as it comes out of JSON.parse: one byte a character and the header of a string. */
const tokenBytes = tokens[0].length + 16;
const before = heap();
const engine = new TokenEngine({
  tenants,
  options,
  transport,
  timer,
  clock: systemClock,
  random: Math.random,
  hub: new TokenEventHub(systemClock, () => undefined),
});

const delay = monitorEventLoopDelay({ resolution: 1 });
await turn();
delay.enable();
await turn();
const start = performance.now();
const cpu = process.cpuUsage();
engine.start();
const last = engine.caches.of(`chain${count - 1}`);
while (last.heapIndex < 0) await new Promise(setImmediate);
const armedMs = performance.now() - start;
const { user, system } = process.cpuUsage(cpu);
await turn();
delay.disable();

isQuick = true;
for (const answer of stuck) answer();
await obtainAll();
isQuick = false;
const afterAll = heap();

const row = {
  tenants: count,
  'bytes of heap each': Math.round((afterAll - before) / count) - tokenBytes,
  'arming, ms': Math.round(armedMs),
  'arming, CPU ms': Math.round((user + system) / 1000),
  'longest event-loop delay, ms': Math.round(delay.max / 1e6),
  'token requests': asked,
};
process.stdout.write(`${JSON.stringify({ node: process.version, ...row }, undefined, 2)}\n`);
engine.stop();

/** In a function of its own, so that nothing of it stays. */
async function obtainAll() {
  await Promise.all(Array.from(tenants.registered(), ({ name }) => engine.caches.of(name).warm()));
  if (engine.status().some(({ state }) => state !== 'valid')) throw new Error('some tenant has no token');
}

function heap() {
  for (let n = 0; n < 4; n += 1) globalThis.gc();
  return process.memoryUsage().heapUsed;
}

function turn() {
  return new Promise((resolve) => {
    setTimeout(resolve, 20);
  });
}
