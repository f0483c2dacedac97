import type { ConnectionOptions } from 'node:tls';

import { type AxiosAdapter, type AxiosResponse, getAdapter, type InternalAxiosRequestConfig } from 'axios';

import { isWithinUndici } from './capability.js';
import { Dialler } from './dialler.js';
import { Refusal } from './exchange.js';
import { firstHop } from './first-hop.js';
import { UndiciCall } from './undici-call.js';

/** An adapter with connections of its own. */
export interface UndiciAdapter extends AxiosAdapter {
  /** Lets calls that are under way finish, then closes the connections. Later calls go to the fallback. */
  close(): Promise<void>;
}

export interface UndiciAdapterOptions {
  /**
   * What sends the requests that undici cannot send, or not in the same way.
   * @default axios' own adapter for Node
   */
  readonly fallback?: AxiosAdapter;
  /**
   * Where proxy variables are looked up, at every request.
   * @default process.env
   */
  readonly environment?: NodeJS.ProcessEnv;
  /**
   * How TLS connections are made, as for `tls.connect`: a certificate authority of one's own, a client certificate.
   * @default Node's own defaults
   */
  readonly tls?: ConnectionOptions;
}

/**
 * An axios adapter that behaves like axios' own for Node, on a keep-alive pool of undici's. Requests that ask for more
 * than it can do (agents, proxies, sockets, streamed uploads, progress, HTTP/2) go to the other adapter as they are.
 */
export function createUndiciAdapter(options: UndiciAdapterOptions = {}): UndiciAdapter {
  const { fallback = getAdapter('http'), environment = process.env } = options;
  const dialler = new Dialler(options.tls);
  let closing: Promise<void> | undefined;

  const adapter = (config: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
    const isOurs = closing === undefined && isWithinUndici(config, environment);
    const first = isOurs ? firstHop(config) : undefined;
    if (first === undefined) return fallback(config);
    return new UndiciCall(config, first).run(dialler).catch((error: unknown) => {
      if (error instanceof Refusal) return fallback(config);
      throw error;
    });
  };
  const close = () => (closing ??= dialler.close());
  return Object.assign(adapter, { close });
}
