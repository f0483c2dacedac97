import https from 'node:https';

import { describe, expect, it } from '@jest/globals';
import { AxiosHeaders, type AxiosRequestConfig, type CancelToken, create } from 'axios';

import { PlainRequest, plainRequest } from './plain-request.js';

const ADDRESS = 'https://api.example/a?b#c';

function plain({ headers, ...config }: AxiosRequestConfig, bag = AxiosHeaders.from(headers as AxiosHeaders)) {
  return plainRequest({ method: 'get', url: ADDRESS, ...config, headers: bag });
}

function messageOf(config: AxiosRequestConfig, bag?: AxiosHeaders) {
  const request = plain(config, bag);
  if (request === undefined) throw new Error('not plain');
  return PlainRequest.messageOf(request);
}

/** What a config lacks; not as a copy, which would have no prototype of its own. */
function complete({ method = 'get', url = ADDRESS }: AxiosRequestConfig) {
  return { method, url, headers: new AxiosHeaders() };
}

const token = { subscribe: () => undefined } as unknown as CancelToken;

const BODY = { method: 'post', data: '{"a":"é"}', maxRedirects: 0 };

describe('plainRequest', () => {
  it('takes what axios hands to an adapter for an ordinary GET', async () => {
    const taken: unknown[] = [];
    const client = create({
      baseURL: 'https://api.example/v1/',
      params: { a: 1 },
      adapter: (config) => {
        taken.push(plainRequest(config)?.path);
        return Promise.resolve({ data: '', status: 200, statusText: '', headers: {}, config });
      },
    });
    await client.get('/clubs');
    expect(taken).toEqual(['/v1/clubs?a=1']);
  });

  it.each<AxiosRequestConfig>([
    { timeout: 0, maxContentLength: -1, maxBodyLength: -1, proxy: false, decompress: true },
    { timeout: 5000, maxRedirects: 5, responseType: 'json', responseEncoding: 'utf8' },
    { signal: new AbortController().signal, cancelToken: token },
    { transitional: { silentJSONParsing: false, clarifyTimeoutError: true } },
    { beforeRedirect: () => undefined, fetchOptions: {}, validateStatus: null, withXSRFToken: true },
    { method: 'HEAD', data: null, httpsAgent: undefined },
    BODY,
    { ...BODY, method: 'delete', data: undefined },
  ])('takes %o', (config) => {
    expect(plain(config)).toBeInstanceOf(PlainRequest);
  });

  it.each<AxiosRequestConfig>([
    { httpsAgent: new https.Agent() },
    { proxy: { host: 'a', port: 1 } },
    { socketPath: '/a' },
    { maxRate: 1 },
    { onUploadProgress: () => undefined },
    { httpVersion: 2 },
    { auth: { username: 'a', password: 'b' } },
    { sensitiveHeaders: ['x'] },
    { timeout: 1.5 },
    { timeout: -1 },
    { timeout: 2 ** 31 },
    { decompress: false },
    { responseType: 'stream' },
    { responseType: 'blob' },
    { responseEncoding: 'latin1' },
    { transitional: { advertiseZstdAcceptEncoding: true } },
    { transitional: { strict: true } as object },
    { signal: {} as AbortSignal },
    { certificatePins: ['x'] } as object,
    Object.create({ socketPath: '/a' }) as object,
    { method: 'options' },
    { method: 'connect' },
    { data: 'ab' },
    { method: 'post', maxRedirects: 0, data: Buffer.alloc(0) },
    { method: 'post', maxRedirects: 0, data: { a: 1 } },
    { ...BODY, maxBodyLength: 1 },
    { ...BODY, maxRedirects: 1 },
    { method: 'delete' },
    { url: '/relative' },
    { url: 'data:,x' },
    { url: 'http:api.example' },
    { url: 'https://user@api.example' },
    { params: { a: 1 }, paramsSerializer: { serialize: () => 'a b' } },
    { params: { a: 1 }, paramsSerializer: { serialize: () => JSON.parse('{') as string } },
  ])('leaves %o to axios', (config) => {
    expect(plainRequest(Object.assign(config, complete(config)))).toBeUndefined();
  });

  it('leaves everything to axios while all objects inherit an option', () => {
    Object.assign(Object.prototype, { socketPath: '/var/run/x.sock' });
    try {
      expect(plain({})).toBeUndefined();
    } finally {
      Reflect.deleteProperty(Object.prototype, 'socketPath');
    }
  });

  it('adds parameters to the path, escaped as axios does', () => {
    expect(messageOf({ params: { d: ["e'", 'f:'] } }).path).toBe("/a?b&d%5B%5D=e'&d%5B%5D=f:");
  });

  it('joins a base and a path', () => {
    const { origin, path } = messageOf({ baseURL: 'http://x.example:80/y/', url: '/z' });
    expect([origin, path]).toEqual(['http://x.example', '/y/z']);
    expect(messageOf({ baseURL: 'https://x.example/y/' })).toMatchObject({ path: '/a?b' });
  });

  it('adds the headers that are missing, to the config as well', () => {
    const bag = new AxiosHeaders({ Accept: '*/*' });
    const { headers, body } = messageOf(BODY, bag);
    expect(Object.entries(headers)).toEqual([
      ['Accept', '*/*'],
      ['User-Agent', expect.stringMatching(/^axios\/1\./)],
      ['Content-Length', '10'],
      ['Accept-Encoding', 'gzip, compress, deflate, br'],
    ]);
    expect(body).toEqual(Buffer.from('{"a":"é"}'));
    expect(bag.get('content-length')).toBe('10');
    expect(messageOf(BODY, bag).headers).toEqual(headers);
  });

  it('leaves headers that the caller set or does not want', () => {
    const bag = new AxiosHeaders({ 'user-agent': 'mine', 'accept-encoding': null, 'X-No': false });
    expect({ ...messageOf({}, bag).headers }).toEqual({ 'user-agent': 'mine' });
  });

  it.each([
    { Connection: 'close' },
    { Host: 'x.example' },
    { Expect: '100-continue' },
    { 'Content-Length': '5' },
    { 'X-A': ['a', 'b'] },
    { 'X-A': 'a€' },
    { 'X A': 'a' },
  ])('leaves the headers %j to axios', (headers) => {
    const bag = new AxiosHeaders();
    expect(plain({}, Object.assign(bag, headers))).toBeUndefined();
    expect(bag.has('user-agent')).toBe(false);
  });

  it('leaves a header that was assigned in two spellings to axios', () => {
    expect(plain({}, Object.assign(new AxiosHeaders(), { 'X-A': 'one', 'x-a': 'two' }))).toBeUndefined();
  });
});

describe('a plain request', () => {
  it("has the members of Node's request that tell what was sent, and shows nothing of its headers", () => {
    const request = plain({ url: 'https://[::1]:8443/a', headers: { Authorization: 'Bearer x' } });
    expect(request).toMatchObject({ method: 'GET', protocol: 'https:', host: '::1', path: '/a' });
    expect(request?.getHeaders()).toMatchObject({ host: '[::1]:8443', authorization: 'Bearer x' });
    expect(Object.keys(request ?? {})).toEqual(['res']);
  });
});
