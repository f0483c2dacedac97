import { describe, expect, it } from '@jest/globals';

import { systemClock } from '../../clock.js';
import { checkConnection, type ConnectionPorts } from './connection-check.js';
import type { ConnectionProbe, Endpoint } from './connection-probe.js';
import { DAY_MS } from './words.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');

function ports(probe: Partial<ConnectionProbe>): ConnectionPorts {
  return {
    probe: {
      usesProxy: () => false,
      resolve: async () => 2,
      connect: async () => undefined,
      ...probe,
    },
    clock: { now: () => NOW, after: systemClock.after },
    timeoutMs: 20,
  };
}

function ending(inMs: number): Partial<ConnectionProbe> {
  return { connect: async () => NOW + inMs };
}

describe('checkConnection', () => {
  it.each<[string, Endpoint]>([
    ['https://host/x', { host: 'host', port: 443, isTls: true }],
    ['http://localhost', { host: 'localhost', port: 80, isTls: false }],
    ['https://[::1]:8443', { host: '::1', port: 8443, isTls: true }],
  ])('connects to where %s leads', async (url, endpoint) => {
    const seen: Endpoint[] = [];
    const connect: ConnectionProbe['connect'] = async (to) => {
      seen.push(to);
      return undefined;
    };
    expect((await checkConnection(url, ports({ connect }))).verdict).toBe('ok');
    expect(seen).toEqual([endpoint]);
  });

  it('says when the certificate ends, and warns two weeks before', async () => {
    expect(await checkConnection('https://host', ports(ending(14 * DAY_MS)))).toMatchObject({
      verdict: 'ok',
      detail: expect.stringContaining('TLS valid until 2026-01-15'),
    });
    expect(await checkConnection('https://host', ports(ending(14 * DAY_MS - 1)))).toMatchObject({
      verdict: 'warning',
      detail: expect.stringContaining('ends in 13 days, on 2026-01-14'),
    });
    expect((await checkConnection('https://host', ports(ending(DAY_MS)))).detail).toContain('in 1 day,');
  });

  it('gives up in time, and hangs up', async () => {
    let signal: AbortSignal | undefined;
    const connect: ConnectionProbe['connect'] = (_to, given) => {
      signal = given;
      return new Promise(() => {});
    };
    const found = await checkConnection('https://host', ports({ connect }));
    expect(found).toMatchObject({
      verdict: 'failed',
      code: 'timeout',
      detail: expect.stringContaining('0.02 s'),
    });
    expect(signal?.aborted).toBe(true);
  });

  it('leaves it to a proxy', async () => {
    const connect = () => Promise.reject(new Error('not to be called'));
    expect(await checkConnection('https://host', ports({ usesProxy: () => true, connect }))).toMatchObject({
      verdict: 'not checked',
      detail: expect.stringContaining('a proxy is in use'),
    });
  });

  it.each([
    ['ENOTFOUND', /no host named host/, /name resolution/],
    ['EAI_AGAIN', /cannot be resolved/, /name servers/],
    ['ECONNREFUSED', /nothing listens/, /port/],
    ['EHOSTUNREACH', /no route to host/, /VPN/],
    ['CERT_HAS_EXPIRED', /has expired/, /clock/],
    ['CERT_NOT_YET_VALID', /not valid yet/, /clock/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /another host name/, /proxy/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /self-signed/, /NODE_EXTRA_CA_CERTS/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /cannot be verified/, /whole chain/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', /TLS handshake with host failed/, /without TLS/],
    ['ECONNRESET', /closed the connection/, /firewall/],
    ['EWHATEVER', /could not be reached/, /proxy and firewall/],
  ])('knows %s', async (code, detail, remedy) => {
    const connect = () => Promise.reject(Object.assign(new Error('secret'), { code }));
    const found = await checkConnection('https://host', ports({ connect }));
    expect(found).toMatchObject({ verdict: 'failed', code: 'network_error' });
    expect(found.detail).toMatch(detail);
    expect(found.detail).toContain(`(${code})`);
    expect(found.remedy).toMatch(remedy);
    expect(JSON.stringify(found)).not.toContain('secret');
  });

  it('looks into an error of several addresses, and prints no odd code', async () => {
    const failing = (cause: unknown) => ({ connect: () => Promise.reject(cause as Error) });
    const many = new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })]);
    expect((await checkConnection('https://host', ports(failing(many)))).detail).toContain('ECONNREFUSED');
    const odd = Object.assign(new Error('x'), { code: 'a secret' });
    expect((await checkConnection('https://host', ports(failing(odd)))).detail).not.toContain('secret');
  });
});
