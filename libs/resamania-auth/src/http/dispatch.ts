import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios';

import type { TokenCache } from '../token/token-cache.js';
import { type CallCredentials, dropOurHeaders, withOurHeaders } from './api-headers.js';
import { chainRoot, normalisedWithin } from './api-url.js';
import { throwIfCancelled } from './cancellation.js';
import { guardRedirects } from './redirect-guard.js';
import { scrubError, scrubResponse } from './scrub.js';

/** A call with all that it needs to leave. */
export interface ReadyCall extends CallCredentials {
  readonly cache: TokenCache;
  readonly url: string;
}

/** A call under way. */
export interface Dispatched {
  readonly call: ReadyCall;
  /** The answer, or the adapter's failure; neither holds our headers. */
  readonly answer: Promise<AxiosResponse>;
  /** Whether a redirect led to where our headers do not go. */
  leftTheApi(): boolean;
}

/**
 * Sends a call through the adapter. Our headers are on a copy of the config that nobody else sees: the caller's own
 * config, which responses and errors refer to, never holds them, and can be sent again as it is.
 */
export function dispatch(
  call: ReadyCall,
  config: InternalAxiosRequestConfig,
  adapter: AxiosAdapter,
): Dispatched {
  let left = false;
  const outgoing: InternalAxiosRequestConfig = { ...config, url: call.url };
  delete outgoing.baseURL;
  const answer = send();
  return { call, answer, leftTheApi: () => left };

  async function send(): Promise<AxiosResponse> {
    throwIfCancelled(config);
    outgoing.headers = withOurHeaders(config, call) as InternalAxiosRequestConfig['headers'];
    outgoing.beforeRedirect = guardRedirects(
      config.beforeRedirect,
      (href) => normalisedWithin(chainRoot(call.tenant), href) !== undefined,
      () => {
        left = true;
      },
    );
    try {
      return scrubResponse(await adapter(outgoing), config);
    } catch (error) {
      throw scrubError(error, config);
    } finally {
      // What fails later, a stream for instance, refers to this copy.
      dropOurHeaders(outgoing.headers);
    }
  }
}
