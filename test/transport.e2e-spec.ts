import http from 'node:http';
import { Readable } from 'node:stream';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type AxiosRequestConfig, CancelToken, create, getAdapter } from 'axios';

import { createUndiciAdapter } from '../libs/resamania-auth/src/http/undici/undici-adapter.js';
import { RecordingServer, type Responder, sendJson, sendText } from './support/recording-server.js';
import { outcome, wire } from './support/transport-outcome.js';

const nodeAdapter = getAdapter('http');
const fallback = jest.fn(nodeAdapter);
const undici = createUndiciAdapter({ fallback });
const byAxios = create({ adapter: 'http' });
const byUndici = create({ adapter: undici });

let server: RecordingServer;
let other: RecordingServer;

beforeAll(async () => {
  server = await RecordingServer.start();
  other = await RecordingServer.start();
});

afterAll(async () => {
  await undici.close();
  await server.stop();
  await other.stop();
});

beforeEach(() => {
  server.reset();
  other.reset();
  fallback.mockClear();
});

afterEach(() => {
  delete process.env['HTTP_PROXY'];
});

interface Row {
  readonly what: string;
  /** A function where every call needs one of its own. */
  readonly config?: AxiosRequestConfig | (() => AxiosRequestConfig);
  readonly respond?: Responder;
  /** What comes of it, as far as it is worth spelling out; the rest is compared between the two. */
  readonly expected: object;
  /** Left to axios' own adapter. */
  readonly fallsBack?: boolean;
  readonly sends?: number;
}

const PNG = { 'content-type': 'image/png' };

/** Runs a row through both, and compares all that the caller and the server saw. */
async function compare({ config = {}, respond, expected, fallsBack = false, sends }: Row): Promise<void> {
  const results: object[] = [];
  for (const client of [byAxios, byUndici]) {
    server.reset();
    other.reset();
    if (respond !== undefined) server.respond = respond;
    const own = typeof config === 'function' ? config() : config;
    const url = own.url?.includes('//') === true ? own.url : server.origin + (own.url ?? '/clubs');
    const result = await outcome(client, { ...own, url });
    results.push({ result, server: server.seen.map(wire), other: other.seen.map(wire) });
    if (sends !== undefined) expect(server.seen.length + other.seen.length).toBe(sends);
  }
  const [reference, ours] = results;
  expect(reference).toMatchObject({ result: expected });
  expect(ours).toEqual(reference);
  expect(fallback.mock.calls.length > 0).toBe(fallsBack);
}

function table(name: string, rows: readonly Row[]): void {
  describe(name, () => {
    it.each(rows)('$what', compare);
  });
}

