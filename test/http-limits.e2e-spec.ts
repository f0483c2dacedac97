import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Controller, Get, type INestApplication, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import axiosRetry from 'axios-retry';
import { type AxiosInstance, type AxiosRequestConfig, create } from 'axios';
import { ResamaniaAuthModule, ResamaniaExceptionFilter, ResamaniaHttpService } from 'nestjs-resamania-auth';
import { faults, ResamaniaSandbox } from 'resamania-sandbox';
import { firstValueFrom, map } from 'rxjs';

import type { HttpOptions } from '../libs/resamania-auth/src/options/http-options.js';
import { isApiCallError } from '../libs/resamania-auth/src/http/call/sent-request.js';
import { createHttpSide, demoOptions, type HttpSide } from './support/http-client.js';
import { IssuingEndpoint } from './support/issuing-endpoint.js';
import { RecordingServer, sendJson } from './support/recording-server.js';

const LIMIT_MS = 400;

let api: RecordingServer;
let side: HttpSide;
let endpoint: IssuingEndpoint;

beforeAll(async () => {
  api = await RecordingServer.start();
});
afterAll(async () => {
  side.stop();
  await api.stop();
});
beforeEach(() => {
  api.reset();
  build({ timeoutMs: LIMIT_MS });
});

function build(http: HttpOptions): void {
  side?.stop();
  endpoint = new IssuingEndpoint();
  side = createHttpSide({ ...demoOptions(`${api.origin}/env`), http }, endpoint);
}

interface Outcome {
  readonly error: Error & { code?: string };
  readonly ms: number;
}

/** How a call fails, and after which time: what it does before it leaves counts too. */
async function failureOf(make: () => Promise<unknown>): Promise<Outcome> {
  const start = performance.now();
  const outcome: unknown = await make().catch((error: unknown) => error);
  if (!(outcome instanceof Error)) throw new Error('expected a failure');
  return { error: outcome, ms: performance.now() - start };
}

/** The call failed at its time limit, as axios has it. */
function expectTimeUp({ error, ms }: Outcome): void {
  expect(error).toMatchObject({
    isAxiosError: true,
    code: 'ECONNABORTED',
    message: `timeout of ${LIMIT_MS}ms exceeded`,
  });
  expect(isApiCallError(error)).toBe(true);
  expect(ms).toBeGreaterThan(LIMIT_MS - 20);
  expect(ms).toBeLessThan(LIMIT_MS * 5);
}

const clubs = (config?: AxiosRequestConfig) => firstValueFrom(side.http.get<unknown>('clubs', config));

