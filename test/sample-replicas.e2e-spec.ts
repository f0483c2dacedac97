import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { BrowserPage, findChromium } from './support/browser.js';
import { BuiltPackage } from './support/packages.js';
import { freePort } from './support/free-port.js';
import { describeWithRedis } from './support/redis-server.js';
import { eventually } from './support/eventually.js';
import {
  type ChainReport,
  isServed,
  type Replica,
  type Report,
  SampleReplicas,
} from './support/sample-replicas.js';

const CHAINS = ['demoapi', 'nordgym', 'clubazur'];
const JWT = /ey[A-Za-z0-9_-]{10,}\./;
/** Lifetime of the tokens, in seconds: long enough for a busy machine, short enough to wait for renewals. */
const TOKENS_LIVE = '8';

const ADDRESSES = (links: { getAttribute(name: string): string }[]) =>
  links.map((link) => link.getAttribute('href'));
const IS_CUT = (node: { scrollWidth: number; clientWidth: number }) => node.scrollWidth > node.clientWidth;

const started: SampleReplicas[] = [];

function launch(env: Record<string, string> = {}): SampleReplicas {
  const launched = new SampleReplicas({ SANDBOX_TOKENS_LIVE: TOKENS_LIVE, ...env });
  started.push(launched);
  return launched;
}

async function removeAll(): Promise<void> {
  for (const launched of started.splice(0)) await launched.remove();
}

function reportsOf(replicas: readonly Replica[]): Promise<Report[]> {
  return Promise.all(replicas.map((replica) => replica.report()));
}

/** What the replicas say of one chain, in their order. */
function chainIn(reports: readonly Report[], tenant: string): ChainReport[] {
  return reports.flatMap(({ chains }) => chains.filter((chain) => chain.tenant === tenant));
}

/** How many tokens of a chain the token service was asked for. */
function requestsIn(chains: readonly ChainReport[]): number {
  return chains.reduce((sum, { renewed }) => sum + renewed, 0);
}

/** Whether so many replicas have one and the same token, which one of them has renewed and the others adopted. */
function isShared(chains: readonly ChainReport[], count: number): boolean {
  const ends = chains.map(({ expiresAt }) => Date.parse(expiresAt));
  const owners = chains.filter(({ origin }) => origin === 'endpoint');
  return chains.length === count && owners.length === 1 && Math.max(...ends) - Math.min(...ends) < 1000;
}

/** What all of them say while they share a token of this chain, after more than so many requests for it. */
async function sharing(replicas: readonly Replica[], tenant: string, requests = 0): Promise<Report[]> {
  let reports: Report[] = [];
  await eventually(async () => {
    reports = await reportsOf(replicas);
    const chains = chainIn(reports, tenant);
    return isShared(chains, replicas.length) && requestsIn(chains) > requests;
  });
  return reports;
}

/** A port that nobody listens on, nor on those beside it; not one of those that the system gives away. */
async function portBetweenFreeOnes(): Promise<number> {
  let port = 21_001;
  while ((await Promise.all([port - 1, port, port + 1].map(isServed))).includes(true)) port += 3;
  return port;
}

beforeAll(() => {
  for (const path of ['libs/resamania-auth', 'libs/resamania-sandbox', 'apps/sample']) {
    new BuiltPackage(path).assertIsBuilt();
  }
});

