import { inspect } from 'node:util';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import axios, { type AxiosError, create } from 'axios';
import { firstValueFrom } from 'rxjs';

import { createHttpSide, demoOptions, type HttpSide } from './support/http-client.js';
import { IssuingEndpoint } from './support/issuing-endpoint.js';
import { RecordingServer, sendJson } from './support/recording-server.js';

let api: RecordingServer;
let other: RecordingServer;
let side: HttpSide;

beforeAll(async () => {
  [api, other] = await Promise.all([RecordingServer.start(), RecordingServer.start()]);
});
afterAll(() => Promise.all([api.stop(), other.stop()]));
beforeEach(() => {
  api.reset();
  other.reset();
  side = createHttpSide(demoOptions(`${api.origin}/env`), new IssuingEndpoint());
});
afterEach(() => side.stop());

describe("The application's process-wide axios.defaults", () => {
  const { defaults } = axios;
  const before = { ...defaults, common: { ...defaults.headers.common } };

  afterEach(() => {
    for (const key of Object.keys(defaults)) Reflect.deleteProperty(defaults, key);
    const { common, ...rest } = before;
    Object.assign(defaults, rest);
    Object.assign(defaults.headers, { common });
  });

  it('reach neither the token request nor an API call', async () => {
    const seen: unknown[] = [];
    Object.assign(defaults, {
      baseURL: other.origin,
      allowAbsoluteUrls: false,
      transformRequest: [(data: unknown) => (seen.push(data), data)],
      transformResponse: [(data: unknown) => (seen.push(data), data)],
      timeout: 1,
      params: { from: 'host' },
      auth: { username: 'host', password: 'host' },
      proxy: { host: '127.0.0.1', port: other.port },
      maxContentLength: 1,
      beforeRedirect: () => seen.push('redirect'),
      adapter: () => Promise.reject(new Error("the host's adapter")),
      validateStatus: () => false,
    });
    defaults.headers.common['Authorization'] = 'Bearer host';
    defaults.headers.common['X-Host'] = 'host';
    api.respond = (request, response) => {
      const isToken = request.path.endsWith('/token');
      setTimeout(() => sendJson(200, isToken ? { access_token: 'fresh' } : {})(request, response), 30);
    };
    side.stop();
    side = createHttpSide(demoOptions(`${api.origin}/env`));
    await firstValueFrom(side.http.post('clubs', { a: 1 }));
    await firstValueFrom(side.http.forTenant('demoapi').get('clubs'));
    expect(other.seen).toEqual([]);
    expect(seen).toEqual([]);
    expect(api.seen.map(({ path }) => path)).toEqual([
      '/env/demoapi/oauth/v2/token',
      '/env/demoapi/clubs',
      '/env/demoapi/clubs',
    ]);
    const [token, ...calls] = api.seen;
    expect(token?.headers).not.toHaveProperty('authorization');
    for (const { headers } of calls) expect(headers.authorization).toBe('Bearer fresh');
    for (const { headers } of api.seen) expect(headers).not.toHaveProperty('x-host');
    expect(calls[0]?.body.toString()).toBe('{"a":1}');
  });
});

describe("A contact's e-mail address", () => {
  const principal = { contactEmail: 'canary@example.test' };

  it.each([200, 404])(
    'is in no answer and no error of the call (%d), which can be sent again',
    async (status) => {
      api.respond = sendJson(status, {});
      const outcome = await firstValueFrom(side.http.get('me', { resamania: { principal } })).catch(
        (error: unknown) => error,
      );
      const { config } = outcome as AxiosError;
      for (const shown of [inspect(outcome, { depth: 20, showHidden: true }), JSON.stringify(config)])
        expect(shown).not.toContain('canary');
      expect(JSON.stringify(config?.resamania)).toContain('[REDACTED]');
      api.respond = sendJson(200, {});
      await side.http.axiosRef.request({ ...config });
      expect(api.seen.map(({ headers }) => headers.authorization)).toEqual([
        'Bearer 1_demo-token-1',
        'Bearer 1_demo-token-1',
      ]);
      expect(side.engine.status().filter((status_) => status_.principal !== undefined)).toHaveLength(1);
    },
  );
});

