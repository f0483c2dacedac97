import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type AxiosError, type AxiosRequestConfig, type AxiosResponse, create, isAxiosError } from 'axios';
import { firstValueFrom } from 'rxjs';

import { leaksOf } from './support/shown.js';
import { createHttpSide, type HttpSide } from './support/http-client.js';
import { IssuingEndpoint } from './support/issuing-endpoint.js';
import { RecordingServer, type Responder, sendJson, sendText } from './support/recording-server.js';

/** What must not get out. The client id is part of every token that the endpoint issues. */
const CANARY = /canary/i;

let api: RecordingServer;
let side: HttpSide;

beforeAll(async () => {
  api = await RecordingServer.start();
});

afterAll(() => api.stop());

beforeEach(() => {
  api.reset();
  side?.stop();
  side = createHttpSide(
    {
      apiBaseUrl: api.origin,
      apiKey: 'key-canary',
      tenants: [{ clientToken: 'demoapi', clientId: '1_canary', clientSecret: 'secret-canary' }],
    },
    new IssuingEndpoint(),
  );
});

/** The places where something shows that must not. */
function leaks(value: unknown, canary = CANARY): string[] {
  return leaksOf(value, canary);
}

/** Says no more than yes or no: what a failed expectation prints would be found by those after it. */
function allCarriedTheToken(): boolean {
  return api.seen.every(
    ({ headers }) =>
      headers.authorization === 'Bearer 1_canary-token-1' && headers['x-gravitee-api-key'] === 'key-canary',
  );
}

const hang: Responder = () => undefined;
const hangUp: Responder = (_request, response) => response.destroy();
const breakOff: Responder = (_request, response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{');
  setImmediate(() => response.destroy());
};
const redirectForEver: Responder = ({ path }, response) => {
  response.writeHead(302, { location: `${path}x` });
  response.end();
};

type Failure = readonly [what: string, respond: Responder, config: AxiosRequestConfig];

const failures: readonly Failure[] = [
  ['a 401 of the gateway', sendText(401, 'Unauthorized'), {}],
  ['a 403', sendJson(403, { 'hydra:description': 'no' }), {}],
  ['a 404 as text', sendText(404, 'Item not found'), { responseType: 'text' }],
  ['a 500 as bytes', sendText(500, 'oops'), { responseType: 'arraybuffer' }],
  ['a 500 as a stream', sendText(500, 'oops'), { responseType: 'stream' }],
  ['a 401 as a stream', sendJson(401, { code: 401 }), { responseType: 'stream' }],
  ['a lost connection', hangUp, {}],
  ['an answer that breaks off', breakOff, {}],
  ['a time-out', hang, { timeout: 30 }],
  ['a time-out without redirects', hang, { timeout: 30, maxRedirects: 0 }],
  ['too many redirects', redirectForEver, {}],
  ['an answer that is too long', sendText(200, 'x'.repeat(1000)), { maxContentLength: 10 }],
  [
    'an answer that is no JSON',
    sendText(200, '{'),
    { responseType: 'json', transitional: { silentJSONParsing: false } },
  ],
  [
    'a body that is too long',
    sendJson(200, {}),
    { method: 'post', data: Readable.from(['x'.repeat(1000)]), maxBodyLength: 10 },
  ],
  ['a 500 through fetch', sendText(500, 'oops'), { adapter: 'fetch' }],
  ['a 500 over HTTP without redirects', sendText(500, 'oops'), { maxRedirects: 0 }],
];

describe.each(failures)('The error after %s', (_what, respond, config) => {
  it('holds no token and no key, is an AxiosError, and can be sent again', async () => {
    api.respond = respond;
    const http = side.http.forTenant('demoapi');
    const error = await firstValueFrom(http.request({ url: 'clubs', ...config })).catch(
      (caught: AxiosError) => caught,
    );
    expect(isAxiosError(error)).toBe(true);
    const { config: sent } = error as AxiosError;
    expect(leaks(error)).toEqual([]);
    expect(allCarriedTheToken()).toBe(true);

    api.reset();
    const { data: _data, signal: _signal, cancelToken: _token, ...again } = sent ?? {};
    const retried = await http.axiosRef.request({ ...again, timeout: 0, maxContentLength: -1 });
    expect(retried.status).toBe(200);
    expect(allCarriedTheToken()).toBe(true);
  });

  it("is as clean for a host's own client", async () => {
    api.respond = respond;
    const host = create({ baseURL: api.origin });
    side.interceptor.attachTo(host);
    const { data: _data, ...rest } = config;
    const error = await host
      .request({ url: '/demoapi/clubs', ...rest })
      .catch((caught: AxiosError) => caught);
    expect(leaks(error)).toEqual([]);
    expect(allCarriedTheToken()).toBe(true);
  });
});

describe('The net', () => {
  it('catches what plain axios would let through', async () => {
    api.respond = sendJson(500, {});
    const headers = { Authorization: 'Bearer canary' };
    const error = await create()
      .get(api.origin, { headers })
      .catch((caught: unknown) => caught);
    // Not at any depth: through the agent one gets to the whole process.
    expect(inspect(error, { depth: 3, showHidden: true }).match(/canary/g)?.length).toBeGreaterThan(3);
  });
});

describe('An error', () => {
  it('of a cancelled request is as clean', async () => {
    api.respond = hang;
    const abort = new AbortController();
    const call = firstValueFrom(side.http.get('clubs', { signal: abort.signal }));
    await api.arrived(1);
    abort.abort();
    const error = await call.catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ERR_CANCELED' });
    expect(leaks(error)).toEqual([]);
  });

  it('does not lead to the requests that others have under way on the same connections', async () => {
    const http = side.http.forTenant('demoapi');
    api.respond = ({ path }, response) => {
      if (!path.endsWith('/slow')) sendJson(500, {})({} as never, response);
    };
    const abort = new AbortController();
    const slow = Array.from({ length: 5 }, () => firstValueFrom(http.get('slow', { signal: abort.signal })));
    await api.arrived(5);
    const error = await firstValueFrom(http.get('clubs')).catch((caught: unknown) => caught);
    const streamed = await firstValueFrom(http.get('clubs', { responseType: 'stream' })).catch(
      (caught: unknown) => caught,
    );
    expect(leaks(error)).toEqual([]);
    expect(leaks(streamed)).toEqual([]);
    abort.abort();
    await Promise.allSettled(slow);
  });

  it('still tells what was asked of whom, and where the answer came from', async () => {
    api.respond = ({ path }, response) => {
      if (path === '/demoapi/clubs') sendJson(500, {})({} as never, response);
      else response.writeHead(302, { location: '/demoapi/clubs' }).end();
    };
    const error = (await firstValueFrom(side.http.get('old', { headers: { 'X-Trace': 'abc' } })).catch(
      (caught: unknown) => caught,
    )) as AxiosError;
    expect(error.request).toMatchObject({
      method: 'GET',
      protocol: 'http:',
      host: `127.0.0.1:${api.port}`,
      path: '/demoapi/clubs',
      res: { statusCode: 500, responseUrl: `${api.origin}/demoapi/clubs` },
    });
    expect(error.request.getHeader('X-Trace')).toBe('abc');
    expect(error.request.getHeaders()).not.toHaveProperty('authorization');
    expect(error.response?.request.res.responseUrl).toBe(`${api.origin}/demoapi/clubs`);
    expect(inspect(error.request)).toBe(`SentRequest { GET ${api.origin}/demoapi/clubs }`);
    expect(error.config).toMatchObject({ url: 'old', method: 'get' });
  });

  it('that a stream fails with later is as clean', async () => {
    api.respond = sendText(200, 'x'.repeat(1000));
    const { data } = await firstValueFrom(
      side.http.get<Readable>('file', { responseType: 'stream', maxContentLength: 10 }),
    );
    const error = await data.toArray().catch((caught: unknown) => caught);
    expect(isAxiosError(error)).toBe(true);
    expect(leaks(error)).toEqual([]);
  });

  it('that a stream fails with when it is cancelled is as clean', async () => {
    api.respond = (_request, response) => {
      response.writeHead(200);
      response.write('x');
    };
    const abort = new AbortController();
    const { data } = await firstValueFrom(
      side.http.get<Readable>('file', { responseType: 'stream', signal: abort.signal }),
    );
    setImmediate(() => abort.abort());
    const error = await data.toArray().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'ERR_CANCELED' });
    expect(leaks(error)).toEqual([]);
  });
});