/** Answers with bytes. */
function send(status: number, body: Buffer | string, headers: http.OutgoingHttpHeaders = {}): Responder {
  return (_request, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

/** Redirects until the path is /end. */
function redirect(status: number, location = '/end'): Responder {
  return ({ path }, response) => {
    if (path === '/end') sendJson(200, { end: true })({} as never, response);
    else send(status, 'moved', { location })({} as never, response);
  };
}

table('requests', [
  { what: 'GET', expected: { status: 200, statusText: 'OK', data: {} } },
  { what: 'HEAD', config: { method: 'head' }, expected: { status: 200, data: '' } },
  { what: 'OPTIONS', config: { method: 'options' }, expected: { status: 200 } },
  { what: 'DELETE', config: { method: 'delete' }, expected: { status: 200 } },
  { what: 'POST without a body', config: { method: 'post' }, expected: { status: 200 } },
  { what: 'POST of JSON', config: { method: 'post', data: { name: 'Léa' } }, expected: { status: 200 } },
  { what: 'PUT of text', config: { method: 'put', data: 'é' }, expected: { status: 200 } },
  { what: 'PATCH', config: { method: 'patch', data: { a: null } }, expected: { status: 200 } },
  { what: 'DELETE with a body', config: { method: 'delete', data: { ids: [1] } }, expected: { status: 200 } },
  { what: 'GET with a body', config: { data: { ids: [1] } }, expected: { status: 200 } },
  {
    what: 'a buffer',
    config: { method: 'post', data: Buffer.from([0, 255]), headers: PNG },
    expected: { status: 200 },
  },
  {
    what: 'an array buffer',
    config: { method: 'post', data: new Uint8Array([1, 2, 255]).buffer, headers: PNG },
    expected: { status: 200 },
  },
  {
    what: 'a form',
    config: { method: 'post', data: new URLSearchParams({ a: 'é' }) },
    expected: { status: 200 },
  },
  {
    what: 'headers of the caller',
    config: {
      headers: { 'X-Trace': 'a\r\nb ', 'x-list': ['a', 'b'], 'User-Agent': 'mine', 'X-None': false },
    },
    expected: { status: 200 },
  },
  { what: 'no user agent', config: { headers: { 'User-Agent': null } }, expected: { status: 200 } },
  { what: 'a host header', config: { headers: { Host: 'club.example' } }, expected: { status: 200 } },
  { what: 'closing the connection', config: { headers: { Connection: 'close' } }, expected: { status: 200 } },
  {
    what: 'parameters',
    config: {
      url: "/a b/é?q='1'#x",
      params: { a: [1, 2], b: { c: "d'e é" }, d: '2024-01-01T00:00:00+01:00' },
    },
    expected: { status: 200 },
  },
  {
    what: 'a serializer of the caller',
    config: { params: { a: 1 }, paramsSerializer: { serialize: () => 'x=y|z' } },
    expected: { status: 200 },
  },
  {
    what: 'basic authorization',
    config: { auth: { username: 'é', password: 'p:q' }, headers: { Authorization: 'Bearer x' } },
    expected: { status: 200 },
  },
  { what: 'zstd on demand', config: { transitional: advertise() }, expected: { status: 200 } },
]);

/** Newer than the types of some versions of axios that we support. */
function advertise(): NonNullable<AxiosRequestConfig['transitional']> {
  return { advertiseZstdAcceptEncoding: true } as object;
}

table('answers', [
  { what: '404', respond: sendJson(404, { no: 1 }), expected: { code: 'ERR_BAD_REQUEST', status: 404 } },
  {
    what: '500',
    respond: sendText(500, 'oops'),
    expected: {
      code: 'ERR_BAD_RESPONSE',
      message: 'Request failed with status code 500',
      response: { data: 'oops' },
    },
  },
  {
    what: 'a status that is accepted',
    config: { validateStatus: () => true },
    respond: sendText(500, 'oops'),
    expected: { status: 500, data: 'oops' },
  },
  {
    what: '204',
    respond: send(204, '', { 'content-encoding': 'gzip' }),
    expected: { status: 204, data: '' },
  },
  {
    what: 'a status text',
    respond: (_request, response) => response.writeHead(200, 'Fine').end(),
    expected: { statusText: 'Fine' },
  },
  {
    what: 'headers that repeat',
    respond: send(200, '{}', {
      'Set-Cookie': ['a=1', 'b=2'],
      'X-A': ['1', '2'],
      ETag: ['"1"', '"2"'],
      Get: 'x',
      Vary: 'é',
    }),
    expected: { headers: { 'set-cookie': ['a=1', 'b=2'], 'x-a': '1, 2', etag: '"1"' } },
  },
  { what: 'a byte order mark', respond: send(200, '\uFEFF{"a":1}'), expected: { data: { a: 1 } } },
  { what: 'text', config: { responseType: 'text' }, respond: send(200, 'a'), expected: { data: 'a' } },
  {
    what: 'JSON that is none',
    config: { responseType: 'json', transitional: { silentJSONParsing: false } },
    respond: send(200, '{'),
    expected: { name: 'SyntaxError', code: 'ERR_BAD_RESPONSE' },
  },
  {
    what: 'bytes',
    config: { responseType: 'arraybuffer' },
    respond: send(200, Buffer.from([0, 255])),
    expected: { data: Buffer.from([0, 255]) },
  },
  {
    what: 'another encoding',
    config: { responseType: 'text', responseEncoding: 'latin1' },
    respond: send(200, Buffer.from([0xe9])),
    expected: { data: 'é' },
  },
  {
    what: 'an encoding that is none',
    config: { responseEncoding: 'klingon' },
    expected: { code: 'ERR_UNKNOWN_ENCODING', isAxiosError: true },
  },
  { what: 'a stream', config: { responseType: 'stream' }, expected: { data: { streamed: '{}' } } },
  { what: 'much', respond: sendText(200, 'x'.repeat(3e6)), expected: { data: 'x'.repeat(3e6) } },
  {
    what: 'a large stream',
    config: { responseType: 'stream' },
    respond: sendText(200, 'x'.repeat(3e6)),
    expected: { data: { streamed: 'x'.repeat(3e6) } },
  },
]);

const encodings: readonly [name: string, encode: (bytes: Buffer) => Buffer][] = [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['identity', (bytes) => bytes],
];

table('encodings', [
  ...encodings.flatMap(([name, encode]) => {
    const respond = send(200, encode(Buffer.from('{"a":1}')), { 'content-encoding': name });
    return [
      { what: name, respond, expected: { data: { a: 1 } } },
      {
        what: `${name} as a stream`,
        config: { responseType: 'stream' as const },
        respond,
        expected: { data: { streamed: '{"a":1}' } },
      },
    ];
  }),
  {
    what: 'bare deflate',
    respond: send(200, deflateRawSync(Buffer.from('{"a":1}')), { 'content-encoding': 'deflate' }),
    expected: { data: { a: 1 } },
  },
  {
    what: 'decompress: false',
    config: { decompress: false, responseType: 'arraybuffer' },
    respond: send(200, gzipSync('a'), { 'content-encoding': 'gzip' }),
    expected: { data: gzipSync('a'), headers: { 'content-encoding': 'gzip' } },
  },
  {
    what: 'gzip that is none',
    respond: send(200, 'plain', { 'content-encoding': 'gzip' }),
    expected: { code: 'Z_DATA_ERROR', message: 'incorrect header check' },
  },
  {
    what: 'HEAD of something encoded',
    config: { method: 'head' },
    respond: send(200, '', { 'content-encoding': 'gzip' }),
    expected: { status: 200, headers: {} },
  },
  {
    what: 'something encoded that is too large',
    config: { maxContentLength: 1000 },
    respond: send(200, gzipSync('x'.repeat(1e5)), { 'content-encoding': 'gzip' }),
    expected: { message: 'maxContentLength size of 1000 exceeded', code: 'ERR_BAD_RESPONSE' },
  },
]);

const stall: Responder = () => undefined;
const stallInBody: Responder = (_request, response) => {
  response.writeHead(200, { 'content-length': 10 });
  response.write('abc');
};
const breakInBody: Responder = (_request, response) => {
  response.writeHead(200, { 'content-length': 10 });
  response.write('abc', () => response.socket?.end());
};
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n';
const hangUp: Responder = (_request, response) => void response.socket?.end();

table('limits and failures', [
  {
    what: 'a body that is too large',
    config: { maxContentLength: 4 },
    respond: sendText(200, '12345'),
    expected: {
      message: 'maxContentLength size of 4 exceeded',
      code: 'ERR_BAD_RESPONSE',
      name: 'AxiosError',
    },
  },
  {
    what: 'a body that is as large as allowed',
    config: { maxContentLength: 5 },
    respond: sendText(200, '12345'),
    expected: { data: 12345 },
  },
  {
    what: 'a stream that is too large',
    config: { maxContentLength: 4, responseType: 'stream' },
    respond: sendText(200, '12345'),
    expected: { data: { streamError: { message: 'maxContentLength size of 4 exceeded' } } },
  },
  {
    what: 'an upload that is too large',
    config: { method: 'post', data: '12345', maxBodyLength: 4 },
    expected: { message: 'Request body larger than maxBodyLength limit', code: 'ERR_BAD_REQUEST' },
    fallsBack: true,
    sends: 0,
  },
  {
    what: 'a time-out',
    config: { timeout: 60 },
    respond: stall,
    expected: { message: 'timeout of 60ms exceeded', code: 'ECONNABORTED', hasRequest: true },
  },
  {
    what: 'a time-out without redirects',
    config: { timeout: 60, maxRedirects: 0 },
    respond: stall,
    expected: { message: 'timeout of 60ms exceeded', code: 'ECONNABORTED' },
  },
  {
    what: 'a time-out by its name',
    config: { timeout: 60, timeoutErrorMessage: 'slow', transitional: { clarifyTimeoutError: true } },
    respond: stall,
    expected: { message: 'slow', code: 'ETIMEDOUT' },
  },
  {
    what: 'a time-out within the body',
    config: { timeout: 60 },
    respond: stallInBody,
    expected: { message: 'stream has been aborted', code: 'ERR_BAD_RESPONSE' },
  },
  {
    what: 'a time-out within the body, without redirects',
    config: { timeout: 60, maxRedirects: 0 },
    respond: stallInBody,
    expected: { message: 'timeout of 60ms exceeded', code: 'ECONNABORTED' },
  },
  {
    what: 'a connection that ends',
    respond: hangUp,
    expected: { message: 'socket hang up', code: 'ECONNRESET', hasRequest: true },
  },
  {
    what: 'a connection that ends within the body',
    respond: breakInBody,
    expected: { message: 'stream has been aborted', code: 'ERR_BAD_RESPONSE' },
  },
  {
    what: 'a connection that ends within a stream',
    config: { responseType: 'stream' },
    respond: breakInBody,
    expected: { data: { streamError: { message: 'aborted', code: 'ECONNRESET' } } },
  },
  {
    what: 'a connection that ends within a chunk',
    respond: (_request, response) => void response.socket?.end(`${CHUNKED}Connection: close\r\n\r\n5\r\nab`),
    expected: { message: 'stream has been aborted', code: 'ERR_BAD_RESPONSE' },
  },
  {
    what: 'a chunk that is none',
    respond: (_request, response) => void response.socket?.end(`${CHUNKED}\r\nxyz`),
    expected: { message: 'Parse Error: Invalid character in chunk size', code: 'HPE_INVALID_CHUNK_SIZE' },
  },
  {
    what: 'a header that is none',
    respond: (_request, response) => void response.socket?.end('HTTP/1.1 200 OK\r\nA: \u0000\r\n\r\n'),
    expected: { code: 'HPE_INVALID_HEADER_TOKEN' },
  },
  {
    what: 'another protocol',
    respond: (_request, response) => void response.socket?.end('SSH-2.0\r\n'),
    expected: { code: 'HPE_INVALID_CONSTANT' },
  },
  {
    what: 'a connection that is reset within the body',
    respond: (_request, response) => {
      response.writeHead(200, { 'content-length': 10 });
      response.write('abc', () => response.socket?.resetAndDestroy());
    },
    expected: { isAxiosError: true },
  },
  {
    what: 'a connection that is reset',
    respond: (_request, response) => void response.socket?.resetAndDestroy(),
    expected: { message: 'read ECONNRESET', code: 'ECONNRESET' },
  },
  {
    what: 'what is not HTTP',
    respond: (_request, response) => void response.socket?.end('HTTP/1.1 abc\r\n\r\n'),
    expected: { code: 'HPE_INVALID_STATUS' },
  },
  {
    what: 'headers without an end',
    respond: send(200, '', { 'x-large': 'x'.repeat(20_000) }),
    expected: { code: 'HPE_HEADER_OVERFLOW' },
  },
  {
    what: 'nobody there',
    config: { url: 'http://127.0.0.1:1/' },
    expected: { message: 'connect ECONNREFUSED 127.0.0.1:1', code: 'ECONNREFUSED' },
  },
  {
    what: 'no such host',
    config: { url: 'http://nowhere.invalid/' },
    expected: { code: expect.stringMatching(/^(?:ENOTFOUND|EAI_AGAIN)$/) },
  },
]);

/** A signal that is aborted by the server's side of a call, and what the server does. */
function aborting(respond: Responder): Pick<Row, 'config' | 'respond'> {
  let controller: AbortController;
  return {
    config: () => {
      controller = new AbortController();
      return { signal: controller.signal };
    },
    respond: (request, response) => {
      respond(request, response);
      controller.abort();
    },
  };
}

table('cancellation', [
  {
    what: 'a signal',
    ...aborting(stall),
    expected: { name: 'CanceledError', message: 'canceled', code: 'ERR_CANCELED', isCancel: true },
  },
  { what: 'a signal within the body', ...aborting(stallInBody), expected: { isCancel: true } },
  {
    what: 'a signal that was aborted before',
    config: { signal: AbortSignal.abort() },
    expected: { isCancel: true },
    sends: 0,
  },
  {
    what: 'a token',
    config: () => {
      const { token, cancel } = CancelToken.source();
      server.respond = () => cancel('enough');
      return { cancelToken: token };
    },
    expected: { message: 'enough', code: 'ERR_CANCELED', isCancel: true },
  },
]);

const SECRETS = { Authorization: 'Bearer x', Cookie: 'a=1', 'Proxy-Authorization': 'p', 'X-Gateway': 'k' };

table('redirects', [
  ...[301, 302, 303, 307, 308].flatMap((status) => [
    { what: `${status} of a GET`, respond: redirect(status), expected: { data: { end: true } }, sends: 2 },
    {
      what: `${status} of a POST`,
      config: { method: 'post', data: { a: 1 } },
      respond: redirect(status),
      expected: { data: { end: true } },
      sends: 2,
    },
    {
      what: `${status} of a DELETE`,
      config: { method: 'delete', data: { a: 1 } },
      respond: redirect(status),
      expected: { data: { end: true } },
    },
  ]),
  { what: 'HEAD', config: { method: 'head' }, respond: redirect(303), expected: { status: 200 }, sends: 2 },
  { what: 'a redirect to nowhere', respond: send(302, 'x'), expected: { status: 302 } },
  { what: '304', respond: redirect(304), expected: { data: { end: true } } },
  {
    what: 'none are followed',
    config: { maxRedirects: 0 },
    respond: redirect(302),
    expected: { status: 302, code: 'ERR_BAD_RESPONSE' },
    sends: 1,
  },
  {
    what: 'too many',
    config: { maxRedirects: 2 },
    respond: redirect(302, '/again'),
    expected: { code: 'ERR_FR_TOO_MANY_REDIRECTS', message: 'Maximum number of redirects exceeded' },
    sends: 3,
  },
  {
    what: 'too many by default',
    respond: redirect(302, '/again'),
    expected: { hasRequest: true },
    sends: 22,
  },
  {
    what: 'to another protocol',
    respond: redirect(302, 'ftp://127.0.0.1/'),
    expected: { code: 'ERR_FR_REDIRECTION_FAILURE' },
  },
  { what: 'to no URL', respond: redirect(302, 'http://['), expected: { code: 'ERR_FR_REDIRECTION_FAILURE' } },
  {
    what: 'to another origin',
    config: { headers: SECRETS },
    respond: (request, response) => redirect(302, `${other.origin}/end`)(request, response),
    expected: { data: {} },
    sends: 2,
  },
  {
    what: 'within an origin',
    config: { headers: SECRETS },
    respond: redirect(302),
    expected: { status: 200 },
  },
  {
    what: 'with basic authorization',
    config: { auth: { username: 'u', password: 'p' } },
    respond: redirect(302),
    expected: { status: 200 },
  },
  {
    what: 'with a host header',
    config: { headers: { Host: 'localhost:1' } },
    respond: (request, response) => redirect(302, `${server.origin}/end`)(request, response),
    expected: { status: 200 },
  },
  {
    what: 'a hook that drops headers',
    config: {
      headers: SECRETS,
      beforeRedirect: ({ headers }) => void Reflect.deleteProperty(headers as object, 'X-Gateway'),
    },
    respond: redirect(302),
    expected: { status: 200 },
  },
  {
    what: 'a hook that throws',
    config: {
      beforeRedirect: () => {
        throw new Error('not there');
      },
    },
    respond: redirect(302),
    expected: { code: 'ERR_FR_REDIRECTION_FAILURE', message: 'Redirected request failed: not there' },
  },
]);

const form = new FormData();
form.append('a', 'b');

table('what is left to the other adapter', [
  {
    what: 'an agent',
    config: { httpAgent: new http.Agent() },
    expected: { status: 200 },
    fallsBack: true,
  },
  {
    what: 'a stream to upload',
    config: () => ({ method: 'post', data: Readable.from([Buffer.from('ab')]) }),
    expected: { status: 200 },
    fallsBack: true,
  },
  {
    what: 'a blob',
    config: { method: 'post', data: new Blob(['ab'], { type: 'text/x' }) },
    expected: { status: 200 },
    fallsBack: true,
  },
  {
    what: 'a form with parts',
    config: {
      method: 'post',
      data: form,
      headers: { 'Content-Type': 'multipart/form-data; boundary=0123456789' },
    },
    expected: { status: 200 },
    fallsBack: true,
  },
  {
    what: 'progress',
    config: { onDownloadProgress: () => undefined },
    expected: { status: 200 },
    fallsBack: true,
  },
  { what: 'a data URL', config: { url: 'data://,a' }, expected: {}, fallsBack: true },
  {
    what: 'a URL that is none',
    config: { url: 'http://[' },
    expected: { code: 'ERR_INVALID_URL' },
    fallsBack: true,
  },
  {
    what: 'a header that undici does not send',
    config: { headers: { Expect: 'x' } },
    expected: {},
    fallsBack: true,
  },
  {
    what: 'a proxy',
    config: () => ({ url: 'http://club.example/a', proxy: { host: '127.0.0.1', port: other.port } }),
    expected: { status: 200 },
    fallsBack: true,
    sends: 1,
  },
  {
    what: 'a proxy of the environment',
    config: () => {
      process.env['HTTP_PROXY'] = other.origin;
      return { url: 'http://club.example/a' };
    },
    expected: { status: 200 },
    fallsBack: true,
    sends: 1,
  },
  {
    what: 'not when no proxy is wanted',
    config: () => {
      process.env['HTTP_PROXY'] = other.origin;
      return { proxy: false };
    },
    expected: { status: 200 },
  },
]);
