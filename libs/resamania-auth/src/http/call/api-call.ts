import {
  type AxiosAdapter,
  type AxiosResponse,
  getAdapter,
  type InternalAxiosRequestConfig,
  isAxiosError,
} from 'axios';

import { noteNotReplayed } from '../../gateway/api-error.js';
import type { HeaderBag } from '../../gateway/limits.js';
import { classifyUnauthorized } from '../../gateway/unauthorized.js';
import type { RetryOn401 } from '../../options/resamania-auth-options.js';
import type { TokenEngine } from '../../token/token-engine.js';
import { tenantRoot } from '../target/api-url.js';
import type { Binding } from '../target/call-target.js';
import { outgoingConfig } from '../target/outgoing-config.js';
import { OurHeaders, withOurHeaders } from './api-headers.js';
import type { BareCall, CallAuthorizer, ReadyCall } from './authorize.js';
import { canSendAgain, discardAnswer, readableBody } from './bodies.js';
import type { CallsUnderWay, CallUnderWay } from './calls-under-way.js';
import { waitBeforeSending } from './cancellation.js';
import { canGoDirect, goDirect, isRedirect, RedirectGuard } from './redirect-guard.js';
import { Scrubber } from './scrub.js';

/** What is sent: the caller's own config, which never holds our headers, and what it is sent with. */
interface ApiRequest {
  readonly config: InternalAxiosRequestConfig;
  readonly adapter: AxiosAdapter;
  /** Whether it leaves without the machinery of redirects. */
  readonly isDirect: boolean;
  readonly underWay: CallUnderWay;
}

/** Hands an answer over as it came: returns it, or throws the error that it came as, with a note if given. */
type Surface = (note?: (error: unknown) => unknown) => AxiosResponse;

/** Makes API calls: authorises, sends, judges a 401, and sends once more. */
export class ApiCalls {
  readonly #authorizer: CallAuthorizer;
  readonly #engine: TokenEngine;
  readonly #retryOn401: RetryOn401;
  readonly #underWay: CallsUnderWay;

  constructor(authorizer: CallAuthorizer, engine: TokenEngine, policy: RetryOn401, underWay: CallsUnderWay) {
    this.#authorizer = authorizer;
    this.#engine = engine;
    this.#retryOn401 = policy;
    this.#underWay = underWay;
  }

  /**
   * Stands in for the adapter of one request. With a token at hand nothing is waited for.
   * @param wanted - The adapter that the request would have used.
   * @param current - The tenant of the `ResamaniaTenantContext` that the request was made in.
   */
  make(
    config: InternalAxiosRequestConfig,
    wanted: NonNullable<InternalAxiosRequestConfig['adapter']>,
    binding: Binding,
    current: string | undefined,
  ): Promise<AxiosResponse> {
    // Back in its place: who sends this config again must meet our interceptor, not the leftovers of this call.
    config.adapter = wanted;
    const underWay = this.#underWay.begin(config);
    try {
      const adapter = typeof wanted === 'function' ? wanted : getAdapter(wanted, config);
      const request = { config, adapter, isDirect: canGoDirect(config, adapter), underWay };
      const call = this.#authorizer.authorize(config, binding, current);
      return call instanceof Promise
        ? underWay.finish(async () => this.#start(await waitBeforeSending(call, config, underWay), request))
        : this.#start(call, request);
    } catch (error) {
      underWay.over();
      return Promise.reject(error as Error);
    }
  }

  #start(call: ReadyCall | BareCall | undefined, request: ApiRequest): Promise<AxiosResponse> {
    if (call === undefined) {
      request.underWay.over();
      return request.adapter(request.config);
    }
    return call.token === undefined ? sendBare(call, request) : this.#send(call, request, this.#retryOn401);
  }