describe('A call that would hang', () => {
  it('ends at its limit where the API does not answer', async () => {
    api.respond = () => undefined;
    expectTimeUp(await failureOf(() => clubs()));
    expectTimeUp(await failureOf(() => firstValueFrom(side.http.post('clubs', {}))));
    expectTimeUp(await failureOf(() => clubs({ headers: { Authorization: 'mine' } })));
  });

  it('ends at its own limit, whatever the limits of those that are under way with it', async () => {
    api.respond = () => undefined;
    const ended: number[] = [];
    const limits = [3 * LIMIT_MS, LIMIT_MS, 2 * LIMIT_MS];
    const started = performance.now();
    await Promise.all(
      limits.map(async (timeout) => {
        const { error } = await failureOf(() => clubs({ timeout }));
        expect(error.message).toBe(`timeout of ${timeout}ms exceeded`);
        expect(performance.now() - started).toBeGreaterThan(timeout - 20);
        ended.push(timeout);
      }),
    );
    expect(ended).toEqual([LIMIT_MS, 2 * LIMIT_MS, 3 * LIMIT_MS]);
    // Nothing is left: else this would wait for ever.
    await side.underWay.settled();
  });

  it('ends at its limit where the answer comes drop by drop', async () => {
    api.respond = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drops = setInterval(() => response.write(' '), 50);
      response.once('close', () => clearInterval(drops));
    };
    expectTimeUp(await failureOf(() => clubs()));
  });

  it('ends at its limit where no token comes', async () => {
    const release = endpoint.hold();
    expectTimeUp(await failureOf(() => clubs()));
    const host = create({ timeout: LIMIT_MS });
    side.interceptor.attachTo(host);
    expectTimeUp(await failureOf(() => host.get(`${api.origin}/env/demoapi/clubs`)));
    release();
    await clubs();
  });

  it('has one limit for all that it waits for: token, redirects, renewal and replay', async () => {
    const halfOf = (task: () => void) => setTimeout(task, LIMIT_MS / 2);
    // oxlint-disable-next-line jest/no-standalone-expect -- each is one way to spend the time
    const expectLimit = async () => expectTimeUp(await failureOf(() => clubs()));
    halfOf(endpoint.hold());
    api.respond = () => undefined;
    await expectLimit();
    api.respond = ({ path }, response) => {
      const more = Number(path.split('hop=')[1] ?? 0) + 1;
      halfOf(() => response.writeHead(302, { location: `/env/demoapi/clubs?hop=${more}` }).end());
    };
    await expectLimit();
    side.age(60_000);
    let release: (() => void) | undefined;
    api.respond = (_request, response) => {
      release ??= endpoint.hold();
      halfOf(() => sendJson(401, { code: 401 })(_request, response));
    };
    await expectLimit();
    release?.();
    side.age(60_000);
    api.respond = (request, response) => {
      halfOf(() => sendJson(401, { code: 401 })(request, response));
    };
    await expectLimit();
    expect(api.seen.length).toBeGreaterThan(5);
  });

  it('ends in the words that the caller chose', async () => {
    api.respond = () => undefined;
    const transitional = { clarifyTimeoutError: true };
    const { error } = await failureOf(() => clubs({ timeoutErrorMessage: 'too late', transitional }));
    expect(error).toMatchObject({ message: 'too late', code: 'ETIMEDOUT' });
    expect(error).toHaveProperty('config.url', 'clubs');
    expect(JSON.stringify(error)).not.toContain('token-1');
  });

  it('may have another limit of its own, or none', async () => {
    const late = setTimeoutResponder(LIMIT_MS * 1.5);
    api.respond = late;
    await expect(clubs({ timeout: 0 })).resolves.toMatchObject({ status: 200 });
    await expect(clubs({ timeout: LIMIT_MS * 20 })).resolves.toMatchObject({ status: 200 });
    build({ timeoutMs: 1, axios: { timeout: 0 } });
    await expect(clubs()).resolves.toMatchObject({ status: 200 });
    const { error } = await failureOf(() => clubs({ timeout: 50 }));
    expect(error.message).toBe('timeout of 50ms exceeded');
  });

  it('does not end the next one, and leaves no timer behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    await clubs();
    const before = timers();
    await clubs({ timeout: 100_000 });
    await failureOf(() => clubs({ resamania: { tenant: 'nobody' } }));
    await failureOf(() => clubs({ resamania: { clubId: '1' } }));
    const cancelled = side.http.get('clubs').subscribe();
    cancelled.unsubscribe();
    await new Promise(setImmediate);
    expect(timers()).toBe(before);
  });
});

/** Answers late. */
function setTimeoutResponder(ms: number): typeof api.respond {
  return (request, response) => {
    setTimeout(() => sendJson(200, {})(request, response), ms);
  };
}

describe('An answer that is too large', () => {
  const bomb = gzipSync(Buffer.alloc(60 * 1024 * 1024));

  beforeEach(() => {
    build({});
    api.respond = (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' }).end(bomb);
    };
  });

  it('is refused, unpacked or not', async () => {
    const { error } = await failureOf(() => clubs());
    expect(error).toMatchObject({
      isAxiosError: true,
      message: `maxContentLength size of ${50 * 1024 * 1024} exceeded`,
    });
  });

  it('may be allowed by the call, or for all calls', async () => {
    const binary = { responseType: 'arraybuffer' } as const;
    const { data } = await clubs({ ...binary, maxContentLength: -1 });
    expect((data as Buffer).length).toBe(60 * 1024 * 1024);
    build({ axios: { maxContentLength: 100 * 1024 * 1024 } });
    await expect(clubs(binary)).resolves.toMatchObject({ status: 200 });
  });
});

