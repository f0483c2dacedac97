import http from 'node:http';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';

import { expect } from '@jest/globals';
import axios from 'axios';

import { type Responder, sendJson, sendText } from './support/recording-server.js';
import { other, type Row, send, server, table } from './support/transport-table.js';

/** Redirects until the path is /end. */
function redirect(status: number, location = '/end'): Responder {
  return ({ path }, response) => {
    if (path === '/end') sendJson(200, { end: true })({} as never, response);
    else send(status, 'moved', { location })({} as never, response);
  };
}

/** Long enough for a request to have arrived when it is over, on a busy machine too. */
const LIMIT_MS = 1000;
const TIME_UP = `timeout of ${LIMIT_MS}ms exceeded`;

const stall: Responder = () => undefined;
const stallInBody: Responder = (_request, response) => {
  response.writeHead(200, { 'content-length': 10 });
  response.write('abc');
};
const breakInBody: Responder = (_request, response) => {
  response.writeHead(200, { 'content-length': 10 });
  response.write('abc', () => response.socket?.end());
};
const stallInGzip: Responder = (_request, response) => {
  response.writeHead(200, { 'content-length': 100, 'content-encoding': 'gzip' });
  response.write(gzipSync('abc').subarray(0, 12));
};
const breakInGzip: Responder = (request, response) => {
  stallInGzip(request, response);
  response.write('', () => response.socket?.end());
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
    fallsBack: true,
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
    config: { timeout: LIMIT_MS },
    respond: stall,
    expected: { message: TIME_UP, code: 'ECONNABORTED', hasRequest: true },
  },
  {
    what: 'a time-out without redirects',
    config: { timeout: LIMIT_MS, maxRedirects: 0 },
    respond: stall,
    expected: { message: TIME_UP, code: 'ECONNABORTED' },
  },
  {
    what: 'a time-out by its name',
    config: { timeout: LIMIT_MS, timeoutErrorMessage: 'slow', transitional: { clarifyTimeoutError: true } },
    respond: stall,
    expected: { message: 'slow', code: 'ETIMEDOUT' },
  },
  {
    what: 'a time-out within the body',
    config: { timeout: LIMIT_MS },
    respond: stallInBody,
    expected: { message: 'stream has been aborted', code: 'ERR_BAD_RESPONSE' },
  },
  {
    what: 'a time-out within the body, without redirects',
    config: { timeout: LIMIT_MS, maxRedirects: 0 },
    respond: stallInBody,
    expected: { message: TIME_UP, code: 'ECONNABORTED' },
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
    fallsBack: true,
  },
  {
    what: 'a connection that ends within something encoded',
    respond: breakInGzip,
    expected: { message: 'aborted', code: 'ECONNRESET', response: { status: 200 } },
  },
  {
    what: 'a time-out within something encoded',
    config: { timeout: LIMIT_MS },
    respond: stallInGzip,
    expected: { message: 'aborted', code: 'ECONNRESET' },
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
    what: 'a chunk that is none, within something encoded',
    respond: (_request, response) => {
      const chunk = `8\r\n${gzipSync('abc').toString('latin1', 0, 8)}\r\n`;
      response.socket?.end(`${CHUNKED}Content-Encoding: gzip\r\n\r\n${chunk}xyz`, 'latin1');
    },
    expected: { code: 'HPE_INVALID_CHUNK_SIZE' },
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
      // oxlint-disable-next-line import/no-named-as-default-member -- the types have no named value
      const source = axios.CancelToken.source();
      server.respond = () => source.cancel('enough');
      return { cancelToken: source.token };
    },
    expected: { message: 'enough', code: 'ERR_CANCELED', isCancel: true },
  },
]);

const SECRETS = { Authorization: 'Bearer x', Cookie: 'a=1', 'Proxy-Authorization': 'p', 'X-Gateway': 'k' };

table('redirects', [
  ...[301, 302, 303, 307, 308].flatMap((status) => [
    {
      what: `${status} of a GET`,
      respond: redirect(status),
      expected: { data: { end: true } },
      sends: 2,
      sentAgain: true,
    },
    {
      what: `${status} of a POST`,
      config: { method: 'post', data: { a: 1 } },
      respond: redirect(status),
      expected: { data: { end: true } },
      sends: 2,
      fallsBack: true,
    },
    {
      what: `${status} of a DELETE`,
      config: { method: 'delete', data: { a: 1 } },
      respond: redirect(status),
      expected: { data: { end: true } },
      fallsBack: true,
    },
    {
      what: `${status} of a POST that is not followed`,
      config: { method: 'post', data: { a: 1 }, maxRedirects: 0 },
      respond: redirect(status),
      expected: { status },
      sends: 1,
    },
  ]),
  {
    what: 'HEAD',
    config: { method: 'head' },
    respond: redirect(303),
    expected: { status: 200 },
    sends: 2,
    sentAgain: true,
  },
  { what: 'a redirect to nowhere', respond: send(302, 'x'), expected: { status: 302 } },
  { what: '304', respond: redirect(304), expected: { data: { end: true } }, sentAgain: true },
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
    sentAgain: true,
  },
  {
    what: 'too many by default',
    respond: redirect(302, '/again'),
    expected: { hasRequest: true },
    sends: 22,
    sentAgain: true,
  },
  {
    what: 'to another protocol',
    respond: redirect(302, 'ftp://127.0.0.1/'),
    expected: { code: 'ERR_FR_REDIRECTION_FAILURE' },
    sentAgain: true,
  },
  {
    what: 'to no URL',
    respond: redirect(302, 'http://['),
    expected: { code: 'ERR_FR_REDIRECTION_FAILURE' },
    sentAgain: true,
  },
  {
    what: 'to another origin',
    config: { headers: SECRETS },
    respond: (request, response) => redirect(302, `${other.origin}/end`)(request, response),
    expected: { data: {} },
    sends: 2,
    sentAgain: true,
  },
  {
    what: 'within an origin',
    config: { headers: SECRETS },
    respond: redirect(302),
    expected: { status: 200 },
    sentAgain: true,
  },
  {
    what: 'with basic authorization',
    config: { auth: { username: 'u', password: 'p' } },
    respond: redirect(302),
    expected: { status: 200 },
    fallsBack: true,
  },
  {
    what: 'with a host header',
    config: { headers: { Host: 'localhost:1' } },
    respond: (request, response) => redirect(302, `${server.origin}/end`)(request, response),
    expected: { status: 200 },
    fallsBack: true,
  },
  {
    what: 'a hook that drops headers',
    config: {
      headers: SECRETS,
      beforeRedirect: ({ headers }) => void Reflect.deleteProperty(headers as object, 'X-Gateway'),
    },
    respond: redirect(302),
    expected: { status: 200 },
    sentAgain: true,
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
    sentAgain: true,
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
  {
    what: 'an option that nobody knows yet',
    config: { certificatePins: ['x'] } as object,
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
