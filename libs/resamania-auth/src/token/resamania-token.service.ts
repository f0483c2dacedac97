import { Injectable } from '@nestjs/common';
import type { Observable } from 'rxjs';

import type { AccessToken } from './cache/access-token.js';
import type { ResamaniaPrincipal } from './request/principal.js';
import type { TokenCache } from './cache/token-cache.js';
import type { TokenCaches } from './token-caches.js';
import { TokenEngine } from './token-engine.js';
import { TokenEventHub } from './events/token-event-hub.js';
import type { ResamaniaTokenEvent } from './events/token-events.js';
import type { TenantTokenStatus } from './cache/token-status.js';
import type { SharedStatus } from './shared/shared-token-source.js';
import { waitFor } from '../waiting.js';

/** Whose token. */
export interface TokenOptions {
  /** Ask for the token of one club or one contact instead of the tenant's own. */
  principal?: ResamaniaPrincipal;
}

/** Whose token, and for how long to wait. */
export interface TokenWaitOptions extends TokenOptions {
  /**
   * Stops waiting; the promise rejects with the signal's reason. The token request itself goes on for the others
   * who wait for it.
   */
  signal?: AbortSignal;
}

/**
 * Access tokens by tenant: from memory, where one is usable, else from the token endpoint. Renewed ahead of expiry
 * without anybody waiting. A tenant's name may be left out where there is a default.
 *
 * Every method that obtains a token rejects with
 * - `ResamaniaTokenError` when none can be had; `code`, `remedy` and `nextAttemptAt` say why, what to do and when;
 * - `ResamaniaTenantError` when the tenant is unknown, removed, or none was named and there is no default;
 * - `ResamaniaRequestError` (`invalid_request`) when the principal is invalid.
 */
@Injectable()
export class ResamaniaTokenService {
  readonly #engine: TokenEngine;
  readonly #caches: TokenCaches;
  readonly #hub: TokenEventHub;

  /** @internal Made by the module. */
  constructor(engine: TokenEngine, hub: TokenEventHub) {
    this.#engine = engine;
    this.#caches = engine.caches;
    this.#hub = hub;
  }

  /** A usable access token, as a plain string. */
  getAccessToken(tenant?: string, options?: TokenWaitOptions): Promise<string> {
    try {
      const token = this.#caches.of(tenant, options?.principal)?.peek();
      if (token !== undefined) return token.resolvedValue;
    } catch (error) {
      return Promise.reject(error as Error);
    }
    return this.getToken(tenant, options).then(({ value }) => value);
  }

  /** A usable access token, with its times. */
  getToken(tenant?: string, options?: TokenWaitOptions): Promise<AccessToken> {
    return this.#wait(tenant, options, (cache, signal) => cache.get(signal));
  }

  /**
   * A usable token, or `undefined` where getting one would mean waiting. Synchronous, and never fails for want of a
   * token; one that is due is renewed in the background.
   * @throws ResamaniaTenantError when the tenant is unknown and there is no `tenantProvider`
   */
  peek(tenant?: string, options?: TokenOptions): AccessToken | undefined {
    return this.#caches.of(tenant, options?.principal)?.peek();
  }

  /**
   * A new token, whatever there is in memory; joins a request already under way. In a waiting period it rejects at
   * once, as every other call does. The old token stays usable meanwhile, and stays if it lives longer.
   */
  renew(tenant?: string, options?: TokenWaitOptions): Promise<AccessToken> {
    return this.#wait(tenant, options, (cache, signal) => cache.renew(signal));
  }

  /**
   * Drops a token, for instance one that the API rejected. With `token` it is dropped only if that is still the
   * current one, so that a late complaint does not cost a new token.
   */
  async invalidate(tenant?: string, options?: TokenOptions & { token?: string }): Promise<void> {
    this.#caches.of(tenant, options?.principal)?.invalidate(options?.token);
  }

  /**
   * The state of every tenant's token, then of the tenants loaded on demand, then of principals. Never a token or a
   * secret. Computed from memory.
   */
  status(): TenantTokenStatus[] {
    return this.#engine.status();
  }

  /** How the shared store fares, as this replica sees it. Computed from memory. */
  sharedStatus(): SharedStatus {
    return this.#engine.sharedStatus();
  }

  /**
   * What happens to tokens and tenants, as it happens; completes when the application closes. A subscriber that throws
   * is reported in the log and harms nobody.
   */
  get events$(): Observable<ResamaniaTokenEvent> {
    return this.#hub.events$;
  }

  async #wait(
    tenant: string | undefined,
    options: TokenWaitOptions | undefined,
    ask: (cache: TokenCache, signal?: AbortSignal) => Promise<AccessToken>,
  ): Promise<AccessToken> {
    // Not of an empty object in their place: somebody may have polluted what it inherits.
    const principal = options?.principal;
    const signal = options?.signal;
    signal?.throwIfAborted();
    const known = this.#caches.of(tenant, principal);
    const token = known
      ? ask(known, signal)
      : this.#caches.load(tenant, principal).then((cache) => ask(cache, signal));
    return waitFor(token, signal);
  }
}
