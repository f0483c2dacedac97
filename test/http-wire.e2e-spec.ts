import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type AxiosRequestConfig, create } from 'axios';
import { firstValueFrom } from 'rxjs';
import { Agent } from 'undici';

import { undiciAdapter } from '../libs/resamania-auth/src/undici/undici-adapter.js';
import { createHttpSide, demoOptions, type HttpSide } from './support/http-client.js';
import { IssuingEndpoint } from './support/issuing-endpoint.js';
import { type Recorded, RecordingServer } from './support/recording-server.js';

let api: RecordingServer;
/** On axios' own adapter. */
let side: HttpSide;
/** On undici's connections, where they can carry a call. */
let fast: HttpSide;
const dispatcher = new Agent();
const dispatch = jest.spyOn(dispatcher, 'dispatch');
const adapter = undiciAdapter({ dispatcher });

beforeAll(async () => {
  api = await RecordingServer.start();
});

afterAll(async () => {
  side.stop();
  fast.stop();
  await adapter.close();
  await api.stop();
});

beforeEach(() => {
  api.reset();
  side?.stop();
  fast?.stop();
  const options = demoOptions(`${api.origin}/env`);
  side = createHttpSide(options, new IssuingEndpoint());
  fast = createHttpSide({ ...options, http: { axios: { adapter } } }, new IssuingEndpoint());
});

const OURS = new Set(['authorization', 'x-gravitee-api-key', 'x-user-club-id', 'x-user-network-node-id']);

interface Wire {
  readonly method: string;
  readonly path: string;
  readonly lines: readonly string[];
  readonly body: string;
}

/** The lines that a connection writes by itself stand elsewhere with undici, in lower case. */
function connectionAside({ lines, ...rest }: Wire): Wire {
  const isConnections = (line: string) =>
    /^(?:host|connection|content-length|transfer-encoding):/i.test(line);
  const own = lines.filter(isConnections).map((line) => line.toLowerCase());
  return { ...rest, lines: [...lines.filter((line) => !isConnections(line)), ...own.toSorted()] };
}

/** What arrived, without our headers and with the random boundary of a form left out. */
function wire({ method, path, rawHeaders, body }: Recorded): Wire {
  const [, boundary = '\n'] = /boundary=(.*)$/m.exec(rawHeaders.join('\n')) ?? [];
  const lines = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && !OURS.has(name.toLowerCase())
      ? [`${name}: ${rawHeaders[index + 1]?.replace(boundary, '…')}`]
      : [],
  );
  return { method, path, lines, body: body.toString('latin1').replaceAll(boundary, '…') };
}

const multipart = new FormData();
multipart.append('file', new Blob(['%PDF'], { type: 'application/pdf' }), 'contrat é.pdf');
const LD = { 'Content-Type': 'application/ld+json' };

const calls: readonly [what: string, config: AxiosRequestConfig][] = [
  ['a collection', { url: '/clubs' }],
  ['an item', { url: '/clubs/1210' }],
  ['a nested path', { url: '/contacts/12/subscriptions/3/options' }],
  [
    'array parameters',
    { url: '/class_events', params: { calendars: ['/demoapi/calendars/1', '/demoapi/calendars/2'] } },
  ],
  [
    'nested parameters',
    { url: '/class_events', params: { startedAt: { after: '2024-01-01T00:00:00+01:00' }, page: 2 } },
  ],
  ['parameters beside a query', { url: '/clubs?page=2', params: { order: 'desc' } }],
  ['a query of its own', { url: '/clubs?calendars[]=%2Fdemoapi%2Fc%2F1&name=L%C3%A9a Ö' }],
  ['characters to escape', { url: "/clubs/a b/é/c'd" }],
  ['POST with JSON', { method: 'post', url: '/contacts', data: { name: 'Léa', tags: [1] } }],
  ['PUT with ld+json', { method: 'put', url: '/contacts/1', data: { name: 'x' }, headers: LD }],
  [
    'PATCH',
    {
      method: 'patch',
      url: '/contacts/1',
      data: { a: null },
      headers: { 'Content-Type': 'application/merge-patch+json' },
    },
  ],
  ['DELETE', { method: 'delete', url: '/contacts/1' }],
  ['DELETE with a body', { method: 'delete', url: '/contacts', data: { ids: [1] } }],
  ['HEAD', { method: 'head', url: '/clubs' }],
  ['OPTIONS', { method: 'options', url: '/clubs' }],
  ['a form', { method: 'post', url: '/x', data: new URLSearchParams({ a: 'é' }) }],
  ['multipart', { method: 'post', url: '/files', data: multipart }],
  [
    'bytes',
    { method: 'post', url: '/files', data: Buffer.from([0, 255]), headers: { 'Content-Type': 'image/png' } },
  ],
  [
    'headers of the caller',
    { url: '/clubs', headers: { Accept: 'application/ld+json', 'X-Trace': 'a', 'Accept-Language': 'fr' } },
  ],
  ['no redirects', { url: '/clubs', maxRedirects: 0 }],
];

describe.each(calls)('%s', (_what, config) => {
  it('arrives as a hand-written call would send it, plus our headers', async () => {
    await create().request({ ...config, url: `${api.origin}/env/demoapi${config.url}` });
    const expected = wire(api.last);
    await firstValueFrom(side.http.request(config));
    expect(wire(api.last)).toEqual(expected);
    dispatch.mockClear();
    await firstValueFrom(fast.http.request(config));
    const isPlain = /^(?:get|head)$/.test(config.method ?? 'get');
    expect(dispatch).toHaveBeenCalledTimes(isPlain ? 1 : 0);
    expect(connectionAside(wire(api.last))).toEqual(connectionAside(expected));
    expect(api.last.headers).toMatchObject({
      authorization: 'Bearer 1_demo-token-1',
      'x-gravitee-api-key': 'gateway-key',
      'x-user-club-id': '/demoapi/clubs/1',
      'x-user-network-node-id': '/demoapi/network_nodes/1',
    });
    const host = create({ baseURL: `${api.origin}/env/demoapi` });
    side.interceptor.attachTo(host);
    await host.request(config);
    expect(wire(api.last)).toEqual(expected);
    expect(api.last.headers.authorization).toBe('Bearer 1_demo-token-1');
  });
});
