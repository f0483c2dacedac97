/**
 * One replica of an application, with the store in Redis: `fork()` this file. Starts with the first message, calls for a token
 * every few milliseconds, and reports with the second one.
 */
import 'reflect-metadata';

import { once } from 'node:events';

import { redisTokenStore } from 'nestjs-resamania-auth/redis';

import { openApp } from './resamania.js';

const { origin, chains, redisUrl, keys, callEveryMs } = JSON.parse(process.env.REPLICA);
process.on('disconnect', () => process.exit());

process.send({ ready: true });
await once(process, 'message');
const store = redisTokenStore({ url: redisUrl, keys });
const app = await openApp({ origin }, chains, { warmUp: true, store });
const report = { calls: 0, failed: 0, waited: 0, longestMs: 0, requests: [] };
app.tokens.events$.subscribe((event) => {
  if (event.type === 'obtained' && event.origin === 'endpoint')
    report.requests.push([event.tenant, event.at.getTime()]);
});
const timer = setInterval(async () => {
  const chain = chains[Math.floor(Math.random() * chains.length)];
  const startedAt = performance.now();
  if (app.peek(chain) === undefined) report.waited += 1;
  await app.ask(chain).catch(() => {
    report.failed += 1;
  });
  report.calls += 1;
  report.longestMs = Math.max(report.longestMs, Math.round(performance.now() - startedAt));
}, callEveryMs);
await once(process, 'message');
clearInterval(timer);
await app.close();
process.send(report, () => process.exit());
