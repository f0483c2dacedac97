import { type AxiosAdapter, type AxiosResponse, type InternalAxiosRequestConfig, isAxiosError } from 'axios';

import type { Tenant } from '../../tenants/tenant.js';
import type { TokenCache } from '../../token/cache/token-cache.js';
import { type CallCredentials, OurHeaders, withOurHeaders } from './api-headers.js';
import { chainRoot, normalisedWithin } from '../target/api-url.js';
import { guardRedirects, guardTransport } from './redirect-guard.js';
import { referTo, Scrubber } from './scrub.js';
import { throwIfCancelled } from './cancellation.js';

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
 * @throws CanceledError
 * @throws ResamaniaRequestError `invalid_request`
 */
export function dispatch(
  call: ReadyCall,
  config: InternalAxiosRequestConfig,
  adapter: AxiosAdapter,
  answered: (tenant: Tenant, headers: AxiosResponse['headers']) => void,
): Dispatched {
  throwIfCancelled(config);
  let hasLeft = false;
  const ours = new OurHeaders(call.tenant.apiKeyHeader);
  const scrubber = new Scrubber(config, ours);
  const outgoing = addressed(config, call.url);
  outgoing.headers = withOurHeaders(config, call) as InternalAxiosRequestConfig['headers'];
  const stays = (href: string) => normalisedWithin(chainRoot(call.tenant), href) !== undefined;
  outgoing.beforeRedirect = guardRedirects(config.beforeRedirect, ours, stays, () => {
    hasLeft = true;
  });
  if (outgoing.transport !== undefined) guardTransport(outgoing);
  // `fetch` follows redirects by itself, and keeps all headers but `Authorization`.
  outgoing.fetchOptions = { ...config.fetchOptions, redirect: 'manual' };
  // The copy stays behind in what axios' own adapters keep. An adapter of the application's may want to look at it.
  const clean = () => {
    if (typeof config.adapter !== 'function') ours.dropFrom(outgoing.headers);
  };
  const answer = adapter(outgoing).then(
    (response) => {
      clean();
      if (!hasLeft) answered(call.tenant, response.headers);
      return scrubber.response(response);
    },
    (error: unknown) => {
      clean();
      if (!hasLeft && isAxiosError(error) && error.response !== undefined)
        answered(call.tenant, error.response.headers);
      throw scrubber.error(error);
    },
  );
  return { call, answer, leftTheApi: () => hasLeft };
}

/** Sends a call without anything of ours but its URL. */
export function dispatchBare(
  url: string | undefined,
  config: InternalAxiosRequestConfig,
  adapter: AxiosAdapter,
): Promise<AxiosResponse> {
  if (url === undefined) return adapter(config);
  return adapter(addressed(config, url)).then(
    (response) => Object.assign(response, { config }),
    (error: unknown) => {
      if (isAxiosError(error)) referTo(config, error);
      throw error;
    },
  );
}

/**
 * A copy of the config that leads to this URL and to no other. Key by key: the configs of axios have no prototype, and
 * spreading such an object takes four times as long.
 */
function addressed(config: InternalAxiosRequestConfig, url: string): InternalAxiosRequestConfig {
  const source = config as unknown as Record<PropertyKey, unknown>;
  const copy: Record<PropertyKey, unknown> = {};
  for (const key of Object.keys(source)) copy[key] = source[key];
  for (const key of Object.getOwnPropertySymbols(source)) copy[key] = source[key];
  copy['url'] = url;
  copy['baseURL'] = undefined;
  return copy as unknown as InternalAxiosRequestConfig;
}
