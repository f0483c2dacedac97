import type { InternalAxiosRequestConfig } from 'axios';

import type { AccessToken } from '../../token/cache/access-token.js';
import { combinedUrl, isAbsolute } from '../target/api-url.js';
import type { ListenedSignal } from '../../waiting.js';
import type { Binding, CallTarget, CallTargets } from '../target/call-target.js';
import { shownSettings } from '../target/request-settings.js';
import { type CallCredentials, hasOwnAuthorization } from './api-headers.js';
import type { CallCache, CallCaches } from './call-caches.js';

/** A call with all that it needs to leave; tenant, token, key and URL are of one config. */
export interface ReadyCall extends CallCredentials {
  readonly url: string;
  readonly target: CallTarget;
  readonly cache: CallCache;
}

/** A call that carries nothing of ours but its URL. */
export interface BareCall {
  readonly url: string;
  readonly token?: undefined;
}

type NowOrLater<T> = T | Promise<T>;

/** Makes calls ready to leave: finds tenant and URL, and gets the token. With a token at hand nothing is waited for. */
export class CallAuthorizer {
  readonly #caches: CallCaches;
  readonly #targets: CallTargets;

  constructor(caches: CallCaches, targets: CallTargets) {
    this.#caches = caches;
    this.#targets = targets;
  }

  /**
   * The call as it leaves; `undefined` where it is not ours to authorise, and leaves as it is.
   * @param current - The tenant of the `ResamaniaTenantContext` that the request was made in.
   * @throws ResamaniaAuthError, now or later
   */
  authorize(
    config: InternalAxiosRequestConfig,
    binding: Binding,
    current: string | undefined,
  ): NowOrLater<ReadyCall | BareCall | undefined> {
    const { signal } = config;
    if (config.resamania !== undefined) config.resamania = shownSettings(config.resamania);
    if (config.resamania?.auth === false || hasOwnAuthorization(config))
      return this.#bare(config, binding, current);
    const target = this.#targets.of(config, binding, current);
    if (target === undefined) return undefined;
    const principal = config.resamania?.principal;
    try {
      const cache = this.#caches.of(target.tenant, principal);
      if (cache !== undefined) return this.#ready(cache, target, signal);
    } catch (error) {
      return this.#unlessForeign(error, target);
    }
    return this.#caches.load(target.tenant, principal).then(
      (cache) => this.#ready(cache, target, signal),
      (error: unknown) => this.#unlessForeign(error, target),
    );
  }

  /** The same call with another token of its cache; all of it anew where the tenant was reconfigured meanwhile. */
  renew(call: ReadyCall, token: AccessToken): NowOrLater<ReadyCall | undefined> {
    const { cache, target, tenant } = call;
    return cache.tenant === tenant && !tenant.mustReadApiKey
      ? { ...call, token, apiKey: tenant.knownApiKey }
      : this.#ready(cache, target);
  }

  /** With the token that is at hand. */
  #ready(cache: CallCache, target: CallTarget, signal?: ListenedSignal): NowOrLater<ReadyCall | undefined> {
    const { tenant } = cache;
    const token = cache.peek();
    const url = this.#targets.urlFor(target, tenant);
    if (url === undefined) return undefined;
    return token === undefined || tenant.mustReadApiKey
      ? this.#afterWaiting(cache, target, url, signal)
      : { cache, target, tenant, url, token, apiKey: tenant.knownApiKey };
  }

  async #afterWaiting(
    cache: CallCache,
    target: CallTarget,
    url: string,
    signal: ListenedSignal | undefined,
  ): Promise<ReadyCall | undefined> {
    const { tenant } = cache;
    const token = await cache.get(signal);
    // A token request has just read the key, unless it was another tenant's of the same client.
    const apiKey = tenant.knownApiKey ?? (await tenant.readApiKey());
    // Reconfigured meanwhile: token, key and URL must all be of the same config.
    return cache.tenant === tenant
      ? { cache, target, tenant, url, token, apiKey }
      : this.#ready(cache, target);
  }

  /** Without anything of ours. Only a path of the API still has to become a URL. */
  #bare(
    config: InternalAxiosRequestConfig,
    binding: Binding,
    current: string | undefined,
  ): NowOrLater<BareCall | undefined> {
    if (binding.kind === 'host' || isAbsolute(combinedUrl(config))) return undefined;
    const target = this.#targets.of(config, binding, current);
    if (target === undefined) return undefined;
    const withUrl = ({ tenant }: CallCache) => {
      const url = this.#targets.urlFor(target, tenant);
      return url === undefined ? undefined : { url };
    };
    const cache = this.#caches.of(target.tenant);
    return cache === undefined ? this.#caches.load(target.tenant).then(withUrl) : withUrl(cache);
  }

  /** A host's call that goes elsewhere is not held up by a tenant that cannot be had. */
  #unlessForeign(error: unknown, target: CallTarget): undefined {
    if (!this.#targets.mayBeForeign(target)) throw error;
    return undefined;
  }
}