describe('Retries by axios-retry, set up in http.configure', () => {
  const retrying = jest.fn((instance: AxiosInstance) => {
    axiosRetry(instance, { retries: 5, retryDelay: () => 20 });
  });

  beforeEach(() => {
    retrying.mockClear();
    build({ timeoutMs: LIMIT_MS, configure: retrying });
  });

  it('reach all services, and send the call as its tenant', async () => {
    for (const http of [side.http, side.http.forTenant('demoapi')]) {
      api.reset();
      api.respond = (request, response) => sendJson(api.seen.length < 3 ? 503 : 200, {})(request, response);
      await firstValueFrom(side.context.run('demoapi', () => http.get('clubs')));
      expect(api.seen.map(({ headers }) => headers.authorization)).toEqual(
        Array.from({ length: 3 }, () => 'Bearer 1_demo-token-1'),
      );
    }
    expect(retrying.mock.calls.map((call: unknown[]) => call[1])).toEqual([undefined, 'demoapi']);
  });

  it('share the time limit of the call', async () => {
    const timeoutMs = 5 * LIMIT_MS;
    build({ timeoutMs, configure: retrying });
    api.respond = (request, response) => {
      setTimeout(() => sendJson(503, {})(request, response), timeoutMs / 2.5);
    };
    const { ms } = await failureOf(() => clubs());
    expect(ms).toBeLessThan(timeoutMs * 1.5);
    expect(api.seen.length).toBeGreaterThan(1);
  });
});

describe('Closing the application', () => {
  const GRACE_MS = 300;
  let sandbox: ResamaniaSandbox;
  let app: INestApplication | undefined;
  let failure: Promise<Outcome>;

  @Controller()
  class ClubsController {
    constructor(private readonly resamania: ResamaniaHttpService) {}

    @Get('clubs')
    clubs() {
      return this.resamania.get('clubs').pipe(map(({ data }: { data: unknown }) => data));
    }
  }

  beforeAll(async () => {
    sandbox = await ResamaniaSandbox.start();
  });
  afterAll(() => sandbox.stop());
  afterEach(async () => {
    await app?.close();
    app = undefined;
    sandbox.api.reset();
    sandbox.journal.clear();
  });

  async function boot(http: HttpOptions): Promise<ResamaniaHttpService> {
    const options = { ...sandbox.connection, defaultTenant: 'demoapi', http };
    @Module({
      imports: [ResamaniaAuthModule.forRoot(options)],
      controllers: [ClubsController],
      providers: [{ provide: APP_FILTER, useClass: ResamaniaExceptionFilter }],
    })
    class AppModule {}
    const testing = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = testing.createNestApplication({ logger: false, forceCloseConnections: false });
    await app.listen(0, '127.0.0.1');
    const service = app.get(ResamaniaHttpService, { strict: false });
    await firstValueFrom(service.get('clubs'));
    return service;
  }

  async function closingTime(): Promise<number> {
    const start = performance.now();
    await app?.close();
    return performance.now() - start;
  }

  it('ends a call that hangs after the time of grace, and with it the request that waits for it', async () => {
    const http = await boot({ timeoutMs: 600_000, shutdownGraceMs: GRACE_MS });
    sandbox.api.always(faults.hang());
    const incoming = create({ validateStatus: null, headers: { Connection: 'close' } }).get(
      `${await app?.getUrl()}/clubs`,
    );
    failure = failureOf(() => firstValueFrom(http.get('clubs')));
    await hanging(2);
    const ms = await closingTime();
    expect(ms).toBeGreaterThan(GRACE_MS - 20);
    expect(ms).toBeLessThan(GRACE_MS * 10);
    expect((await failure).error).toMatchObject({ name: 'ResamaniaRequestError', code: 'shutting_down' });
    expect(await incoming).toMatchObject({ status: 503, data: { code: 'shutting_down' } });
  });

  it('does not wait where nothing is under way, and lets a call end in time', async () => {
    const http = await boot({ shutdownGraceMs: 600_000 });
    const answer = firstValueFrom(http.get('clubs'));
    expect(await closingTime()).toBeLessThan(5000);
    await expect(answer).resolves.toMatchObject({ status: 200 });
    const { error } = await failureOf(() => firstValueFrom(http.get('clubs')));
    expect(error).toMatchObject({ code: 'shutting_down' });
  });

  it('ends the body of a stream that is still on its way', async () => {
    api.respond = (_request, response) => {
      response.writeHead(200).write('begun');
    };
    const { data } = await clubs({ responseType: 'stream' });
    const read = failureOf(() => buffer(data as Readable));
    side.underWay.abortIn(GRACE_MS);
    await side.underWay.settled();
    expect((await read).error).toMatchObject({ code: 'shutting_down' });
  });

  /** Resolves when so many calls hang. */
  async function hanging(count: number): Promise<void> {
    const before = 1;
    while (sandbox.journal.apiRequests().length < before + count) await new Promise(setImmediate);
  }
});
