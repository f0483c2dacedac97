import { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';

import { HttpService } from '@nestjs/axios';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AxiosRequestConfig } from 'axios';
import { firstValueFrom } from 'rxjs';

import { createHttpSide, demoOptions, type HttpSide } from './support/http-client.js';
import { IssuingEndpoint } from './support/issuing-endpoint.js';
import { RecordingServer, sendJson, sendText } from './support/recording-server.js';

let api: RecordingServer;
let endpoint: IssuingEndpoint;
let side: HttpSide;

beforeAll(async () => {
  api = await RecordingServer.start();
});

afterAll(async () => {
  side.stop();
  await api.stop();
});

beforeEach(() => {
  api.reset();
  side?.stop();
  endpoint = new IssuingEndpoint();
  side = createHttpSide(demoOptions(`${api.origin}/env`), endpoint);
});

describe('ResamaniaHttpService', () => {
  it('has every verb of HttpService, as observables and on axiosRef', async () => {
    const { http } = side;
    expect(http).toBeInstanceOf(HttpService);
    expect(http.forTenant('demoapi')).toBeInstanceOf(HttpService);
    const sent = [
      http.get('a'),
      http.delete('a'),
      http.head('a'),
      http.post('a', { x: 1 }),
      http.put('a', { x: 1 }),
      http.patch('a', { x: 1 }),
      http.postForm('a', { x: 1 }),
      http.putForm('a', { x: 1 }),
      http.patchForm('a', { x: 1 }),
    ];
    for (const call of sent) await firstValueFrom(call);
    await http.axiosRef.get('a');
    await http.forTenant('demoapi').axiosRef('a');
    expect(api.seen.map(({ method }) => method).join(' ')).toBe(
      'GET DELETE HEAD POST PUT PATCH POST PUT PATCH GET GET',
    );
    expect(api.seen.every(({ headers }) => headers.authorization === 'Bearer 1_demo-token-1')).toBe(true);
    expect(api.seen.every(({ path }) => path === '/env/demoapi/a')).toBe(true);
  });

  it('sends nothing before it is subscribed to, and once for each subscription', async () => {
    const call = side.http.get('clubs');
    expect(endpoint.requests).toBe(0);
    await Promise.all([firstValueFrom(call), firstValueFrom(call)]);
    expect(api.seen).toHaveLength(2);
  });

  it('hands a download over as a stream', async () => {
    api.respond = (_request, response) => response.end('x'.repeat(200_000));
    const { data } = await firstValueFrom(side.http.get<Readable>('file', { responseType: 'stream' }));
    expect(await readText(data)).toHaveLength(200_000);
  });

  it('uploads a stream', async () => {
    await firstValueFrom(side.http.post('file', Readable.from(['a', 'b', 'c'])));
    expect(api.last.body.toString()).toBe('abc');
  });

  it('cancels the request under way when it is unsubscribed from', async () => {
    const closed = new Promise((resolve) => {
      api.respond = (_request, response) => response.once('close', resolve);
    });
    const subscription = side.http.get('slow').subscribe();
    await api.arrived(1);
    subscription.unsubscribe();
    await closed;
  });

  it('is the same for the same tenant', () => {
    expect(side.http.forTenant('demoapi')).toBe(side.http.forTenant('demoapi'));
  });
});