  /**
   * Our headers are on a copy of the config that nobody else sees. Neither the answer nor a failure holds them.
   * @throws CanceledError
   * @throws ResamaniaRequestError `invalid_request`
   */
  #send(call: ReadyCall, request: ApiRequest, on401: RetryOn401): Promise<AxiosResponse> {
    const { config, adapter, isDirect, underWay } = request;
    underWay.throwIfRequested();
    const ours = new OurHeaders(call.tenant.apiKeyHeader);
    const scrubber = new Scrubber(config, ours);
    const guard = isDirect ? undefined : new RedirectGuard(tenantRoot(call.tenant), ours);
    const outgoing = addressed(request, call.url);
    outgoing.headers = withOurHeaders(config, call) as InternalAxiosRequestConfig['headers'];
    if (guard === undefined) goDirect(outgoing);
    else guard.watch(outgoing);
    const answered = (response: AxiosResponse, surface: Surface) => {
      if (isDirect && isRedirect(response)) {
        discardAnswer(response);
        return underWay.finish(() => this.#send(call, { ...request, isDirect: false }, on401));
      }
      // From elsewhere it is not about our token, nor about our limits.
      if (guard?.hasLeft === true) return surface();
      this.#engine.noteLimits(call.tenant, response.headers as HeaderBag);
      if (response.status !== 401 || on401 === 'off') return surface();
      return underWay.finish(() => this.#afterUnauthorized(call, request, response, surface, on401));
    };
    return adapter(outgoing).then(
      (response) => answered(scrubber.response(response), () => underWay.answered(response)),
      (error: unknown) => {
        const failure = scrubber.error(error);
        const response = isAxiosError(failure) ? failure.response : undefined;
        const surface: Surface = (note) => {
          underWay.over(response?.data);
          throw note?.(failure) ?? failure;
        };
        return response === undefined ? surface() : answered(response, surface);
      },
    );
  }

  /**
   * What to do after a 401. The gateway's is handed over. Else the token is replaced by the current one or by a new one,
   * where that may help, and the request is sent again: once, and only if its body can be sent again. If the renewal
   * fails, the caller gets that error.
   */
  async #afterUnauthorized(
    call: ReadyCall,
    request: ApiRequest,
    response: AxiosResponse,
    surface: Surface,
    on401: RetryOn401,
  ): Promise<AxiosResponse> {
    const { config } = request;
    if (classifyUnauthorized(response.headers, readableBody(response)) === 'gateway') {
      call.tenant.distrustApiKey(call.apiKey);
      return surface();
    }
    const isReplayable = canSendAgain(config.data);
    if (on401 === 'invalidate' || !isReplayable) {
      // If it fails, whoever asks for the token next gets the error; here nobody waits.
      call.cache.replaceRejected(call.token.value).catch(() => undefined);
      return surface(isReplayable ? undefined : noteNotReplayed);
    }
    const again = await waitBeforeSending(this.#renew(call), config, request.underWay).catch(
      (error: unknown) => {
        discardAnswer(response);
        throw error;
      },
    );
    if (again === undefined) return surface();
    discardAnswer(response);
    this.#engine.noteReplay(again.cache, (config.method ?? 'get').toUpperCase());
    return this.#send(again, request, 'off');
  }

  /** The call with another token than the one that was rejected; `undefined` where there is none, or none would help. */
  async #renew(call: ReadyCall): Promise<ReadyCall | undefined> {
    const rejected = call.token.value;
    const replacement = await call.cache.replaceRejected(rejected);
    const again = replacement && (await this.#authorizer.renew(call, replacement));
    return again?.token.value === rejected ? undefined : again;
  }
}

/** Sends a call without anything of ours but its URL. The outcome refers to the caller's own config. */
function sendBare({ url }: BareCall, request: ApiRequest): Promise<AxiosResponse> {
  const { config, adapter, underWay } = request;
  return adapter(addressed(request, url)).then(
    (response) => underWay.answered(Object.assign(response, { config })),
    (error: unknown) => {
      underWay.over();
      if (!isAxiosError(error)) throw error;
      if (error.response !== undefined) error.response.config = config;
      throw Object.assign(error, { config });
    },
  );
}

/** A copy of the config that leads to this URL, and is cancelled when its call is. */
function addressed({ config, underWay }: ApiRequest, url: string): InternalAxiosRequestConfig {
  const outgoing = outgoingConfig(config, url);
  outgoing.cancelToken = underWay;
  underWay.url = url;
  return outgoing;
}
