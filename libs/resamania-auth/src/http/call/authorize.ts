import { type AxiosAdapter, type AxiosResponse, getAdapter, type InternalAxiosRequestConfig } from 'axios';

import type { RetryOn401 } from '../../options/resamania-auth-options.js';
import type { Tenant } from '../../tenants/tenant.js';
import type { HeaderBag } from '../../gateway/limits.js';
import type { TokenCache } from '../../token/cache/token-cache.js';
import type { TokenEngine } from '../../token/token-engine.js';
import { exchange } from './api-call.js';
import { hasOwnAuthorization } from './api-headers.js';
import { combinedUrl, isAbsolute } from '../target/api-url.js';
import type { Binding, CallTarget, CallTargets } from '../target/call-target.js';
import { dispatchBare, type ReadyCall } from './dispatch.js';
import { waitBeforeSending } from './cancellation.js';

/** A call with its token, now or later; `undefined` for a host's call that is none of our business. */
type Authorized = ReadyCall | undefined | Promise<ReadyCall | undefined>;

/** Makes API calls: finds the tenant and the URL, gets the token, sends, and follows the 401 policy. */
export class ApiCaller {
  constructor(
    private readonly engine: TokenEngine,
    private readonly targets: CallTargets,
    private readonly retryOn401: RetryOn401,
  ) {}

  readonly #answered = (tenant: Tenant, headers: AxiosResponse['headers']) =>
    this.engine.noteLimits(tenant, headers as HeaderBag);

  /**
   * Stands in for the adapter of one request. With a token at hand nothing is waited for.
   * @param wanted - The adapter that the request would have used.
   * @param current - The tenant of the `ResamaniaTenantContext` that the request was made in.
   */
  call(
    config: InternalAxiosRequestConfig,
    wanted: NonNullable<InternalAxiosRequestConfig['adapter']>,
    binding: Binding,
    current: string | undefined,
  ): Promise<AxiosResponse> {
    // Back in its place: who sends this config again must meet our interceptor, not the leftovers of this call.
    config.adapter = wanted;
    try {
      const adapter = typeof wanted === 'function' ? wanted : getAdapter(wanted, config);
      return this.#send(config, adapter, binding, current);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  #send(
    config: InternalAxiosRequestConfig,
    adapter: AxiosAdapter,
    binding: Binding,
    current: string | undefined,
  ): Promise<AxiosResponse> {
    if (config.resamania?.auth === false || hasOwnAuthorization(config))
      return this.#sendBare(config, adapter, binding, current);
    const target = this.targets.of(config, binding, current);
    if (target === undefined) return adapter(config);
    const authorize = () => this.#authorize(config, target);
    const start = (call: ReadyCall | undefined) =>
      call === undefined
        ? adapter(config)
        : exchange(call, {
            config,
            adapter,
            retryOn401: this.retryOn401,
            authorize,
            answered: this.#answered,
            replaying: (cache) => this.engine.noteReplay(cache, (config.method ?? 'get').toUpperCase()),
          });
    const authorized = authorize();
    return authorized instanceof Promise
      ? waitBeforeSending(authorized, config).then(start)
      : start(authorized);
  }

  /** Without anything of ours. Only a path of the API still has to become a URL. */
  #sendBare(
    config: InternalAxiosRequestConfig,
    adapter: AxiosAdapter,
    binding: Binding,
    current: string | undefined,
  ): Promise<AxiosResponse> {
    if (binding.kind === 'host' || isAbsolute(combinedUrl(config))) return adapter(config);
    const target = this.targets.of(config, binding, current);
    const start = ({ tenant }: TokenCache) => dispatchBare(target?.urlFor(tenant), config, adapter);
    const cache = this.engine.cacheOf(target?.tenant);
    if (cache !== undefined) return start(cache);
    return waitBeforeSending(this.engine.loadCache(target?.tenant), config).then(start);
  }

  #authorize(config: InternalAxiosRequestConfig, target: CallTarget): Authorized {
    const principal = config.resamania?.principal;
    try {
      const cache = this.engine.cacheOf(target.tenant, principal);
      if (cache !== undefined) return withToken(cache, target);
    } catch (error) {
      return unlessForeign(error, target);
    }
    return this.engine.loadCache(target.tenant, principal).then(
      (cache) => withToken(cache, target),
      (error: unknown) => unlessForeign(error, target),
    );
  }
}

function withToken(cache: TokenCache, target: CallTarget): Authorized {
  const { tenant } = cache;
  const url = target.urlFor(tenant);
  if (url === undefined) return undefined;
  const token = cache.peek();
  const apiKey = tenant.knownApiKey;
  if (token === undefined || (apiKey === undefined && tenant.hasApiKey))
    return afterWaiting(cache, target, url);
  return { cache, tenant, url, token, apiKey };
}

async function afterWaiting(
  cache: TokenCache,
  target: CallTarget,
  url: string,
): Promise<ReadyCall | undefined> {
  const { tenant } = cache;
  const token = await cache.get();
  // A token request has just read the key, unless it was another tenant's of the same client.
  const apiKey = tenant.knownApiKey ?? (await tenant.readApiKey());
  // Reconfigured meanwhile: token, key and URL must all be of the same config.
  if (cache.tenant !== tenant) return withToken(cache, target);
  return { cache, tenant, url, token, apiKey };
}

/** A host's call that goes elsewhere is not held up by a tenant that cannot be had. */
function unlessForeign(error: unknown, target: CallTarget): undefined {
  if (!target.mayBeForeign()) throw error;
  return undefined;
}
