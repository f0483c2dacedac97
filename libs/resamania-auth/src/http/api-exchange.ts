import {
  type AxiosAdapter,
  type AxiosError,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
  isAxiosError,
} from 'axios';

import type { RetryOn401 } from '../options/resamania-auth-options.js';
import type { TokenCache } from '../token/token-cache.js';
import { discardAnswer, readAnswerBody } from './answer-body.js';
import { canSendAgain } from './body-resend.js';
import { dispatch, type Dispatched, type ReadyCall } from './dispatch.js';
import { noteNotReplayed } from './replay-note.js';
import { classifyUnauthorized } from './unauthorized.js';
import { waitBeforeSending } from './waiting.js';

/** One API call with its token, from the first request to the answer that the caller gets. */
export interface ApiExchangePorts {
  readonly config: InternalAxiosRequestConfig;
  readonly adapter: AxiosAdapter;
  readonly retryOn401: RetryOn401;
  /** Authorises the call anew, for the replay; `undefined` where it may not have a token any more. */
  authorize(): ReadyCall | Promise<ReadyCall | undefined> | undefined;
}

/** Sends a call that is ready, and follows the 401 policy. */
export function exchange(first: ReadyCall, ports: ApiExchangePorts): Promise<AxiosResponse> {
  const sent = dispatch(first, ports.config, ports.adapter);
  if (ports.retryOn401 === 'off') return sent.answer;
  return sent.answer.then(
    (response) =>
      response.status === 401 ? afterUnauthorized(sent, response, () => response, ports) : response,
    (error: unknown) => {
      const response = unauthorizedAnswer(error);
      if (response === undefined) throw error;
      return afterUnauthorized(sent, response, () => rethrow(error), ports);
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
  surface: () => AxiosResponse,
  ports: ApiExchangePorts,
): Promise<AxiosResponse> {
  const { config, adapter, retryOn401 } = ports;
  const { cache, token } = sent.call;
  if (sent.leftTheApi()) return surface();
  const body = await waitBeforeSending(readAnswerBody(response), config);
  if (classifyUnauthorized(response.headers, body) === 'gateway') return surface();
  const isReplayable = canSendAgain(config.data);
  if (retryOn401 === 'invalidate' || !isReplayable) {
    renewInBackground(cache, token.value);
    return isReplayable ? surface() : noteNotReplayed(surface);
  }
  const renewed = await waitBeforeSending(cache.replaceRejected(token.value), config);
  if (renewed === undefined) return surface();
  const again = await waitBeforeSending(Promise.resolve(ports.authorize()), config);
  if (again === undefined || again.token.value === token.value) return surface();
  discardAnswer(response);
  return dispatch(again, config, adapter).answer;
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
