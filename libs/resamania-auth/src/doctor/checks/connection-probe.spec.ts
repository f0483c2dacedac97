import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

import { afterEach, describe, expect, it } from '@jest/globals';
import { assert, constantFrom, property, record, subarray } from 'fast-check';

import { isProxied, systemProbe } from './connection-probe.js';

const [cert, key] = ['cert', 'key'].map((name) =>
  readFileSync(new URL(`../../../../../test/support/tls/${name}.pem`, import.meta.url)),
);
const patient = new AbortController().signal;
let server: Server;

afterEach(() => void server.close());

async function portOf(started: Server): Promise<number> {
  server = started.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('systemProbe', () => {
  it('resolves and connects, and hangs up', async () => {
    const tcp = createServer();
    const port = await portOf(tcp);
    const closed = once(tcp, 'connection').then(([socket]) => once(socket.resume(), 'close'));
    expect(await systemProbe.resolve('127.0.0.1')).toBe(1);
    expect(await systemProbe.connect({ host: '127.0.0.1', port, isTls: false }, patient)).toBeUndefined();
    await closed;
  });

  it.each(['localhost', '127.0.0.1'])('refuses a certificate that nobody trusts, at %s', async (host) => {
    const port = await portOf(createTlsServer({ cert, key }));
    await expect(systemProbe.connect({ host, port, isTls: true }, patient)).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });

  it('hangs up when it is told to', async () => {
    const silent = createServer();
    const port = await portOf(silent);
    const hangUp = new AbortController();
    const arrived = once(silent, 'connection');
    const connecting = systemProbe.connect({ host: '127.0.0.1', port, isTls: true }, hangUp.signal);
    const [socket] = await arrived;
    const closed = once(socket.resume(), 'close');
    hangUp.abort(new Error('enough'));
    await expect(connecting).rejects.toThrow('enough');
    await closed;
  });
});

describe('isProxied', () => {
  /** What axios asks. */
  const { getProxyForUrl } = createRequire(createRequire(import.meta.url).resolve('axios'))(
    'proxy-from-env',
  ) as { getProxyForUrl(url: string): string };
  const names = ['HTTP_PROXY', 'https_proxy', 'ALL_PROXY'];
  const exceptions = [
    'host',
    'HOST:443',
    'host:80',
    '.b',
    'a.b',
    '*.b',
    '*',
    '.b:8443',
    '[::1]',
    'host:0',
    ':',
  ];
  const world = record({
    url: constantFrom('https://host/x', 'http://host', 'https://a.b:8443', 'http://[::1]:80', 'https://b'),
    proxies: subarray(names),
    noProxy: subarray(exceptions),
    separator: constantFrom(',', ' ', ', '),
  });

  it('says what axios does', () => {
    const before = { ...process.env };
    const all = [...names, ...names.map((name) => name.toLowerCase()), 'no_proxy', 'NO_PROXY'];
    try {
      assert(
        property(world, ({ url, proxies, noProxy, separator }) => {
          for (const name of all) delete process.env[name];
          for (const name of proxies) process.env[name] = 'http://proxy:3128';
          process.env['NO_PROXY'] = noProxy.join(separator);
          expect(isProxied(url, process.env)).toBe(getProxyForUrl(url) !== '');
        }),
      );
    } finally {
      for (const name of all) delete process.env[name];
      Object.assign(process.env, before);
    }
  });
});
