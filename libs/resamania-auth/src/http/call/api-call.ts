import {
  type AxiosAdapter,
  type AxiosError,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
  isAxiosError,
} from 'axios';

import type { RetryOn401 } from '../../options/resamania-auth-options.js';
import type { Tenant } from '../../tenants/tenant.js';
import type { TokenCache } from '../../token/cache/token-cache.js';
import { noteNotReplayed } from '../../gateway/api-error.js';
import { discardAnswer, readAnswerBody } from './bodies.js';
import { canSendAgain } from './body-resend.js';
import { dispatch, type Dispatched, type ReadyCall } from './dispatch.js';
import { classifyUnauthorized } from '../../gateway/unauthorized.js';
import { waitBeforeSending } from './cancellation.js';

/** One API call with its token, from the first request to the answer that the caller gets. */
export interface ApiExchangePorts {
  readonly config: InternalAxiosRequestConfig;
  readonly adapter: AxiosAdapter;
  readonly retryOn401: RetryOn401;
  /** Told of every answer of the API, good or bad. */
  answered(tenant: Tenant, headers: AxiosResponse['headers']): void;
  /** Told before the call is sent again. */
  replaying(cache: TokenCache): void;
  /** Authorises the call anew, for the replay; `undefined` where it may not have a token any more. */
  authorize(): ReadyCall | Promise<ReadyCall | undefined> | undefined;
}

/** Hands the answer over as it came: returns it, or throws it as the error that it came as, with a note if given. */
type Surface = (note?: (error: unknown) => unknown) => AxiosResponse;

/** Sends a call that is ready, and follows the 401 policy. */
export function exchange(first: ReadyCall, ports: ApiExchangePorts): Promise<AxiosResponse> {
  const sent = dispatch(first, ports.config, ports.adapter, ports.answered);
  if (ports.retryOn401 === 'off') return sent.answer;
  return sent.answer.then(
    (response) =>
      response.status === 401 ? afterUnauthorized(sent, response, () => response, ports) : response,
    (error: unknown) => {
      const response = unauthorizedAnswer(error);
      if (response === undefined) throw error;
      return afterUnauthorized(sent, response, (note) => rethrow(note?.(error) ?? error), ports);
    },
  );
}

/**
 * What to do after a 401:
 * the gateway's, or from where our headers did not go: hand it over. Else the token is replaced by the current one or
 * by a new one, where that may help, and the request is sent again: once, and only if its body can be sent again.
 * A renewal that fails is what the caller is told then.
 */
async function afterUnauthorized(
  sent: Dispatched,
  response: AxiosResponse,
  surface: Surface,
  ports: ApiExchangePorts,
): Promise<AxiosResponse> {
  const { config, adapter, retryOn401 } = ports;
  const { cache, token } = sent.call;
  if (sent.leftTheApi()) return surface();
  const body = await waitBeforeSending(readAnswerBody(response), config);
  if (classifyUnauthorized(response.headers, body) === 'gateway') {
    sent.call.tenant.distrustApiKey(sent.call.apiKey);
    return surface();
  }
  const isReplayable = canSendAgain(config.data);
  if (retryOn401 === 'invalidate' || !isReplayable) {
    renewInBackground(cache, token.value);
    return surface(isReplayable ? undefined : noteNotReplayed);
  }
  const again = await waitBeforeSending(authorizeAnew(sent.call, ports), config).catch((error: unknown) => {
    discardAnswer(response);
    throw error;
  });
  if (again === undefined) return surface();
  discardAnswer(response);
  ports.replaying(again.cache);
  return dispatch(again, config, adapter, ports.answered).answer;
}

/** The call with another token than the one that was rejected; `undefined` where there is none, or none would help. */
async function authorizeAnew(
  { cache, token: rejected }: ReadyCall,
  { authorize }: ApiExchangePorts,
): Promise<ReadyCall | undefined> {
  const replacement = await cache.replaceRejected(rejected.value);
  if (replacement === undefined) return undefined;
  const call = await authorize();
  return call?.token.value === rejected.value ? undefined : call;
}

function renewInBackground(cache: TokenCache, rejected: string): void {
  // Whoever asks for the token next is told why it failed; here nobody asks.
  cache.replaceRejected(rejected).catch(() => undefined);
}

function unauthorizedAnswer(error: unknown): AxiosResponse | undefined {
  if (!isAxiosError(error)) return undefined;
  const { response }: AxiosError = error;
  return response?.status === 401 ? response : undefined;
}

function rethrow(error: unknown): never {
  throw error;
}
