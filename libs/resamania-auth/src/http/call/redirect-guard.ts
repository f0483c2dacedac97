import {
  type AxiosAdapter,
  type AxiosRequestConfig,
  type AxiosResponse,
  getAdapter,
  type InternalAxiosRequestConfig,
} from 'axios';

import { within } from '../target/api-url.js';
import type { OurHeaders } from './api-headers.js';

type BeforeRedirect = NonNullable<AxiosRequestConfig['beforeRedirect']>;

/** axios' adapter for Node, to which alone `maxRedirects: 0` means that Node's own client sends the request. */
const NODE_ADAPTER = getAdapter('http');

/**
 * Whether a call can leave without the machinery of redirects, which costs a tenth of a call and which the API hardly
 * ever needs. If the answer is a redirect after all, the call is made once more, with it: so only where that does no
 * harm, and where the caller has no say in redirects.
 */
export function canGoDirect(config: InternalAxiosRequestConfig, adapter: AxiosAdapter): boolean {
  if (adapter !== NODE_ADAPTER) return false;
  const { method, data, maxRedirects, beforeRedirect, transport } = config;
  return (
    (method === 'get' || method === 'head') &&
    data === undefined &&
    maxRedirects === undefined &&
    beforeRedirect === undefined &&
    transport === undefined
  );
}

/** Has a call leave directly. Node's own client needs no timer beside that of the call. */
export function goDirect(outgoing: AxiosRequestConfig): void {
  outgoing.maxRedirects = 0;
  outgoing.timeout = 0;
}

/** Whether an answer leads elsewhere. */
export function isRedirect({ status, headers }: AxiosResponse): boolean {
  return status >= 300 && status < 400 && headers['location'] !== undefined;
}

/** The options of the next request, as far as they say where it goes. */
const DESTINATION = [
  'protocol',
  'hostname',
  'host',
  'port',
  'path',
  'href',
  'socketPath',
  'auth',
  'agent',
  'agents',
  'lookup',
  'createConnection',
  'servername',
  'nativeProtocols',
] as const;

type NextRequest = { headers?: object } & { readonly [K in (typeof DESTINATION)[number]]?: unknown };

interface Transport {
  request(options: { beforeRedirects?: Record<string, unknown> }, ...rest: unknown[]): unknown;
}

/**
 * Watches the redirects of one request. One that leaves the tenant's URLs goes on without our headers, and they do not
 * come back. The caller's own hook sees what the caller wrote, never our headers; where it leads the request elsewhere,
 * that goes on without them.
 */
export class RedirectGuard {
  readonly #root: string;
  readonly #ours: OurHeaders;
  /** Whether a redirect led to where our headers do not go. */
  hasLeft = false;

  /** @param root - What all URLs begin with that may carry our headers. */
  constructor(root: string, ours: OurHeaders) {
    this.#root = root;
    this.#ours = ours;
  }

  /** Puts the guard into a request that is about to leave. */
  watch(outgoing: AxiosRequestConfig): void {
    const { beforeRedirect: callers, transport } = outgoing;
    const beforeRedirect: BeforeRedirect = (options, response, request) =>
      this.#before(callers, options, response, request);
    outgoing.beforeRedirect = beforeRedirect;
    if (transport !== undefined) outgoing.transport = guarded(transport as Transport, beforeRedirect);
    // `fetch` follows redirects by itself, and keeps all headers but `Authorization`.
    outgoing.fetchOptions = { ...outgoing.fetchOptions, redirect: 'manual' };
  }

  #before(callers: BeforeRedirect | undefined, ...args: Parameters<BeforeRedirect>): void {
    const [options, response, request] = args;
    const next = options as NextRequest;
    const stays = typeof next.href === 'string' && within(this.#root, next.href) !== undefined;
    if (callers === undefined && stays) return;
    const ours = this.#ours.takeFrom(next.headers);
    if (callers !== undefined) {
      const shown = { ...request?.headers };
      this.#ours.takeFrom(shown);
      const before = DESTINATION.map((key) => next[key]);
      callers(options, response, { ...request, headers: shown });
      // Where the hook led elsewhere, the text that was checked says nothing any more.
      if (stays && DESTINATION.every((key, at) => next[key] === before[at])) {
        next.headers = { ...ours, ...next.headers };
        return;
      }
    }
    this.hasLeft = true;
  }
}

/** A transport of the caller's own may follow redirects too, but axios does not give it the hook: so this does. */
function guarded(transport: Transport, beforeRedirect: BeforeRedirect): Transport {
  return {
    request: (options, ...rest) => {
      if (options.beforeRedirects !== undefined) options.beforeRedirects['config'] = beforeRedirect;
      return transport.request(options, ...rest);
    },
  };
}
