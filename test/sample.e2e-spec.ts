import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { TenantTokenStatus } from 'nestjs-resamania-auth';
import { ResamaniaSandbox } from 'resamania-sandbox';

import { BuiltPackage } from './support/packages.js';
import { eventually } from './support/eventually.js';
import { SampleApp } from './support/sample-app.js';

const CHAINS = ['demoapi', 'nordgym', 'clubazur'];
const ON_SANDBOX = { PORT: '0', SANDBOX_TOKENS_LIVE: '4' };
const JWT = /ey[A-Za-z0-9_-]{10,}\./;

const started: SampleApp[] = [];

async function start(env: Record<string, string>, dotenv?: Record<string, string>): Promise<SampleApp> {
  const app = new SampleApp(env, dotenv);
  started.push(app);
  return app.listening();
}

async function statuses(app: SampleApp): Promise<TenantTokenStatus[]> {
  return (await app.get('/tokens')).json as TenantTokenStatus[];
}

/** Neither a token nor a secret in anything that it printed or answered. */
async function expectNoSecrets(app: SampleApp, sandbox: ResamaniaSandbox): Promise<void> {
  const everything = app.log + app.served;
  expect(everything).not.toMatch(JWT);
  for (const { clientSecret } of sandbox.chains) expect(everything).not.toContain(clientSecret);
  expect(everything).not.toContain(sandbox.apiKey);
}

beforeAll(() => {
  for (const path of ['libs/resamania-auth', 'libs/resamania-sandbox', 'apps/sample']) {
    new BuiltPackage(path).assertIsBuilt();
  }
});
afterEach(async () => {
  for (const app of started.splice(0)) await app.end('SIGKILL');
});

describe('the sample on its embedded sandbox', () => {
  it('serves every route for each chain, renews while nobody calls, and gives no secret away', async () => {
    const app = await start(ON_SANDBOX);
    expect(app.log).toContain('using an embedded sandbox');

    const chains = (await app.get('/chains')).json as { name: string }[];
    expect(chains.map(({ name }) => name)).toEqual(CHAINS);
    for (const chain of CHAINS) {
      const clubs = (await app.get(`/chains/${chain}/clubs`)).json as { '@id': string }[];
      expect(clubs.length).toBeGreaterThan(0);
      for (const club of clubs) expect(club['@id']).toMatch(new RegExp(`^/${chain}/clubs/`));
      const classes = (await app.get(`/chains/${chain}/classes`)).json as { '@id': string }[];
      expect(classes.length).toBeGreaterThan(0);
      for (const event of classes) expect(event['@id']).toMatch(new RegExp(`^/${chain}/class_events/`));
    }
    expect(await app.get('/chains/nowhere/clubs')).toMatchObject({ status: 404 });
    expect(await app.get('/nothing')).toMatchObject({ status: 404 });
    expect(await app.get('/health')).toMatchObject({
      status: 200,
      json: { status: 'ok', details: { resamania: { status: 'up', tenants: 3, withoutToken: 0 } } },
    });
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    expect(metrics).toMatch(/^resamania_auth_tenant_count\{resamania_auth_state="valid".*\} 3$/m);
    expect(metrics).not.toMatch(JWT);

    const before = await statuses(app);
    expect(before.map(({ tenant, state }) => [tenant, state])).toEqual(
      CHAINS.map((chain) => [chain, 'valid']),
    );
    await eventually(async () => {
      const now = await statuses(app);
      return now.every(({ obtained }, index) => obtained >= (before[index]?.obtained ?? 0) + 2);
    });
    for (const [index, { state, expiresAt, nextRefreshAt }] of (await statuses(app)).entries()) {
      expect(state).toBe('valid');
      expect(Date.parse(String(expiresAt))).toBeGreaterThan(Date.parse(String(before[index]?.expiresAt)));
      expect(Date.parse(String(nextRefreshAt))).toBeLessThan(Date.parse(String(expiresAt)));
    }
    for (const chain of CHAINS) expect(app.log).toContain(`Tenant "${chain}": token renewed`);
    // The embedded sandbox's secrets are the same in every sandbox.
    const twin = await ResamaniaSandbox.start();
    await expectNoSecrets(app, twin).finally(() => twin.stop());
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends at once on %s, whoever is connected', async (signal) => {
    const app = await start(ON_SANDBOX);
    const socket = await keptAlive(app);
    const { code, signal: by, tookMs } = await app.end(signal);
    expect(by ?? code).toBe(by === null ? 0 : signal);
    expect(tookMs).toBeLessThan(1000);
    socket.destroy();
  });

  it('says in one line that the port is taken, and ends', async () => {
    const first = await start(ON_SANDBOX);
    const second = new SampleApp({ ...ON_SANDBOX, PORT: new URL(first.url).port });
    started.push(second);
    expect(await second.ended()).toMatchObject({ code: 1 });
    const [complaint, ...more] = second.log.split('\n').filter((line) => /error/i.test(line));
    expect(complaint).toMatch(/EADDRINUSE: address already in use/);
    expect(more).toEqual([]);
    expect(second.log).not.toMatch(/^\s+at /m);
  });
});

