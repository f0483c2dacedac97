import type { IncomingHttpHeaders } from 'node:http';
import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type AxiosRequestConfig, create } from 'axios';
import { firstValueFrom } from 'rxjs';

import {
  createHttpSide,
  type HttpSide,
  everyHostIsLocal,
  KEY_AND_CONTEXT_HEADERS,
} from './support/http-client.js';
import { IssuingEndpoint } from './support/issuing-endpoint.js';
import { RecordingServer, sendJson } from './support/recording-server.js';

/** What axios follows redirects with. It comes without types. */
const followRedirects = createRequire(import.meta.url)('follow-redirects') as { readonly http: unknown };

const STATUSES = [301, 302, 303, 307, 308];

let gateway: RecordingServer;
let other: RecordingServer;
let endpoint: IssuingEndpoint;
let side: HttpSide;

beforeAll(async () => {
  [gateway, other] = await Promise.all([RecordingServer.start(), RecordingServer.start()]);
});

afterAll(() => Promise.all([gateway.stop(), other.stop()]));

beforeEach(() => {
  gateway.reset();
  other.reset();
  endpoint = new IssuingEndpoint();
  side = createHttpSide(
    {
      apiBaseUrl: `${gateway.origin}/env`,
      apiKey: 'gateway-key',
      tenants: [
        {
          clientToken: 'demoapi',
          clientId: '1_demo',
          clientSecret: 'secret',
          clubId: '/demoapi/clubs/1',
          networkNodeId: '/demoapi/network_nodes/1',
        },
      ],
    },
    endpoint,
  );
});

afterEach(() => side.stop());

/** Redirects requests for `/env/demoapi/old`, and answers all others. */
function redirectTo(location: string, status: number): void {
  gateway.respond = (request, response) => {
    if (!request.path.startsWith('/env/demoapi/old')) return sendJson(200, {})(request, response);
    response.writeHead(status, { location });
    response.end();
  };
}

function expectBare(headers: IncomingHttpHeaders): void {
  // User info in the target makes Node send `Basic`; that is the redirecting server's doing.
  expect(headers.authorization ?? 'Basic').toMatch(/^Basic/);
  for (const name of KEY_AND_CONTEXT_HEADERS) expect(headers).not.toHaveProperty(name);
}

const targets: readonly [where: string, location: () => string][] = [
  ['another origin', () => `${other.origin}/env/demoapi/new`],
  ['another host', () => `http://localhost:${other.port}/env/demoapi/new`],
  ['outside the prefix', () => '/other/demoapi/new'],
  ['a prefix that looks alike', () => `${gateway.origin}/env-x/demoapi/new`],
  ["another chain's path", () => '/env/nordgym/new'],
  ['dots out of the chain', () => '/env/demoapi/../nordgym/new'],
  ['encoded dots and slashes', () => '/env/demoapi/..%2fnordgym'],
  ['user info', () => `http://me:pw@127.0.0.1:${gateway.port}/env/demoapi/new`],
];

describe.each(STATUSES)('A %i', (status) => {
  it.each(targets)('to %s goes without any of our headers', async (_where, location) => {
    for (const method of ['get', 'post', 'delete']) {
      redirectTo(location(), status);
      await firstValueFrom(
        side.http.request({ method, url: 'old', lookup: everyHostIsLocal, resamania: { tenant: 'demoapi' } }),
      );
      expect(gateway.seen[0]?.headers.authorization).toBe('Bearer 1_demo-token-1');
      const [landed] = other.seen.length > 0 ? other.seen : gateway.seen.slice(-1);
      expectBare(landed?.headers ?? {});
      gateway.reset();
      other.reset();
    }
  });

  it('within the chain keeps them', async () => {
    redirectTo('/env/demoapi/new?page=2', status);
    await firstValueFrom(side.http.get('old'));
    expect(gateway.last.path).toBe('/env/demoapi/new?page=2');
    expect(gateway.last.headers).toMatchObject({
      authorization: 'Bearer 1_demo-token-1',
      'x-gravitee-api-key': 'gateway-key',
      'x-user-club-id': '/demoapi/clubs/1',
      'x-user-network-node-id': '/demoapi/network_nodes/1',
    });
  });
});

