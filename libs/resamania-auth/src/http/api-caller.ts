import axios, {
  type AxiosAdapter,
  type AxiosResponse,
  getAdapter,
  type InternalAxiosRequestConfig,
} from 'axios';

import type { RetryOn401 } from '../options/resamania-auth-options.js';
import type { TokenCache } from '../token/token-cache.js';
import type { TokenEngine } from '../token/token-engine.js';
import { exchange } from './api-exchange.js';
import { hasOwnAuthorization } from './api-headers.js';
import { combinedUrl, isAbsolute } from './api-url.js';
import type { Binding, CallTarget, CallTargets } from './call-target.js';
import { unlessCancelled } from './cancellation.js';
import type { ReadyCall } from './dispatch.js';

type AdapterConfig = InternalAxiosRequestConfig['adapter'];

/** Makes API calls: finds the tenant and the URL, gets the token, sends, and follows the 401 policy. */
export class ApiCaller {
  constructor(
    private readonly engine: TokenEngine,
    private readonly targets: CallTargets,
    private readonly retryOn401: RetryOn401,
  ) {}

  /**
   * Stands in for the adapter of one request.
   * @param wanted - The adapter that the request would have used.
   */
  async call(
    config: InternalAxiosRequestConfig,
    wanted: AdapterConfig,
    binding: Binding,
  ): Promise<AxiosResponse> {
    if (wanted === undefined) delete config.adapter;
    else config.adapter = wanted;
    const adapter = getAdapter(wanted ?? axios.defaults.adapter);
    const isBare = config.resamania?.auth === false || hasOwnAuthorization(config);
    if (isBare && (binding.kind === 'host' || isAbsolute(combinedUrl(config)))) return adapter(config);
    const target = this.targets.of(config, binding);
    if (target === undefined) return adapter(config);
    return isBare ? this.#sendBare(config, adapter, target) : this.#sendAuthorized(config, adapter, target);
  }

  /** A path of the API, sent without anything of ours: only its URL is resolved. */
  async #sendBare(
    config: InternalAxiosRequestConfig,
    adapter: AxiosAdapter,
    target: CallTarget,
  ): Promise<AxiosResponse> {
    const cache = this.engine.cacheOf(target.tenant) ?? (await this.engine.loadCache(target.tenant));
    const url = target.urlFor(cache.tenant);
    const response = await adapter({ ...config, ...(url !== undefined && { url, baseURL: '' }) });
    response.config = config;
    return response;
  }

  async #sendAuthorized(
    config: InternalAxiosRequestConfig,
    adapter: AxiosAdapter,
    target: CallTarget,
  ): Promise<AxiosResponse> {
    const authorize = () => this.#authorize(config, target);
    const soon = authorize();
    const call = soon instanceof Promise ? await unlessCancelled(soon, config) : soon;
    if (call === undefined) return adapter(config);
    return exchange(call, { config, adapter, retryOn401: this.retryOn401, authorize });
  }

  /** The call with its token: at once where there is one, else as soon as there is. */
  #authorize(
    config: InternalAxiosRequestConfig,
    target: CallTarget,
  ): ReadyCall | Promise<ReadyCall | undefined> | undefined {
    const principal = config.resamania?.principal;
    const cache = this.engine.cacheOf(target.tenant, principal);
    if (cache !== undefined) return ready(cache, target);
    return this.engine.loadCache(target.tenant, principal).then(
      (loaded) => ready(loaded, target),
      (error: unknown) => unlessForeign(error, target),
    );
  }
}

function ready(
  cache: TokenCache,
  target: CallTarget,
): ReadyCall | Promise<ReadyCall | undefined> | undefined {
  const { tenant } = cache;
  const url = target.urlFor(tenant);
  if (url === undefined) return undefined;
  const token = cache.peek();
  const apiKey = tenant.staticApiKey;
  if (token === undefined || (apiKey === undefined && tenant.hasApiKey)) return later(cache, target, url);
  return { cache, tenant, url, token, apiKey };
}

async function later(cache: TokenCache, target: CallTarget, url: string): Promise<ReadyCall | undefined> {
  const { tenant } = cache;
  const [token, apiKey] = await Promise.all([cache.get(), tenant.readApiKey()]);
  // Reconfigured meanwhile: token, key and URL must all be of the same config.
  if (cache.tenant !== tenant) return ready(cache, target);
  return { cache, tenant, url, token, apiKey };
}

/** A host's call that goes elsewhere is not held up by a tenant that cannot be had. */
function unlessForeign(error: unknown, { mayBeForeign }: CallTarget): undefined {
  if (!mayBeForeign) throw error;
  return undefined;
}