describe('A response', () => {
  it.each([undefined, 'json', 'text', 'arraybuffer'] as const)(
    'holds none of our headers (%s)',
    async (responseType) => {
      const response = await firstValueFrom(side.http.get('clubs', responseType && { responseType }));
      expect(response.request.res.responseUrl).toBe(`${api.origin}/demoapi/clubs`);
    },
  );

  it('that is streamed has a config without them', async () => {
    const response: AxiosResponse<Readable> = await firstValueFrom(
      side.http.get('clubs', { responseType: 'stream' }),
    );
    expect(leaks(response)).toEqual([]);
    response.data.destroy();
  });

  it('keeps the gateway key to itself under another header name too', async () => {
    side.registry.update('demoapi', { apiKeyHeader: 'X-Partner-Key' });
    api.respond = sendText(500, 'oops');
    const error = await firstValueFrom(side.http.get('clubs')).catch((caught: unknown) => caught);
    expect(api.last.headers['x-partner-key'] === 'key-canary').toBe(true);
    expect(api.last.headers).not.toHaveProperty('x-gravitee-api-key');
    expect(leaks(error)).toEqual([]);
    expect((error as AxiosError).request.getHeaders()).not.toHaveProperty('x-partner-key');
  });

  it('that fetch streams fails as cleanly when it fails late', async () => {
    api.respond = sendText(200, 'x'.repeat(100_000));
    const { data } = await firstValueFrom(
      side.http.get<ReadableStream>('file', {
        adapter: 'fetch',
        responseType: 'stream',
        maxContentLength: 10,
      }),
    );
    const error = await text(data).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Error);
    expect(leaks(error)).toEqual([]);
  });
});

describe('The services', () => {
  it('show no secret when they are inspected', async () => {
    await firstValueFrom(side.http.forTenant('demoapi').get('clubs'));
    expect(leaks(side.http, /secret-canary|key-canary|token-1/)).toEqual([]);
    expect(leaks(side.http.forTenant('demoapi'), /secret-canary|key-canary|token-1/)).toEqual([]);
    expect(leaks(side.interceptor, /secret-canary|key-canary|token-1/)).toEqual([]);
  });
});