describe('A principal out of a body that nobody has validated', () => {
  it.each<[unknown]>([
    [null],
    ['a@b.c'],
    [{ contactEmail: ['a@b.c'] }],
    [{ contactEmail: { toString: () => 'a@b.c' } }],
    [{ contactEmail: null }],
    [{ contactEmail: `${'a'.repeat(100_000)}@b.c` }],
    [{ club: ['/demoapi/clubs/1'] }],
    [{ club: `/demoapi/clubs/${'1'.repeat(100_000)}` }],
    [{}],
  ])('is refused, and harms nobody: %#', async (principal) => {
    const resamania = { principal } as never;
    const call = firstValueFrom(side.http.get('clubs', { resamania }));
    const error: Error = await call.then(
      () => new Error('passed'),
      (caught: Error) => caught,
    );
    expect(error).toMatchObject({ name: 'ResamaniaRequestError', code: 'invalid_request' });
    expect(error.message.length).toBeLessThan(500);
    expect(() => side.engine.status()).not.toThrow();
    expect(api.seen).toEqual([]);
  });
});

describe('A name out of a request that nobody has validated', () => {
  it('is asked of no provider and remembered nowhere where it is longer than any name; a message holds its start', async () => {
    const asked: string[] = [];
    side.stop();
    side = createHttpSide(
      {
        apiBaseUrl: api.origin,
        tenantProvider: async (name) => {
          asked.push(name);
          return undefined;
        },
      },
      new IssuingEndpoint(),
    );
    const long = 'x'.repeat(100_000);
    for (const tenant of [long, 'a\nFORGED LINE', 'a\u202Eb']) {
      const call = firstValueFrom(side.http.get('clubs', { resamania: { tenant } }));
      const error: Error = await call.then(
        () => new Error('passed'),
        (caught: Error) => caught,
      );
      expect(error).toMatchObject({ code: 'unknown_tenant' });
      expect(error.message.length).toBeLessThan(500);
      expect(error.message).not.toMatch(/[\n\u202E]/u);
    }
    expect(asked).toEqual([]);
  });

  it('makes a bound service that nothing holds on to, where it is no name of a tenant', async () => {
    for (const name of ['x'.repeat(100_000), 'a\nFORGED LINE']) {
      const bound = side.http.forTenant(name);
      await expect(firstValueFrom(bound.get('clubs'))).rejects.toMatchObject({ code: 'unknown_tenant' });
      expect(side.http.forTenant(name)).not.toBe(bound);
    }
    expect(side.http.forTenant('nobody-yet')).toBe(side.http.forTenant('nobody-yet'));
    expect(api.seen).toEqual([]);
  });
});

describe("A host's own client that is attached", () => {
  it.each<[string, () => unknown]>([
    ['a URL object elsewhere', () => new URL(`${other.origin}/weather`)],
    ['a string elsewhere', () => `${other.origin}/weather`],
  ])('does what it did: %s', async (_what, url) => {
    const host = create();
    const detach = side.interceptor.attachTo(host);
    const given = url() as string;
    const { config } = await host.get(given);
    expect(other.last.headers).not.toHaveProperty('authorization');
    expect(config.url).toBe(given);
    detach();
  });

  it('is authorised for a URL object below the base', async () => {
    const host = create();
    side.interceptor.attachTo(host);
    await host.get(new URL(`${api.origin}/env/demoapi/clubs`) as never);
    expect(api.last.headers.authorization).toBe('Bearer 1_demo-token-1');
  });
});

describe("A caller's beforeRedirect", () => {
  beforeEach(() => {
    api.respond = (request, response) => {
      if (!request.path.endsWith('/old')) return sendJson(200, {})(request, response);
      response.writeHead(302, { location: '/env/demoapi/new' }).end();
    };
  });

  it('sees none of our headers on a redirect that stays, which carries them on', async () => {
    const seen: unknown[] = [];
    const beforeRedirect = (options: object, _response: unknown, request: object) => {
      seen.push(inspect({ ...options, beforeRedirects: undefined }, { depth: 3 }), inspect(request));
    };
    await firstValueFrom(side.http.get('old', { beforeRedirect: beforeRedirect as never }));
    expect(JSON.stringify(seen)).not.toMatch(/token-1|gateway-key/);
    expect(seen).toHaveLength(2);
    expect(api.last.headers).toMatchObject({
      authorization: 'Bearer 1_demo-token-1',
      'x-gravitee-api-key': 'gateway-key',
    });
  });

  it('can lead the request to another port, without our headers', async () => {
    const beforeRedirect = (options: object) => Object.assign(options, { port: other.port });
    await firstValueFrom(side.http.get('old', { beforeRedirect: beforeRedirect as never }));
    expect(other.last.headers).not.toHaveProperty('authorization');
    expect(other.last.headers).not.toHaveProperty('x-gravitee-api-key');
  });
});
