import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

import { afterEach, beforeEach, expect, it } from '@jest/globals';

import { DistantServer } from './support/distant-server.js';
import { freePort } from './support/free-port.js';
import { describeWithRedis, RedisServer } from './support/redis-server.js';

const KEYS = `k1:${randomBytes(32).toString('base64')}`;
const LIFETIME_S = 10;
/** A token is renewed when a quarter of its life is left, or up to a tenth earlier. */
const RENEWED_AFTER_MS = LIFETIME_S * 650;

interface Report {
  readonly calls: number;
  readonly failed: readonly string[];
  readonly waited: number;
  readonly longestMs: number;
  readonly stores: readonly { readonly type: string; readonly at: number }[];
  readonly status: { readonly state: string; readonly counts: Readonly<Record<string, number>> };
  readonly closedInMs: number;
}

/** A token endpoint that notes who asked when. */
class Endpoint {
  readonly requests: { readonly tenant: string; readonly at: number }[] = [];
  /** Keeps these tenants' requests without an answer. */
  holds: (tenant: string) => boolean = () => false;
  readonly #server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const tenant = new URLSearchParams(body).get('client_id')?.slice(2) ?? '';
      this.requests.push({ tenant, at: Date.now() });
      if (this.holds(tenant)) return;
      const token = {
        access_token: `${tenant}-${this.requests.length}`,
        expires_in: LIFETIME_S,
        token_type: 'bearer',
      };
      setTimeout(() => response.setHeader('content-type', 'application/json').end(JSON.stringify(token)), 30);
    });
  });

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Requests that came before the token of the one before was due. */
  get extra(): number {
    const last = new Map<string, number>();
    return this.requests.filter(({ tenant, at }) => {
      const before = last.get(tenant);
      last.set(tenant, at);
      return before !== undefined && at - before < RENEWED_AFTER_MS - 200;
    }).length;
  }
}

let server: RedisServer;
let endpoint: Endpoint;
const children: ChildProcess[] = [];

/** A process that waits for its start. */
async function replica(tenants: number, callEveryMs: number, redisUrl = server.url): Promise<ChildProcess> {
  const settings = { apiBaseUrl: endpoint.url, redisUrl, keys: KEYS, tenants, callEveryMs };
  const child = fork(resolve('test/support/replica-process.mjs'), {
    execArgv: ['--unhandled-rejections=strict'],
    env: { ...process.env, NODE_OPTIONS: '', REPLICA: JSON.stringify(settings) },
  });
  children.push(child);
  await once(child, 'message');
  return child;
}

async function start(...replicas: ChildProcess[]): Promise<void> {
  const started = Promise.all(replicas.map((child) => once(child, 'message')));
  for (const child of replicas) child.send('start');
  await started;
}

async function end(child: ChildProcess): Promise<Report> {
  child.send('end');
  const [report] = (await once(child, 'message')) as [Report];
  if (child.exitCode === null) await once(child, 'exit');
  expect(child.exitCode).toBe(0);
  return report;
}

