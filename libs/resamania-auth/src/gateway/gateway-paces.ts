import { hash } from 'node:crypto';

import { LRUCache } from 'lru-cache';

import { GatewayPace, type PauseChanged } from './gateway-pace.js';

/** How many gateways are known; the least recently used are forgotten. */
export const MAX_GATEWAYS = 1000;

/** The pace of each gateway: a host with a gateway key, or a host alone where there is none. */
export class GatewayPaces {
  /** By host and digest: no key can be read from it. */
  readonly #paces = new LRUCache<string, GatewayPace>({ max: MAX_GATEWAYS });
  /** Where the limits of a tenant were seen last: its API calls go through the same gateway. */
  readonly #ofTenant = new WeakMap<object, GatewayPace>();
  readonly #changed: PauseChanged;

  constructor(changed: PauseChanged = () => undefined) {
    this.#changed = changed;
  }

  of(host: string, apiKey: string | undefined): GatewayPace {
    const id = apiKey === undefined ? host : `${host} ${hash('sha256', apiKey, 'base64url')}`;
    const pace = this.#paces.get(id) ?? new GatewayPace(this.#changed);
    this.#paces.set(id, pace);
    return pace;
  }

  /** A token request of this tenant went through this gateway, and limits were reported. */
  remember(tenant: object, pace: GatewayPace): void {
    this.#ofTenant.set(tenant, pace);
  }

  ofTenant(tenant: object): GatewayPace | undefined {
    return this.#ofTenant.get(tenant);
  }
}
