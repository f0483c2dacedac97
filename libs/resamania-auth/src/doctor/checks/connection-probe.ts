import { lookup } from 'node:dns/promises';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';

import { portOf } from '../../options/checks/base-url.js';

export interface Endpoint {
  /** As it stands in a URL, an IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

/** How the doctor looks at the network. Promises fail with the system's error, whose `code` is what matters. */
export interface ConnectionProbe {
  /** Whether requests to a URL go through a proxy. */
  usesProxy(url: string): boolean;
  /** How many addresses a name has. */
  resolve(host: string): Promise<number>;
  /**
   * Connects, with TLS and a check of the certificate where that is asked for, and closes at once. Aborting hangs up.
   * @returns when the server's certificate ends, in milliseconds since the epoch; `undefined` without TLS
   */
  connect(endpoint: Endpoint, signal: AbortSignal): Promise<number | undefined>;
}

/** The network of this machine. */
export const systemProbe: ConnectionProbe = {
  usesProxy: (url) => isProxied(url, process.env),

  async resolve(host) {
    return (await lookup(host, { all: true })).length;
  },

  connect({ host, port, isTls }, signal) {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      // An address is no server name: RFC 6066 wants host names only.
      const servername = /^[\d.]+$|:/.test(host) ? '' : host;
      const socket: Socket = isTls ? connectTls({ host, port, servername }) : connectTcp({ host, port });
      const hangUp = () => {
        socket.destroy();
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', hangUp, { once: true });
      socket.once(isTls ? 'secureConnect' : 'connect', () => {
        resolve(certificateEnd(socket));
        socket.destroy();
      });
      // For good: a socket that was told to end may still complain.
      socket.on('error', reject);
      socket.once('close', () => signal.removeEventListener('abort', hangUp));
    });
  },
};

function certificateEnd(socket: Socket): number | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const end = Date.parse(socket.getPeerCertificate().valid_to);
  return Number.isNaN(end) ? undefined : end;
}

/** Whether the environment names a proxy for a URL, by the rules of axios: `NO_PROXY` lists the exceptions. */
export function isProxied(url: string, env: NodeJS.ProcessEnv): boolean {
  const variable = (name: string) => env[name] || env[name.toUpperCase()] || '';
  const parsed = new URL(url);
  const { protocol, hostname } = parsed;
  const scheme = protocol.slice(0, -1);
  if (variable(`${scheme}_proxy`) === '' && variable('all_proxy') === '') return false;
  const port = portOf(parsed);
  const exceptions = variable('no_proxy')
    .toLowerCase()
    .split(/[,\s]+/);
  return !exceptions.some((exception) => {
    const [, host, only] = /^(.+?)(?::(\d+))?$/.exec(exception) ?? [];
    if (host === undefined || (Number(only) || port) !== port) return false;
    return /^[.*]/.test(host) ? hostname.endsWith(host.replace('*', '')) : hostname === host;
  });
}