describeWithRedis('the sample as three replicas', () => {
  let launched: SampleReplicas;
  let replicas: Replica[];
  beforeAll(async () => {
    launched = await launch().running();
    ({ replicas } = launched);
  });
  afterAll(removeAll);

  it('makes one token request for each chain and renewal; one replica renews, the others adopt', async () => {
    expect(replicas).toHaveLength(3);
    const reports = await reportsOf(replicas);
    expect(reports.map(({ name, pid }) => [name, pid])).toEqual(
      replicas.map(({ pid }, index) => [String(index + 1), pid]),
    );
    await Promise.all(CHAINS.map(expectOneRequest));
    expect((await reportsOf(replicas)).map(({ store }) => store)).toEqual(['up', 'up', 'up']);
    expect(JSON.stringify(reports)).not.toMatch(JWT);
  });

  /** From one token that all share to a later one, each replica gets as many as are asked for in all. */
  async function expectOneRequest(tenant: string): Promise<void> {
    const before = chainIn(await sharing(replicas, tenant), tenant);
    const after = chainIn(await sharing(replicas, tenant, requestsIn(before)), tenant);
    const tokens = after.map(({ renewed, adopted }, index) => {
      const earlier = before[index];
      return renewed + adopted - (earlier?.renewed ?? 0) - (earlier?.adopted ?? 0);
    });
    const requests = requestsIn(after) - requestsIn(before);
    expect(tokens).toEqual(replicas.map(() => requests));
  }

  it('puts the same on the page of each, and no token', async () => {
    const pids = replicas.map(({ pid }) => pid);
    for (const [own, replica] of replicas.entries()) {
      let seen = await replica.snapshot();
      await eventually(async () => {
        seen = await replica.snapshot();
        return seen.replicas.every(({ report }) => report !== undefined);
      });
      expect(seen.replicas.map(({ report }) => report?.pid)).toEqual(pids);
      expect(seen.replicas.map(({ isThis }) => isThis)).toEqual(pids.map((_, index) => index === own));
      expect(JSON.stringify(seen)).not.toMatch(JWT);
    }
  });

  it('has another replica renew when the one that did is killed, while calls are answered', async () => {
    const owner = (await sharing(replicas, 'nordgym')).find(
      (report) => chainIn([report], 'nordgym')[0]?.origin === 'endpoint',
    );
    const others = replicas.filter(({ pid }) => pid !== owner?.pid);
    const before = requestsIn(chainIn(await reportsOf(others), 'nordgym'));
    process.kill(owner?.pid ?? 0, 'SIGKILL');
    const answers: number[] = [];
    await eventually(async () => {
      for (const replica of others) answers.push(await replica.call());
      return requestsIn(chainIn(await reportsOf(others), 'nordgym')) > before;
    });
    expect([...new Set(answers)]).toEqual([200]);
    replicas = others;

    expect(launched.lines).toContain(`Replica ${owner?.name} has ended (SIGKILL). The others go on.`);
    await eventually(async () => {
      const snapshot = await Promise.all(others.map((replica) => replica.snapshot()));
      return snapshot.every((seen) => seen.replicas[Number(owner?.name) - 1]?.report === undefined);
    });
  });

  it('shows on a phone who renewed, who adopted and who is gone, without scrolling sideways', async () => {
    const chromium = findChromium();
    if (chromium === undefined) return;
    const [own, other] = replicas;
    const opened = await BrowserPage.open(chromium, own?.url ?? '', 390);
    try {
      const { page } = opened;
      const cells = page.locator('#replicas tr[data-store="up"] .origin', { hasText: /^(renewed|adopted)$/ });
      await cells.nth(2 * CHAINS.length - 1).waitFor();
      for (const word of ['renewed', 'adopted']) await cells.filter({ hasText: word }).first().waitFor();
      await page.locator('#replicas tr[data-store="gone"]', { hasText: 'not answering' }).waitFor();
      const links = page.locator('#replicas a');
      expect(await links.count()).toBe(3);
      expect(await links.evaluateAll(ADDRESSES)).toEqual(expect.arrayContaining([own?.url, other?.url]));
      expect(await links.and(page.locator('[aria-current="page"]')).getAttribute('href')).toBe(own?.url);
      expect(await opened.overflows()).toBe(false);
      expect(await page.locator('.replicas').evaluate(IS_CUT)).toBe(false);
      expect(opened.complaints).toEqual([]);
      expect(await opened.everything()).not.toMatch(JWT);
    } finally {
      await opened.close();
    }
  });

  it('goes on while Redis hangs, sees that it is down, and shares again when it is back', async () => {
    const { pid } = launched.redis;
    const answers: number[] = [];
    const allSee = (state: string) => async () => {
      for (const replica of replicas) answers.push(await replica.call());
      return (await reportsOf(replicas)).every(({ store }) => store === state);
    };
    process.kill(pid, 'SIGSTOP');
    await eventually(allSee('down')).finally(() => process.kill(pid, 'SIGCONT'));
    await eventually(allSee('up'));
    expect([...new Set(answers)]).toEqual([200]);
    const snapshot = JSON.stringify(await replicas[0]?.snapshot());
    for (const type of ['store-down', 'store-up']) expect(snapshot).toContain(`"type":"${type}"`);
  });

  it('ends everything with the launcher', async () => {
    const chains = (await (await fetch(`${replicas[0]?.url}/chains`)).json()) as { apiBaseUrl: string }[];
    const urls = [...replicas.map(({ url }) => url), chains[0]?.apiBaseUrl ?? ''];
    const ports = [...urls.map((url) => Number(new URL(url).port)), launched.redis.port];
    expect(await Promise.all(ports.map(isServed))).toEqual(ports.map(() => true));
    expect(launched.left).toHaveLength(3);
    expect(await launched.end('SIGTERM')).toBe(0);
    expect(await Promise.all(ports.map(isServed))).toEqual(ports.map(() => false));
    expect(launched.left).toEqual([]);
    expect(launched.log).not.toMatch(JWT);
    expect(launched.lines.at(-1)).toMatch(/^Replica \d has ended|^Ctrl-C/);
  });
});