describe('A redirect that leaves', () => {
  it('does not get the headers back where it returns', async () => {
    redirectTo(`${other.origin}/detour`, 302);
    other.respond = (_request, response) => {
      response.writeHead(302, { location: `${gateway.origin}/env/demoapi/back` });
      response.end();
    };
    await firstValueFrom(side.http.get('old'));
    expect(gateway.last.path).toBe('/env/demoapi/back');
    expectBare(gateway.last.headers);
  });

  it("hides them from the caller's own hook, which runs after", async () => {
    redirectTo(`${other.origin}/new`, 302);
    const seen: object[] = [];
    const beforeRedirect = jest.fn<NonNullable<AxiosRequestConfig['beforeRedirect']>>(
      (options, _response, request) => {
        seen.push(options['headers'] as object, request.headers);
        options['headers']['X-Mine'] = 'kept';
      },
    );
    await firstValueFrom(side.http.get('old', { beforeRedirect, headers: { 'X-Trace': 'a' } }));
    expect(JSON.stringify(seen)).not.toMatch(/token-1|gateway-key/);
    expect(seen).toEqual([
      expect.objectContaining({ 'X-Trace': 'a' }),
      expect.objectContaining({ 'X-Trace': 'a' }),
    ]);
    expect(other.last.headers).toMatchObject({ 'x-mine': 'kept', 'x-trace': 'a' });
  });

  it('makes a 401 from there nothing about our token', async () => {
    redirectTo(`${other.origin}/new`, 302);
    other.respond = sendJson(401, { code: 401, message: 'Expired JWT Token' });
    await firstValueFrom(side.http.get('clubs'));
    side.age(1_800_000);
    await expect(firstValueFrom(side.http.get('old'))).rejects.toMatchObject({ status: 401 });
    expect(other.seen).toHaveLength(1);
    expect(endpoint.requests).toBe(1);
  });

  it('leaves headers of ours behind also where the caller brings the transport', async () => {
    redirectTo(`${other.origin}/new`, 302);
    await firstValueFrom(side.http.get('old', { transport: followRedirects.http }));
    expect(gateway.seen[0]?.headers.authorization).toBe('Bearer 1_demo-token-1');
    expectBare(other.last.headers);
  });

  it('is not followed by the fetch adapter, which would keep the gateway key', async () => {
    redirectTo(`${other.origin}/new`, 302);
    const call = firstValueFrom(side.http.get('old', { adapter: 'fetch' }));
    await expect(call).rejects.toMatchObject({ status: 302 });
    expect(gateway.last.headers.authorization).toBe('Bearer 1_demo-token-1');
    expect(other.seen).toHaveLength(0);
  });

  it("is followed bare by a host's own client as well", async () => {
    redirectTo(`${other.origin}/new`, 307);
    const host = create({ baseURL: `${gateway.origin}/env/demoapi` });
    side.interceptor.attachTo(host);
    await host.post('/old', { a: 1 });
    expect(gateway.seen[0]?.headers.authorization).toBe('Bearer 1_demo-token-1');
    expectBare(other.last.headers);
    expect(other.last.body.toString()).toBe('{"a":1}');
  });
});

describe('A GET that is redirected within the chain', () => {
  const arrivals = () => gateway.seen.map(({ path }) => path.replace('/env/demoapi/', ''));

  it('is sent once more, by what follows redirects; one that is answered at once is sent once', async () => {
    redirectTo('/env/demoapi/new', 302);
    await firstValueFrom(side.http.get('clubs'));
    await firstValueFrom(side.http.get('old'));
    expect(arrivals()).toEqual(['clubs', 'old', 'old', 'new']);
    expect(endpoint.requests).toBe(1);
  });

  it('is followed as a stream too, and where every status is an answer to the caller', async () => {
    redirectTo('/env/demoapi/new', 302);
    const streamed = await firstValueFrom(side.http.get<Readable>('old', { responseType: 'stream' }));
    expect(await text(streamed.data)).toBe('{}');
    const answer = await firstValueFrom(side.http.get('old', { validateStatus: () => true }));
    expect(answer).toMatchObject({ status: 200, data: {} });
    expect(answer.request.res.responseUrl).toBe(`${gateway.origin}/env/demoapi/new`);
  });

  it("is sent only once where it changes something, or where the caller's config speaks of redirects", async () => {
    redirectTo('/env/demoapi/new', 307);
    await firstValueFrom(side.http.post('old', { a: 1 }));
    await firstValueFrom(side.http.get('old', { beforeRedirect: () => undefined }));
    await firstValueFrom(side.http.get('old', { maxRedirects: 1 }));
    expect(arrivals()).toEqual(['old', 'new', 'old', 'new', 'old', 'new']);
    gateway.reset();
    redirectTo('/env/demoapi/new', 307);
    await expect(firstValueFrom(side.http.get('old', { maxRedirects: 0 }))).rejects.toMatchObject({
      status: 307,
    });
    expect(arrivals()).toEqual(['old']);
  });

  it('is no redirect without a place to go', async () => {
    gateway.respond = (_request, response) => response.writeHead(304).end();
    await expect(firstValueFrom(side.http.get('old'))).rejects.toMatchObject({ status: 304 });
    expect(arrivals()).toEqual(['old']);
  });

  it('gives up where redirects go in circles', async () => {
    gateway.respond = (_request, response) => response.writeHead(302, { location: '/env/demoapi/old' }).end();
    await expect(firstValueFrom(side.http.get('old'))).rejects.toMatchObject({
      code: 'ERR_FR_TOO_MANY_REDIRECTS',
    });
  });
});
