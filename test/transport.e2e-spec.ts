import { randomBytes } from 'node:crypto';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';

import type { AxiosRequestConfig } from 'axios';

import { type Responder, sendJson, sendText } from './support/recording-server.js';
import { type Row, send, server, table } from './support/transport-table.js';

const PNG = { 'content-type': 'image/png' };

/** With a body or an effect: axios' own adapter sends them, unless no redirects are to be followed. */
const unsafe: readonly Row[] = [
  { what: 'DELETE', config: { method: 'delete' }, expected: { status: 200 } },
  { what: 'POST without a body', config: { method: 'post' }, expected: { status: 200 } },
  { what: 'POST of JSON', config: { method: 'post', data: { name: 'Léa' } }, expected: { status: 200 } },
  { what: 'PUT of text', config: { method: 'put', data: 'é' }, expected: { status: 200 } },
  { what: 'PATCH', config: { method: 'patch', data: { a: null } }, expected: { status: 200 } },
  { what: 'DELETE with a body', config: { method: 'delete', data: { ids: [1] } }, expected: { status: 200 } },
  {
    what: 'a buffer',
    config: { method: 'post', data: Buffer.from([0, 255]), headers: PNG },
    expected: { status: 200 },
  },
  {
    what: 'a form',
    config: { method: 'post', data: new URLSearchParams({ a: 'é' }) },
    expected: { status: 200 },
  },
];

table('requests', [
  { what: 'GET', expected: { status: 200, statusText: 'OK', data: {} } },
  { what: 'HEAD', config: { method: 'head' }, expected: { status: 200, data: '' } },
  { what: 'OPTIONS', config: { method: 'options' }, expected: { status: 200 }, fallsBack: true },
  ...unsafe.flatMap((row) => [
    { ...row, fallsBack: true },
    { ...row, what: `${row.what}, no redirects`, config: { ...row.config, maxRedirects: 0 } },
  ]),
  { what: 'GET with a body', config: { data: { ids: [1] } }, expected: { status: 200 }, fallsBack: true },
  {
    what: 'an array buffer',
    config: { method: 'post', data: new Uint8Array([1, 2, 255]).buffer, headers: PNG, maxRedirects: 0 },
    expected: { status: 200 },
    fallsBack: true,
  },
  {
    what: 'an empty buffer',
    config: { method: 'post', data: Buffer.alloc(0), headers: PNG, maxRedirects: 0 },
    expected: { status: 200 },
    fallsBack: true,
  },
  {
    what: 'headers of the caller',
    config: { headers: { 'X-Trace': 'a', 'User-Agent': 'mine', 'X-None': false, Accept: 'text/x;q="é"' } },
    expected: { status: 200 },
  },
  {
    what: 'headers that need care',
    config: {
      headers: { 'X-Trace': 'a\r\nb ', 'x-list': ['a', 'b'], 'User-Agent': 'mine', 'X-None': false },
    },
    expected: { status: 200 },
    fallsBack: true,
  },
  { what: 'no user agent', config: { headers: { 'User-Agent': null } }, expected: { status: 200 } },
  {
    what: 'a host header',
    config: { headers: { Host: 'club.example' } },
    expected: { status: 200 },
    fallsBack: true,
  },
  {
    what: 'closing the connection',
    config: { headers: { Connection: 'close' } },
    expected: { status: 200 },
    fallsBack: true,
  },
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
    what: 'a base URL',
    config: () => ({ url: `${server.origin}/`, baseURL: 'http://127.0.0.1:1/' }),
    expected: { status: 200 },
  },
  {
    what: 'basic authorization',
    config: { auth: { username: 'é', password: 'p:q' }, headers: { Authorization: 'Bearer x' } },
    expected: { status: 200 },
    fallsBack: true,
  },
  {
    what: 'zstd on demand',
    config: { transitional: advertise() },
    expected: { status: 200 },
    fallsBack: true,
  },
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
  ...['get', 'head'].flatMap((method) =>
    [204, 304].map((status) => ({
      what: `${status} of ${method} with the length of a body`,
      config: { method, validateStatus: () => true },
      respond: bareHead(status),
      expected: { status, data: '', headers: { 'content-length': '5' } },
    })),
  ),
  {
    what: 'HEAD with the length of a body',
    config: { method: 'head' },
    respond: send(200, '', { 'content-length': '5' }),
    expected: { status: 200, data: '', headers: { 'content-length': '5' } },
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
    fallsBack: true,
  },
  {
    what: 'an encoding that is none',
    config: { responseEncoding: 'klingon' },
    expected: { code: 'ERR_UNKNOWN_ENCODING', isAxiosError: true },
    fallsBack: true,
  },
  {
    what: 'a stream',
    config: { responseType: 'stream' },
    expected: { data: { streamed: '{}' } },
    fallsBack: true,
  },
  { what: 'much', respond: sendText(200, 'x'.repeat(3e6)), expected: { data: 'x'.repeat(3e6) } },
  {
    what: 'a large stream',
    config: { responseType: 'stream' },
    respond: sendText(200, 'x'.repeat(3e6)),
    expected: { data: { streamed: 'x'.repeat(3e6) } },
    fallsBack: true,
  },
]);

/** An answer without a body that tells of one: Node's server would not send it. */
function bareHead(status: number): Responder {
  return (_request, response) =>
    void response.socket?.end(`HTTP/1.1 ${status} X\r\nContent-Length: 5\r\nConnection: close\r\n\r\n`);
}

const encodings: readonly [name: string, encode: (bytes: Buffer) => Buffer][] = [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['identity', (bytes) => bytes],
];

/** Too much for one chunk, also when it is compressed. */
const randomText = randomBytes(1e6).toString('hex');

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
        fallsBack: true,
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
    fallsBack: true,
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
    what: 'nothing that is said to be encoded',
    respond: send(200, '', { 'content-encoding': 'br' }),
    expected: { status: 200, data: '' },
  },
  {
    what: 'much that is encoded',
    respond: send(200, gzipSync(Buffer.from(randomText)), { 'content-encoding': 'gzip' }),
    expected: { data: randomText },
  },
  {
    what: 'an encoding that nobody knows',
    respond: send(200, 'abc', { 'content-encoding': 'klingon' }),
    expected: { data: 'abc', headers: { 'content-encoding': 'klingon' } },
  },
  {
    what: 'something encoded that is too large',
    config: { maxContentLength: 1000 },
    respond: send(200, gzipSync('x'.repeat(1e5)), { 'content-encoding': 'gzip' }),
    expected: { message: 'maxContentLength size of 1000 exceeded', code: 'ERR_BAD_RESPONSE' },
  },
]);
