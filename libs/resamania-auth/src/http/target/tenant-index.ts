import type { TenantStore } from '../../tenants/tenant-store.js';
import type { Tenant } from '../../tenants/tenant.js';
import type { TenantChange } from '../../tenants/tenant-changes.js';
import { chainRoot, firstSegment, isBelow, isWrittenBelow } from './api-url.js';

/** The registered tenants by what their URLs look like. */
export class ChainIndex {
  readonly #byClientToken = new Map<string, Set<Tenant>>();
  /** Base URLs, with the number of tenants that have it. */
  readonly #bases = new Map<string, number>();

  constructor(tenants: TenantStore) {
    for (const tenant of tenants.registered()) this.#add(tenant);
    tenants.onChange((change) => this.#follow(change));
  }

  /** The tenants of a chain. Several may share one, with other clients or other base URLs. */
  ofChain(clientToken: string): readonly Tenant[] {
    return [...(this.#byClientToken.get(clientToken) ?? [])];
  }

  /** The tenants that a normalised URL belongs to: below the base URL, with the chain as the next segment. */
  ownersOf(href: string): readonly Tenant[] {
    const owners: Tenant[] = [];
    for (const base of this.#bases.keys()) {
      const segment = href.startsWith(base) ? firstSegment(href.slice(base.length)) : undefined;
      if (segment === undefined) continue;
      for (const tenant of this.ofChain(segment)) if (isBelow(chainRoot(tenant), href)) owners.push(tenant);
    }
    return [...new Set(owners)];
  }

  /** Whether a normalised URL lies below the base URL of any tenant. */
  isKnownBase(href: string): boolean {
    for (const base of this.#bases.keys()) if (isBelow(base, href)) return true;
    return false;
  }

  /** Whether a URL lies below the base URL of any tenant as it is written, so that it needs no parsing. */
  isWrittenOut(url: string): boolean {
    for (const base of this.#bases.keys()) if (isWrittenBelow(base, url)) return true;
    return false;
  }

  #follow(change: TenantChange): void {
    if (change.type === 'added') this.#add(change.tenant);
    if (change.type === 'removed') this.#remove(change.tenant);
    if (change.type === 'updated' && this.#remove(change.previous)) this.#add(change.tenant);
  }

  #add(tenant: Tenant): void {
    const { clientToken, apiBaseUrl } = tenant;
    const chain = this.#byClientToken.get(clientToken) ?? new Set();
    this.#byClientToken.set(clientToken, chain.add(tenant));
    this.#bases.set(apiBaseUrl, (this.#bases.get(apiBaseUrl) ?? 0) + 1);
  }

  #remove(tenant: Tenant): boolean {
    const { clientToken, apiBaseUrl } = tenant;
    const chain = this.#byClientToken.get(clientToken);
    if (chain?.delete(tenant) !== true) return false;
    if (chain.size === 0) this.#byClientToken.delete(clientToken);
    const left = (this.#bases.get(apiBaseUrl) ?? 1) - 1;
    if (left === 0) this.#bases.delete(apiBaseUrl);
    else this.#bases.set(apiBaseUrl, left);
    return true;
  }
}