describe('the sample on a configured API', () => {
  let sandbox: ResamaniaSandbox;
  beforeAll(async () => {
    sandbox = await ResamaniaSandbox.start({ environment: 'prod' });
  });
  afterAll(() => sandbox.stop());

  it.each(['the environment', 'a .env file'])(
    'talks to the API that RESAMANIA_* names in %s',
    async (place) => {
      const variables = environmentFor(sandbox, ['nordgym', 'clubazur']);
      sandbox.journal.clear();
      const app =
        place === 'a .env file'
          ? await start({ PORT: '0' }, variables)
          : await start({ PORT: '0', ...variables });
      expect(app.log).not.toContain('embedded sandbox');
      expect((await app.get('/chains')).json).toEqual(
        ['nordgym', 'clubazur'].map((name) => ({ name, clientToken: name, apiBaseUrl: sandbox.apiBaseUrl })),
      );
      const { status, text } = await app.get('/chains/nordgym/clubs');
      expect(status).toBe(200);
      expect(text).toContain('/nordgym/clubs/');
      expect(await app.get('/chains/demoapi/clubs')).toMatchObject({ status: 404 });
      expect(sandbox.journal.countApiRequests('nordgym')).toBe(1);
      expect(sandbox.journal.countTokenRequests('nordgym')).toBe(1);
      await expectNoSecrets(app, sandbox);
    },
  );

  it('is unready, and asks for nothing, while the credentials are refused', async () => {
    const variables = environmentFor(sandbox, ['nordgym', 'clubazur']);
    sandbox.journal.clear();
    const app = await start({
      PORT: '0',
      ...variables,
      RESAMANIA_NORDGYM_CLIENT_SECRET: 'wrong-secret',
      STATUS_TOKEN: 'status-token',
    });
    await eventually(() => sandbox.journal.countTokenRequests() === 2);
    await eventually(async () => (await app.get('/health')).status === 503);
    const { json: body, text } = await app.get('/health');
    expect(body).toMatchObject({
      status: 'error',
      details: {
        resamania: {
          status: 'down',
          tenants: 2,
          withoutToken: 1,
          inTrouble: [{ tenant: 'nordgym', hasToken: false, code: 'credentials_rejected' }],
        },
      },
    });
    expect(text).not.toContain('wrong-secret');
    expect(sandbox.journal.countTokenRequests()).toBe(2);
    expect(sandbox.journal.countApiRequests()).toBe(0);
    // Somebody who is to know more than a probe shows a token.
    expect((await app.get('/tokens')).status).toBe(403);
    const shown = await fetch(`${app.url}/tokens`, { headers: { authorization: 'Bearer status-token' } });
    expect(await shown.json()).toMatchObject([{ tenant: 'nordgym', state: 'waiting' }, { state: 'valid' }]);
  });

  it('lists every variable that is missing, and ends', async () => {
    const app = new SampleApp({ PORT: '0', RESAMANIA_CLIENT_ID: '1_x' });
    started.push(app);
    expect(await app.ended()).toMatchObject({ code: 1 });
    for (const last of ['API_URL', 'CLIENT_TOKEN', 'CLIENT_SECRET']) {
      expect(app.log).toContain(`- RESAMANIA_${last}: not set`);
    }
  });
});

/** A connection that was used once and is kept open. */
async function keptAlive(app: SampleApp): Promise<Socket> {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write('GET /tokens HTTP/1.1\r\nHost: sample\r\nConnection: keep-alive\r\n\r\n');
  await once(socket, 'data');
  return socket;
}

function environmentFor(sandbox: ResamaniaSandbox, chains: readonly string[]): Record<string, string> {
  const credentials = chains.map((chain) => sandbox.chain(chain));
  return {
    RESAMANIA_API_URL: sandbox.apiBaseUrl,
    RESAMANIA_API_KEY: sandbox.apiKey ?? '',
    RESAMANIA_TENANTS: chains.join(','),
    ...Object.fromEntries(
      credentials.flatMap(({ clientToken, clientId, clientSecret }) => [
        [`RESAMANIA_${clientToken.toUpperCase()}_CLIENT_ID`, clientId],
        [`RESAMANIA_${clientToken.toUpperCase()}_CLIENT_SECRET`, clientSecret],
      ]),
    ),
  };
}
