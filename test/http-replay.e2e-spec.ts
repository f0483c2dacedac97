import { Readable } from 'node:stream';

import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type AxiosResponse, create, type InternalAxiosRequestConfig } from 'axios';
import { firstValueFrom } from 'rxjs';

import { AgingApi, FIRST, SECOND } from './support/aging-api.js';
import { sendJson } from './support/recording-server.js';

const MORE_THAN_BUFFERS_HOLD = Buffer.alloc(32 * 1024 * 1024, ' ');
const LEXIK = { code: 401, message: 'Expired JWT Token' };

let api: AgingApi;

beforeAll(async () => {
  api = await AgingApi.start();
});

afterAll(() => api.stop());

beforeEach(() => api.build());

describe('A replay', () => {
  const form = new FormData();
  form.append('name', 'Léa');
  form.append('photo', new Blob(['bytes'], { type: 'image/png' }), 'photo.png');
  const bodies: readonly [kind: string, data: unknown][] = [
    ['JSON', { name: 'Léa', tags: ['a', 'b'] }],
    ['text', 'plain text'],
    ['bytes', Buffer.from([0, 1, 2, 255])],
    ['a form', new URLSearchParams({ a: '1', b: 'é' })],
    ['multipart', form],
    ['a blob', new Blob(['blob'])],
    ['nothing', undefined],
  ];

  it.each(bodies)('sends the same body: %s', async (_kind, data) => {
    await api.ageToken();
    api.refuseFirstToken(sendJson(401, LEXIK));
    await firstValueFrom(api.side.http.post('contacts', data));
    const [first, second] = api.server.seen.map(({ headers, body }) => {
      const [, boundary = '-'] = /boundary=(.*)$/.exec(headers['content-type'] ?? '') ?? [];
      const type = headers['content-type']?.replace(boundary, '');
      return {
        type,
        length: headers['content-length'],
        body: body.toString('latin1').replaceAll(boundary, ''),
      };
    });
    expect(api.server.seen.map(({ headers }) => headers.authorization)).toEqual([FIRST, SECOND]);
    expect(second).toEqual(first);
  });

  it('is not made of a stream; the error says so, and the next call has a new token', async () => {
    await api.ageToken();
    api.refuseFirstToken(sendJson(401, LEXIK));
    const upload = () => firstValueFrom(api.side.http.post('files', Readable.from(['a', 'b'])));
    await expect(upload()).rejects.toMatchObject({
      isAxiosError: true,
      status: 401,
      message: expect.stringContaining('its body is a stream'),
    });
    expect(api.server.seen).toHaveLength(1);
    expect((await upload()).status).toBe(200);
    expect(api.endpoint.requests).toBe(2);
  });

  it("runs the application's interceptors once, and shows them none of our headers", async () => {
    await api.ageToken();
    api.refuseFirstToken(sendJson(401, LEXIK));
    const host = create({ baseURL: `${api.server.origin}/demoapi` });
    const headers: string[] = [];
    const request = jest.fn((config: InternalAxiosRequestConfig) => {
      headers.push(JSON.stringify(config.headers));
      return config;
    });
    const response = jest.fn((answer: AxiosResponse) => answer);
    host.interceptors.request.use(request);
    api.side.interceptor.attachTo(host);
    host.interceptors.request.use(request);
    host.interceptors.response.use(response);
    await host.get('/clubs');
    expect(request).toHaveBeenCalledTimes(2);
    expect(response).toHaveBeenCalledTimes(1);
    expect(headers.join()).not.toContain('token-1');
  });

  it('keeps progress callbacks', async () => {
    await api.ageToken();
    api.refuseFirstToken(sendJson(401, LEXIK));
    const onUploadProgress = jest.fn();
    const onDownloadProgress = jest.fn();
    await firstValueFrom(api.side.http.post('files', 'body', { onUploadProgress, onDownloadProgress }));
    expect(onUploadProgress.mock.calls.length).toBeGreaterThanOrEqual(2);
    expect(onDownloadProgress.mock.calls.length).toBeGreaterThanOrEqual(2);
  });

  it.each(['http', 'fetch'] as const)(
    "lets go of the first answer's stream, whose connection ends: %s",
    async (adapter) => {
      await api.ageToken();
      let ended: (() => void) | undefined;
      const end = new Promise<void>((resolve) => {
        ended = resolve;
      });
      api.server.respond = (request, response) => {
        if (request.headers.authorization !== FIRST) return sendJson(200, {})(request, response);
        response.writeHead(401, { 'Content-Type': 'application/json' }).write(MORE_THAN_BUFFERS_HOLD);
        response.on('close', () => ended?.());
      };
      const answer = await api.get({ adapter, responseType: 'stream' });
      expect(answer.status).toBe(200);
      await end;
    },
  );

  it("keeps the caller's time limit", async () => {
    await api.ageToken();
    api.server.respond = (request, response) => {
      if (request.headers.authorization === FIRST) sendJson(401, LEXIK)(request, response);
    };
    await expect(api.get({ timeout: 1000 })).rejects.toMatchObject({ code: 'ECONNABORTED' });
    expect(api.server.seen).toHaveLength(2);
  });

  it('is not made of a request that was cancelled meanwhile, by its signal or by unsubscribing', async () => {
    await api.ageToken();
    api.refuseFirstToken(sendJson(401, LEXIK));
    const release = api.endpoint.hold();
    const abort = new AbortController();
    const aborted = api.get({ signal: abort.signal });
    const failed = jest.fn();
    const subscription = api.side.http.get('clubs').subscribe({ error: failed });
    await api.server.arrived(2);
    while (api.endpoint.requests < 2) await new Promise(setImmediate);
    abort.abort();
    subscription.unsubscribe();
    await expect(aborted).rejects.toMatchObject({ code: 'ERR_CANCELED', name: 'CanceledError' });
    release();
    await api.side.engine.caches.of('demoapi')?.get();
    expect(api.server.seen).toHaveLength(2);
    expect(failed).not.toHaveBeenCalled();
  });
});