describeWithRedis('several processes with one Redis', () => {
  beforeEach(async () => {
    server = await RedisServer.start();
    endpoint = new Endpoint();
    await endpoint.start();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    endpoint.stop();
    await server.signal('SIGCONT');
    await server.stop();
  });

  it('six with fifty tenants make fifty first requests, and then one a renewal; Redis holds nothing readable', async () => {
    const replicas = await Promise.all(Array.from({ length: 6 }, () => replica(50, 20)));
    await start(...replicas);
    const startedAt = Date.now();
    while (new Set(endpoint.requests.map(({ tenant }) => tenant)).size < 50) await sleep(50);
    await sleep(2000);
    // Nothing is due yet.
    expect(Date.now() - (endpoint.requests[0]?.at ?? 0)).toBeLessThan(RENEWED_AFTER_MS);
    expect(endpoint.requests).toHaveLength(50);
    await sleep(5 * LIFETIME_S * 1000 - (Date.now() - startedAt));
    const dump = await dumped();
    const reports = await Promise.all(replicas.map(end));
    const { length } = endpoint.requests;
    const sum = (count: (report: Report) => number) =>
      reports.reduce((total, report) => total + count(report), 0);
    process.stdout.write(
      `six processes, fifty tenants, five lifetimes: ${length} token requests, ${endpoint.extra} of them too early; ` +
        `${sum(({ calls }) => calls)} calls, ${sum(({ waited }) => waited)} waited, ` +
        `${Math.max(...reports.map(({ longestMs }) => Math.round(longestMs)))} ms at most\n`,
    );
    expect(reports.flatMap(({ failed }) => failed)).toEqual([]);
    expect(endpoint.extra).toBeLessThanOrEqual(0.02 * length);
    expect(length).toBeGreaterThanOrEqual(50 * 5);
    expect(Math.max(...reports.map(({ closedInMs }) => closedInMs))).toBeLessThan(2000);
    expect(dump).toContain('resamania:1:{');
    expect(dump).toContain('"enc":"A256GCM"');
    expect(dump).not.toContain('CANARY');
  }, 120_000);

  it('the one that holds the claim is killed: the other has the token within the life of the claim', async () => {
    endpoint.holds = () => endpoint.requests.length === 1;
    const [first, second] = [await replica(1, 1000), await replica(1, 50)];
    await start(first);
    while (endpoint.requests.length === 0) await sleep(10);
    first.kill('SIGKILL');
    const killedAt = Date.now();
    await start(second);
    while (endpoint.requests.length < 2) await sleep(10);
    expect(Date.now() - killedAt).toBeLessThan(6000 + 2000);
    await sleep(200);
    expect((await end(second)).failed).toEqual([]);
  }, 60_000);

  it('whatever happens to Redis, no call fails, and within five seconds of its return they share again', async () => {
    const replicas = await Promise.all([replica(10, 5), replica(10, 5)]);
    await start(...replicas);
    while (endpoint.requests.length < 10) await sleep(50);
    await sleep(1000);
    const backAt: number[] = [];
    await server.signal('SIGSTOP');
    await sleep(4000);
    backAt.push(Date.now());
    await server.signal('SIGCONT');
    await sleep(5000);
    await server.call('FLUSHALL');
    await server.call('SCRIPT', 'FLUSH');
    await sleep(1000);
    await server.signal('SIGKILL');
    await sleep(4000);
    backAt.push(Date.now());
    await server.start();
    await sleep(5000);
    await server.call('CONFIG', 'SET', 'maxmemory', 1);
    await sleep(3000);
    backAt.push(Date.now());
    await server.call('CONFIG', 'SET', 'maxmemory', 0);
    await sleep(5000);
    backAt.push(Date.now() + 2000);
    await server.call('CLIENT', 'PAUSE', 2000, 'ALL');
    await sleep(7000);
    const reports = await Promise.all(replicas.map(end));
    const failed = reports.flatMap((report) => report.failed);
    process.stdout.write(
      `two processes, ten tenants, Redis in trouble five times: ${endpoint.requests.length} token requests; ` +
        `${reports.map(({ calls }) => calls).join(' + ')} calls, ${failed.length} failed, ` +
        `${Math.max(...reports.map(({ longestMs }) => Math.round(longestMs)))} ms at most\n`,
    );
    expect(failed).toEqual([]);
    for (const { stores, status } of reports) {
      expect(status.state).toBe('up');
      expect(stores.map(({ type }) => type)).toContain('store-down');
      for (const since of returnsAfter(backAt, stores)) expect(since).toBeLessThan(5000);
    }
  }, 120_000);

  it('Redis takes no writes, wants another password, is far away: no call fails, and they share again', async () => {
    const distant = await DistantServer.before(server.port);
    const url = `redis://127.0.0.1:${distant.port}`;
    const replicas = await Promise.all([replica(10, 5, url), replica(10, 5, url)]);
    await start(...replicas);
    while (endpoint.requests.length < 10) await sleep(50);
    const backAt: number[] = [];
    await server.call('REPLICAOF', '127.0.0.1', await freePort());
    await sleep(8000);
    backAt.push(Date.now());
    await server.call('REPLICAOF', 'NO', 'ONE');
    await sleep(6000);
    await server.call('CONFIG', 'SET', 'requirepass', 'another');
    await server.withPassword('another', 'CLIENT', 'KILL', 'TYPE', 'normal');
    await sleep(8000);
    backAt.push(Date.now());
    await server.withPassword('another', 'CONFIG', 'SET', 'requirepass', '');
    await sleep(6000);
    distant.eachWayMs = 100;
    await sleep(12_000);
    const reports = await Promise.all(replicas.map(end));
    distant.stop();
    const failed = reports.flatMap((report) => report.failed);
    process.stdout.write(
      `two processes, ten tenants, Redis read-only, with another password, 200 ms away: ` +
        `${endpoint.requests.length} token requests; ${reports.map(({ calls }) => calls).join(' + ')} calls, ` +
        `${failed.length} failed, ${Math.max(...reports.map(({ longestMs }) => Math.round(longestMs)))} ms at most\n`,
    );
    expect(failed).toEqual([]);
    for (const { stores, status } of reports) {
      expect(status.state).toBe('up');
      expect(Object.keys(status.counts)).toEqual(expect.arrayContaining(['READONLY', 'NOAUTH', 'adopted']));
      for (const since of returnsAfter(backAt, stores)) expect(since).toBeLessThan(5000);
    }
  }, 120_000);
});

/**
 * How long after Redis was back a replica said so, each time, in milliseconds.
 * @param backAt - Noted before Redis is let go: a replica may find out before the test hears of it.
 */
function returnsAfter(backAt: readonly number[], stores: Report['stores']): number[] {
  const ups = stores.filter(({ type }) => type === 'store-up');
  return ups.map(({ at }) => at - (backAt.findLast((instant) => instant <= at) ?? at));
}

/** All keys and values, and what stands in the base64 of the values. */
async function dumped(): Promise<string> {
  const keys = (await server.call('KEYS', '*')) as string[];
  const values = await Promise.all(keys.map((key) => server.call('GET', key)));
  const decoded = values.map((value) =>
    String(value)
      .split('.')
      .map((part) => Buffer.from(part, 'base64url').toString('latin1')),
  );
  return inspect([keys, values, decoded], { depth: null, maxArrayLength: null, maxStringLength: null });
}
