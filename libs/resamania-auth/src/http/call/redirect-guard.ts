import type { AxiosRequestConfig } from 'axios';

import { within } from '../target/api-url.js';
import type { OurHeaders } from './api-headers.js';

type BeforeRedirect = NonNullable<AxiosRequestConfig['beforeRedirect']>;

interface Transport {
  request(options: { beforeRedirects?: Record<string, unknown> }, ...rest: unknown[]): unknown;
}

/**
 * Watches the redirects of one request. One that leaves the tenant's URLs goes on without our headers, and they do not
 * come back; the caller's own hook runs after that, and does not get to see them either.
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
    const { href, headers } = options as { href?: unknown; headers?: object };
    if (typeof href === 'string' && within(this.#root, href) !== undefined) {
      callers?.(options, response, request);
      return;
    }
    this.hasLeft = true;
    this.#ours.dropFrom(headers);
    if (callers === undefined) return;
    const shown = { ...request?.headers };
    this.#ours.dropFrom(shown);
    callers(options, response, { ...request, headers: shown });
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
