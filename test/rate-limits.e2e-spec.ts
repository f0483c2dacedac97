import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  ResamaniaAuthModule,
  type ResamaniaAuthOptions,
  ResamaniaHttpService,
  ResamaniaTenantRegistry,
  type ResamaniaTokenEvent,
  ResamaniaTokenService,
  type TenantTokenStatus,
} from 'nestjs-resamania-auth';
import { faults, ResamaniaSandbox } from 'resamania-sandbox';
import { firstValueFrom } from 'rxjs';

import { RecordingServer, sendJson } from './support/recording-server.js';

let sandbox: ResamaniaSandbox;
let app: TestingModule;
let events: ResamaniaTokenEvent[];

beforeAll(async () => {
  sandbox = await ResamaniaSandbox.start({ rateLimits: { quota: { limit: 20 }, rate: { limit: 1000 } } });
});
afterEach(async () => {
  await app.close();
  sandbox.api.reset();
  sandbox.tokenEndpoint.reset();
});
afterAll(() => sandbox.stop());

async function boot(options: Partial<ResamaniaAuthOptions> = {}): Promise<void> {
  const resamania = ResamaniaAuthModule.forRoot({
    ...sandbox.connection,
    refresh: { warmUp: false },
    ...options,
  });
  app = await Test.createTestingModule({ imports: [resamania] }).compile();
  app.useLogger(false);
  events = [];
  app.get(ResamaniaTokenService).events$.subscribe((event) => events.push(event));
  await app.init();
}

async function call(tenant: string): Promise<unknown> {
  const http = app.get(ResamaniaHttpService).forTenant(tenant);
  return firstValueFrom(http.get('clubs')).catch((error: unknown) => error);
}

function statusOf(tenant: string): TenantTokenStatus | undefined {
  return app
    .get(ResamaniaTokenService)
    .status()
    .find((status) => status.tenant === tenant && status.principal === undefined);
}

function quotaAnswer(remaining: number, limit = 100) {
  return faults.body(
    {},
    {
      headers: {
        'X-Quota-Limit': String(limit),
        'X-Quota-Remaining': String(remaining),
        'X-Quota-Reset': '-1',
      },
    },
  );
}

describe('the limits of the gateway', () => {
  it('stand in the status, as the last answer to the tenant told them', async () => {
    await boot();
    expect(statusOf('demoapi')).not.toHaveProperty('limits');
    await call('demoapi');
    const first = statusOf('demoapi');
    const remaining = first?.limits?.quota?.remaining ?? 0;
    expect(first?.limits).toMatchObject({
      quota: { limit: 20, resetAt: expect.any(Date) },
      rateLimit: { limit: 1000 },
    });
    await call('demoapi');
    expect(statusOf('demoapi')?.limits?.quota?.remaining).toBe(remaining - 1);
    expect(statusOf('demoapi')?.limitsSeenAt?.getTime()).toBeGreaterThanOrEqual(
      first?.limitsSeenAt?.getTime() ?? Infinity,
    );
    expect(statusOf('nordgym')).not.toHaveProperty('limits');
  });

  it('are read from answers to token requests, and from answers that are errors', async () => {
    await boot();
    await app.get(ResamaniaTokenService).getAccessToken('nordgym');
    expect(statusOf('nordgym')?.limits?.quota?.limit).toBe(20);
    sandbox.api.next(faults.rateLimited({ kind: 'quota' }));
    await call('nordgym');
    expect(statusOf('nordgym')?.limits?.quota?.remaining).toBe(0);
  });

  it('of a quota are reported once when their share is passed, and again when it has started over', async () => {
    await boot({ quotaWarningShare: 0.5 });
    const lows = () => events.filter(({ type }) => type === 'quota-low');
    sandbox.tokenEndpoint.next(faults.tokenAnswer({}));
    for (const remaining of [60, 50, 49, 10, 100, 1]) {
      sandbox.api.next(quotaAnswer(remaining));
      await call('demoapi');
    }
    const seen = lows().filter((event) => 'limit' in event && event.limit === 100);
    expect(seen).toMatchObject([
      { tenant: 'demoapi', share: 0.5, limit: 100, remaining: 50, at: expect.any(Date) },
      { tenant: 'demoapi', share: 0.99, limit: 100, remaining: 1 },
    ]);
    expect(seen[0]).not.toHaveProperty('resetAt');
  });

  it('are forgotten with their tenant', async () => {
    await boot();
    await call('clubazur');
    const registry = app.get(ResamaniaTenantRegistry);
    registry.remove('clubazur');
    registry.register({
      ...sandbox.connection.tenants?.find((tenant) => tenant.clientToken === 'clubazur'),
      clientToken: 'clubazur',
      clientId: 'x',
      clientSecret: 'y',
    });
    expect(statusOf('clubazur')).toBeDefined();
    expect(statusOf('clubazur')).not.toHaveProperty('limits');
  });
});

describe('an API call that is sent again', () => {
  it('is reported, with its method and without its URL', async () => {
    await boot();
    await call('demoapi');
    sandbox.api.next(faults.delay(100, faults.apiUnauthorized('lexik')));
    const replayed = call('demoapi');
    await app.get(ResamaniaTokenService).renew('demoapi');
    expect(await replayed).toMatchObject({ status: 200 });
    expect(events.filter(({ type }) => type === 'replayed')).toEqual([
      { type: 'replayed', tenant: 'demoapi', at: expect.any(Date), method: 'GET' },
    ]);
  });
});

describe('a gateway key that comes from a function', () => {
  it('is read at token requests, and again after the gateway refused it; not at every call', async () => {
    let reads = 0;
    let key = sandbox.apiKey ?? '';
    const apiKey = () => {
      reads += 1;
      return key;
    };
    await boot({ apiKey });
    for (let calls = 0; calls < 5; calls += 1) expect(await call('demoapi')).toMatchObject({ status: 200 });
    expect(reads).toBe(1);
    sandbox.rotateApiKey('a-new-key');
    key = 'a-new-key';
    expect(await call('demoapi')).toMatchObject({ status: 401 });
    expect(await call('demoapi')).toMatchObject({ status: 200 });
    expect(reads).toBe(2);
    expect(sandbox.journal.countTokenRequests('demoapi')).toBeGreaterThan(0);
  });
});

describe('the header of the gateway key', () => {
  it('can have another name, on token requests and on API calls', async () => {
    const server = await RecordingServer.start();
    server.respond = sendJson(200, { access_token: 'a-token', expires_in: 3600 });
    const demo = { clientToken: 'demoapi', clientId: '1', clientSecret: 's' };
    await boot({
      apiBaseUrl: server.origin,
      apiKey: 'a-key',
      apiKeyHeader: 'X-Partner-Key',
      tenants: [demo, { ...demo, clientToken: 'nordgym', apiKeyHeader: 'X-Nord-Key' }],
    });
    await call('demoapi');
    await call('nordgym');
    const names = ['x-partner-key', 'x-nord-key', 'x-gravitee-api-key'];
    const sent = server.seen.map(({ path, headers }) => [path, ...names.map((name) => headers[name])]);
    expect(sent).toEqual([
      ['/demoapi/oauth/v2/token', 'a-key', undefined, undefined],
      ['/demoapi/clubs', 'a-key', undefined, undefined],
      ['/nordgym/oauth/v2/token', undefined, 'a-key', undefined],
      ['/nordgym/clubs', undefined, 'a-key', undefined],
    ]);
    await server.stop();
  });
});
