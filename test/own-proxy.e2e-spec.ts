import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { AXIOSES, printedWith } from './support/chosen-axios.js';

const [CERT = '', KEY = ''] = ['cert', 'key'].map((name) =>
  fileURLToPath(new URL(`support/tls/${name}.pem`, import.meta.url)),
);
const SECRETS = ['client-secret-canary', 'gateway-key-canary', 'bearer-canary'];
/** As a proxy would see them: as they are, and in the encodings that headers and URLs have. */
const TRACES = [...SECRETS, ...SECRETS.flatMap(base64Of)];

interface Arrived {
  readonly method: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What reached the origin through TLS. */
let arrived: Arrived[];
/** What reached the proxy, by connection: the request's head, and all bytes after it. */
let proxied: { readonly head: string; readonly rest: Buffer[] }[];
let servers: Server[];
let sockets: Set<Socket>;
let origin: number;
let proxy: number;

beforeEach(async () => {
  arrived = [];
  proxied = [];
  sockets = new Set();
  const tlsServer = createTlsServer(
    { cert: readFileSync(CERT), key: readFileSync(KEY) },
    (request, response) => {
      void text(request).then((body) => {
        arrived.push({ method: request.method, headers: request.headers, body });
        response.setHeader('content-type', 'application/json');
        const token = { access_token: 'bearer-canary', expires_in: 3600, token_type: 'bearer' };
        response.end(JSON.stringify(request.method === 'POST' ? token : ['a club']));
      });
    },
  );
  servers = [tlsServer, createServer(tunnel)];
  [origin = 0, proxy = 0] = await Promise.all(servers.map(listening));
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
});

async function listening(server: Server): Promise<number> {
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A forward proxy. It opens tunnels, and answers whatever else it is asked with an error. */
function tunnel(client: Socket): void {
  client.on('error', () => undefined);
  client.once('data', (bytes) => {
    const head = bytes.toString('latin1');
    const rest: Buffer[] = [];
    proxied.push({ head, rest });
    const [, port] = /^CONNECT localhost:(\d+) /.exec(head) ?? [];
    if (port === undefined) {
      client.end('HTTP/1.1 500 Not a tunnel\r\nconnection: close\r\n\r\n');
      return;
    }
    const upstream = connect(Number(port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.on('data', (more: Buffer) => rest.push(more));
      client.pipe(upstream).pipe(client);
    });
    upstream.on('error', () => client.destroy());
  });
}

function base64Of(secret: string): string[] {
  // A part of a longer text may begin at each of three places of a group.
  return [0, 1, 2].map((shift) =>
    Buffer.from(' '.repeat(shift) + secret)
      .toString('base64')
      .slice(4, -4),
  );
}

/** Has a process of its own make one call to the origin. */
function call(axiosPackage: string, env: Record<string, string>, http: object = {}): Promise<unknown> {
  const options = {
    apiBaseUrl: `https://localhost:${origin}/prefix`,
    apiKey: 'gateway-key-canary',
    tenants: [{ clientToken: 'demoapi', clientId: '1_x', clientSecret: 'client-secret-canary' }],
    tokenRequest: { attempts: 1 },
    http,
  };
  return printedWith(axiosPackage, 'one-call.mjs', {
    argument: options,
    env: { NODE_EXTRA_CA_CERTS: CERT, ...env },
  });
}

function expectSecretsAtOriginOnly(version: string): void {
  const agent = { 'user-agent': `axios/${version}`, 'x-gravitee-api-key': 'gateway-key-canary' };
  expect(arrived).toEqual([
    expect.objectContaining({
      method: 'POST',
      headers: expect.objectContaining(agent),
      body: expect.stringContaining('client_secret=client-secret-canary'),
    }),
    expect.objectContaining({
      method: 'GET',
      headers: expect.objectContaining({ ...agent, authorization: 'Bearer bearer-canary' }),
    }),
  ]);
  for (const { head, rest } of proxied) {
    expect(head.split('\r\n')[0]).toBe(`CONNECT localhost:${origin} HTTP/1.1`);
    const bytes = head + Buffer.concat(rest).toString('latin1');
    expect(rest).not.toHaveLength(0);
    expect(TRACES.filter((trace) => bytes.includes(trace))).toEqual([]);
  }
}

describe.each(AXIOSES)(
  'An origin whose certificate nobody vouches for, with %s (%s)',
  (axiosPackage, version) => {
    it.each([{}, { TEST_UNDICI: '1' }])('gets no token request and no call: %j', async (more) => {
      expect(await call(axiosPackage, { NODE_EXTRA_CA_CERTS: '', ...more })).toEqual({
        code: 'network_error',
        message: expect.stringMatching(/certificate.*NODE_EXTRA_CA_CERTS/s),
        bare: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT', message: expect.any(String) },
      });
      expect(arrived).toEqual([]);
    });

    it.each([{}, { TEST_UNDICI: '1' }])(
      'gets both where its CA is in NODE_EXTRA_CA_CERTS: %j',
      async (more) => {
        expect(await call(axiosPackage, more)).toEqual({ status: 200, data: ['a club'] });
        expectSecretsAtOriginOnly(version);
      },
    );
  },
);

describe.each(AXIOSES)('Through an http proxy, with %s (%s)', (axiosPackage, version) => {
  it('of HTTPS_PROXY, token and call go to an https base in tunnels: the proxy gets its password, host and port', async () => {
    const env = { HTTPS_PROXY: `http://me:password@127.0.0.1:${proxy}` };
    expect(await call(axiosPackage, env)).toEqual({ status: 200, data: ['a club'] });
    const credentials = `Proxy-Authorization: Basic ${Buffer.from('me:password').toString('base64')}`;
    expect(proxied.map(({ head }) => head)).toEqual(
      Array(2).fill(expect.stringMatching(new RegExp(`\r\n${credentials}\r\n`, 'i'))),
    );
    expectSecretsAtOriginOnly(version);
  });

  it('of HTTPS_PROXY, the call goes in a tunnel with undiciAdapter() too', async () => {
    const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy}`, TEST_UNDICI: '1' };
    expect(await call(axiosPackage, env)).toEqual({ status: 200, data: ['a club'] });
    expect(proxied).toHaveLength(2);
    expectSecretsAtOriginOnly(version);
  });

  it.each(['ALL_PROXY', 'https_proxy', 'all_proxy'])('of %s, token and call go in tunnels', async (name) => {
    expect(await call(axiosPackage, { [name]: `http://127.0.0.1:${proxy}` })).toMatchObject({ status: 200 });
    expect(proxied).toHaveLength(2);
    expectSecretsAtOriginOnly(version);
  });

  it.each([{}, { TEST_UNDICI: '1' }])(
    'of HTTPS_PROXY, nothing goes to it for a host of NO_PROXY: %j',
    async (more) => {
      const env = { HTTPS_PROXY: `http://127.0.0.1:${proxy}`, NO_PROXY: 'example.test,localhost', ...more };
      expect(await call(axiosPackage, env)).toEqual({ status: 200, data: ['a club'] });
      expect(proxied).toEqual([]);
      expectSecretsAtOriginOnly(version);
    },
  );

  it('of `http.axios`, calls go in a tunnel; the token request goes without it', async () => {
    const http = { axios: { proxy: { protocol: 'http', host: '127.0.0.1', port: proxy } } };
    expect(await call(axiosPackage, {}, http)).toEqual({ status: 200, data: ['a club'] });
    expect(proxied).toHaveLength(1);
    expectSecretsAtOriginOnly(version);
  });
});
