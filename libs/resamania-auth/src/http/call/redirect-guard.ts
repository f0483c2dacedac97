import type { AxiosRequestConfig } from 'axios';

import type { OurHeaders } from './api-headers.js';

type BeforeRedirect = NonNullable<AxiosRequestConfig['beforeRedirect']>;

/**
 * Runs before a redirect is followed. One that leaves goes on without our headers, and they do not come back; the
 * caller's own hook runs after that, and does not get to see them either.
 * @param stays - Whether a redirect to this URL may carry them.
 * @param left - Called when they were dropped.
 */
export function guardRedirects(
  callers: BeforeRedirect | undefined,
  ours: OurHeaders,
  stays: (href: string) => boolean,
  left: () => void,
): BeforeRedirect {
  return (options, response, request) => {
    const { href, headers } = options as { href?: unknown; headers?: object };
    if (typeof href === 'string' && stays(href)) return callers?.(options, response, request);
    ours.dropFrom(headers);
    left();
    if (callers === undefined) return undefined;
    const shown = { ...request?.headers };
    ours.dropFrom(shown);
    return callers(options, response, { ...request, headers: shown });
  };
}

interface Transport {
  request(options: { beforeRedirects?: Record<string, unknown> }, ...rest: unknown[]): unknown;
}

/** A transport of the caller's own may follow redirects too, but axios tells it of no hook: tell it of this one. */
export function guardTransport(outgoing: AxiosRequestConfig): void {
  const transport = outgoing.transport as Transport;
  const { beforeRedirect } = outgoing;
  outgoing.transport = {
    request: (options, ...rest) => {
      if (options.beforeRedirects !== undefined) options.beforeRedirects['config'] = beforeRedirect;
      return transport.request(options, ...rest);
    },
  } satisfies Transport;
}
