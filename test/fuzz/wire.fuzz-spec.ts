import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

import { afterAll, beforeAll } from '@jest/globals';
import { isAxiosError } from 'axios';
import { undiciAdapter } from 'nestjs-resamania-auth/undici';
import { firstValueFrom } from 'rxjs';

import {
  HttpTokenTransport,
  TransportFailed,
} from '../../libs/resamania-auth/src/token/request/http-token-transport.js';
import { createHttpSide, demoOptions, type HttpSide } from '../support/http-client.js';
import { IssuingEndpoint } from '../support/issuing-endpoint.js';
import { holds } from './fuzz.js';
import { CANARY, mutated } from './hostile.js';
import { checkOwnError, checkSilent } from './invariants.js';

const EXAMPLES = [
  'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 38\r\n\r\n{"access_token":"token","expires_in":1}',
  'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nContent-Length: 2\r\n\r\n{}',
  'HTTP/1.1 429 Too Many\r\nX-Quota-Limit: 10\r\nX-Quota-Remaining: 0\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n2\r\n1}\r\n0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\b\0',
  'HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/elsewhere\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
];
const PIECES = [
  '\r\n',
  '\n',
  ':',
  ' ',
  '\0',
  'HTTP/1.1 ',
  'Content-Length: ',
  'Transfer-Encoding: chunked',
  'é',
  '-1',
];

/** Longer than any answer here takes: the server closes once it has sent its bytes. */
const TIMEOUT_MS = 3000;
const byUndici = undiciAdapter();
const transport = new HttpTokenTransport();
const sockets = new Set<Socket>();
let server: Server;
let origin: string;
let side: HttpSide;
let bytes = Buffer.alloc(0);

beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(bytes));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const options = { ...demoOptions(origin), apiKey: `${CANARY}-key`, http: { timeoutMs: TIMEOUT_MS } };
  side = createHttpSide(options, new IssuingEndpoint());
});

afterAll(async () => {
  side.stop();
  transport.close();
  await byUndici.close();
  for (const socket of sockets) socket.destroy();
  server.close();
});

holds('answers on the wire', mutated(EXAMPLES, PIECES), async (answer) => {
  bytes = Buffer.from(answer);
  const form = new URLSearchParams({ client_secret: `${CANARY}-secret` });
  const request = { url: `${origin}/token`, headers: { 'X-Key': `${CANARY}-key` }, form };
  await transport.post(request, AbortSignal.timeout(TIMEOUT_MS)).then(
    ({ status, body }) => assert(Number.isInteger(status) && typeof body === 'string'),
    (error: unknown) => {
      assert(error instanceof TransportFailed, String(error));
      assert.notEqual(error.fault.reason, 'timeout');
      checkSilent(error);
    },
  );
  for (const config of [{}, { adapter: byUndici }]) {
    const outcome: unknown = await firstValueFrom(side.http.get('clubs', config)).catch(
      (error: unknown) => error,
    );
    if (isAxiosError(outcome)) assert.notEqual(outcome.code, 'ECONNABORTED', 'hangs until its time is up');
    else if (outcome instanceof Error) checkOwnError(outcome);
    checkSilent(outcome);
  }
});