describe('The headers of a call', () => {
  const get = (config: AxiosRequestConfig) => firstValueFrom(side.http.get('clubs', config));

  it('are for the club and the network node that the request names', async () => {
    await get({ resamania: { clubId: '/demoapi/clubs/2', networkNodeId: '/demoapi/network_nodes/3' } });
    expect(api.last.headers).toMatchObject({
      'x-user-club-id': '/demoapi/clubs/2',
      'x-user-network-node-id': '/demoapi/network_nodes/3',
    });
  });

  it.each([
    ['a bare id', { clubId: '1210' }, /clubId: expected an IRI \/demoapi\/clubs\/\{id\}, found a bare id/],
    ["another chain's IRI", { clubId: '/nordgym/clubs/1' }, /clubId: .*another's/],
    [
      'another collection',
      { networkNodeId: '/demoapi/clubs/1' },
      /networkNodeId: .*\/demoapi\/network_nodes\/\{id\}/,
    ],
  ])('are refused with %s, in words that say the right form', async (_what, resamania, message) => {
    await expect(get({ resamania })).rejects.toMatchObject({
      name: 'ResamaniaRequestError',
      code: 'invalid_request',
      tenant: 'demoapi',
      message: expect.stringMatching(message),
    });
    expect(api.seen).toHaveLength(0);
  });

  it('hold no context with a principal: its token says it all', async () => {
    await get({ resamania: { principal: { club: '/demoapi/clubs/7' } } });
    expect(api.last.headers.authorization).toBe('Bearer 1_demo-token-1');
    expect(api.last.headers).not.toHaveProperty('x-user-club-id');
    expect(api.last.headers).not.toHaveProperty('x-user-network-node-id');
    await get({});
    expect(api.last.headers.authorization).toBe('Bearer 1_demo-token-2');
    expect(api.last.headers).toHaveProperty('x-user-club-id');
  });

  it.each([
    ['a header', { headers: { authorization: 'Basic abc' } }, 'Basic abc'],
    ['an empty header', { headers: { Authorization: '' } }, ''],
    ['a header switched off', { headers: { Authorization: false } }, undefined],
    ["axios' auth", { auth: { username: 'me', password: 'pw' } }, 'Basic bWU6cHc='],
    ['auth: false', { resamania: { auth: false as const } }, undefined],
  ])('are none of ours beside the own Authorization of the caller: %s', async (_what, config, expected) => {
    await get(config as AxiosRequestConfig);
    expect(api.last.path).toBe('/env/demoapi/clubs');
    expect(api.last.headers.authorization).toBe(expected);
    for (const name of ['x-gravitee-api-key', 'x-user-club-id', 'x-user-network-node-id'])
      expect(api.last.headers).not.toHaveProperty(name);
    expect(endpoint.requests).toBe(0);
  });

  it('leave alone what the caller set of the others', async () => {
    await get({ headers: { 'X-GRAVITEE-API-KEY': 'mine', 'x-user-club-id': '/demoapi/clubs/9' } });
    expect(api.last.headers).toMatchObject({
      authorization: 'Bearer 1_demo-token-1',
      'x-gravitee-api-key': 'mine',
      'x-user-club-id': '/demoapi/clubs/9',
    });
  });

  it('take the request elsewhere, bare, with auth: false', async () => {
    await firstValueFrom(side.http.get(`${api.origin}/elsewhere`, { resamania: { auth: false } }));
    expect(api.last.path).toBe('/elsewhere');
    expect(api.last.headers).not.toHaveProperty('authorization');
  });

  it('read a gateway key that is a function once, and again after the gateway refused it', async () => {
    let key = 'one';
    side.registry.update('demoapi', { apiKey: () => Promise.resolve(key) });
    await get({});
    key = 'two';
    await get({});
    api.respond = sendText(401, 'Unauthorized');
    await get({}).catch(() => undefined);
    api.respond = sendJson(200, {});
    await get({});
    const keys = api.seen.map(({ headers }) => headers['x-gravitee-api-key']);
    expect(keys).toEqual(['one', 'one', 'one', 'two']);
  });

  it('carry the gateway key under the name that the tenant, or the module, has for it', async () => {
    side.registry.update('demoapi', { apiKeyHeader: 'X-Partner-Key' });
    await get({});
    expect(api.last.headers).toMatchObject({ 'x-partner-key': 'gateway-key' });
    expect(api.last.headers).not.toHaveProperty('x-gravitee-api-key');
  });
});

describe('Without a token', () => {
  it('no request is sent, and the error says why', async () => {
    endpoint.answer = () => ({ status: 400, headers: {}, body: '{"error":"invalid_client"}' });
    await expect(firstValueFrom(side.http.get('clubs'))).rejects.toMatchObject({
      name: 'ResamaniaTokenError',
      code: 'credentials_rejected',
    });
    expect(api.seen).toHaveLength(0);
  });

  it('a call waits for it; one that is cancelled meanwhile is not sent', async () => {
    const release = endpoint.hold();
    const abort = new AbortController();
    const aborted = firstValueFrom(side.http.get('aborted', { signal: abort.signal }));
    const subscription = side.http.get('unsubscribed').subscribe();
    const patient = firstValueFrom(side.http.get('patient'));
    while (endpoint.requests === 0) await new Promise(setImmediate);
    abort.abort();
    subscription.unsubscribe();
    await expect(aborted).rejects.toMatchObject({ code: 'ERR_CANCELED', name: 'CanceledError' });
    release();
    await patient;
    expect(api.seen.map(({ path }) => path)).toEqual(['/env/demoapi/patient']);
    expect(endpoint.requests).toBe(1);
  });

  it('a call whose body fails meanwhile is not sent either', async () => {
    const release = endpoint.hold();
    const body = new Readable({ read: () => undefined });
    const call = firstValueFrom(side.http.post('files', body));
    while (endpoint.requests === 0) await new Promise(setImmediate);
    body.destroy(new Error('the file is gone'));
    await expect(call).rejects.toMatchObject({ isAxiosError: true, message: 'the file is gone' });
    release();
    await side.engine.caches.of('demoapi')?.get();
    expect(api.seen).toHaveLength(0);
  });

  it('a call whose tenant is reconfigured meanwhile goes out with what is right now', async () => {
    const release = endpoint.hold();
    const call = firstValueFrom(side.http.get('/clubs'));
    while (endpoint.requests === 0) await new Promise(setImmediate);
    side.registry.update('demoapi', {
      apiBaseUrl: `${api.origin}/new`,
      clientId: '2_other',
      apiKey: 'new-key',
    });
    release();
    await call;
    expect(api.seen.map(({ path }) => path)).toEqual(['/new/demoapi/clubs']);
    expect(api.last.headers.authorization).toMatch(/^Bearer 2_other/);
    expect(api.last.headers['x-gravitee-api-key']).toBe('new-key');
  });
});