describeWithRedis('the launcher of the replicas', () => {
  afterEach(removeAll);

  it('says which replica did not start, and leaves nothing running', async () => {
    const port = await portBetweenFreeOnes();
    const taken = createServer().listen(port);
    await once(taken, 'listening');
    // The second of three.
    const launched = launch({ PORT: String(port - 1) });
    try {
      expect(await launched.ended()).toBe(1);
    } finally {
      taken.close();
    }
    expect(launched.lines.at(-1)).toMatch(
      /^Replica \d did not start \(exit code 1\)\. The lines above that begin with \[\d\] say why\.$/,
    );
    expect(launched.log).toMatch(
      new RegExp(`^\\[2\\] .*EADDRINUSE: address already in use .*:${port}( |$)`, 'm'),
    );
    expect(launched.redis.pid).toBeGreaterThan(0);
    expect(launched.left).toEqual([]);
  });
});

describe('the launcher of the replicas', () => {
  afterEach(removeAll);

  it('says what is missing, and what to do, where there is no redis-server', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'empty-'));
    const launched = launch({ PATH: empty });
    expect(await launched.ended()).toBe(1);
    rmSync(empty, { recursive: true });
    expect(launched.log.trim().split('\n')).toEqual([
      'There is no redis-server on the PATH. Install redis-server, or set REDIS_URL to a Redis that runs.',
    ]);
  });

  it('starts where REDIS_URL leads to no Redis, each replica for itself, and ends when none of them is left', async () => {
    const url = `redis://:CANARY-password@127.0.0.1:${await freePort()}`;
    const launched = await launch({ REDIS_URL: url, PATH: '' }).running();
    const { replicas } = launched;
    await eventually(async () => {
      const reports = await reportsOf(replicas);
      return reports.every(({ store, chains }) => store === 'down' && chains.length === CHAINS.length);
    });
    const chains = (await reportsOf(replicas)).flatMap((report) => report.chains);
    expect([...new Set(chains.map(({ origin }) => origin))]).toEqual(['endpoint']);
    expect(launched.log).not.toContain('CANARY');
    for (const { pid } of replicas) process.kill(pid, 'SIGKILL');
    expect(await launched.ended()).toBe(1);
    // Of the last one nobody says that others go on.
    expect(launched.lines).toContainEqual(expect.stringMatching(/^Replica \d has ended \(SIGKILL\)\.$/));
    expect(launched.lines).toContain('No replica is left.');
  });
});
