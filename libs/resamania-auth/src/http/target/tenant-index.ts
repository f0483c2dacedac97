import { parseUrl } from '../../options/checks/base-url.js';
import type { TenantStore } from '../../tenants/tenant-store.js';
import type { Tenant, TenantChange } from '../../tenants/tenant.js';
import { firstSegment, isAbsolute, isBelow, isPlainBelow } from './api-url.js';

/** The registered tenants by what their URLs look like. */
export class TenantIndex {
  readonly #byClientToken = new Map<string, Set<Tenant>>();
  /** Base URLs, with the number of tenants that have it. */
  readonly #bases = new Map<string, number>();

  constructor(tenants: TenantStore) {
    for (const tenant of tenants.registered()) this.#add(tenant);
    tenants.onChange((change) => this.#follow(change));
  }

  /**
   * The tenants that a URL belongs to. A path names the `clientToken` alone; tenants with other clients or other base
   * URLs may share one.
   */
  ownersOf(url: string): readonly Tenant[] {
    if (!isAbsolute(url)) return this.#withClientToken(firstSegment(url));
    const href = this.#normalised(url);
    return [...this.#bases.keys()]
      .filter((base) => isBelow(base, href))
      .flatMap((base) =>
        this.#withClientToken(firstSegment(href.slice(base.length))).filter(
          ({ apiBaseUrl }) => apiBaseUrl === base,
        ),
      );
  }

  /** Whether an absolute URL lies below the base URL of any tenant. */
  isBelowAnyBase(url: string): boolean {
    const href = this.#normalised(url);
    return [...this.#bases.keys()].some((base) => isBelow(base, href));
  }

  /** The URL as the request will have it; empty for what is no URL. */
  #normalised(url: string): string {
    for (const base of this.#bases.keys()) if (isPlainBelow(base, url)) return url;
    return parseUrl(url)?.href ?? '';
  }

  #withClientToken(clientToken: string | undefined): readonly Tenant[] {
    const tenants = clientToken === undefined ? undefined : this.#byClientToken.get(clientToken);
    return tenants === undefined ? [] : [...tenants];
  }

  #follow(change: TenantChange): void {
    if (change.type === 'added') this.#add(change.tenant);
    if (change.type === 'removed') this.#remove(change.tenant);
    if (change.type === 'updated' && this.#remove(change.previous)) this.#add(change.tenant);
  }

  #add(tenant: Tenant): void {
    const { clientToken, apiBaseUrl } = tenant;
    const tenants = this.#byClientToken.get(clientToken) ?? new Set();
    this.#byClientToken.set(clientToken, tenants.add(tenant));
    this.#bases.set(apiBaseUrl, (this.#bases.get(apiBaseUrl) ?? 0) + 1);
  }

  /** @returns whether it was there: a tenant that the provider loaded is not */
  #remove(tenant: Tenant): boolean {
    const { clientToken, apiBaseUrl } = tenant;
    const tenants = this.#byClientToken.get(clientToken);
    if (tenants?.delete(tenant) !== true) return false;
    if (tenants.size === 0) this.#byClientToken.delete(clientToken);
    const left = (this.#bases.get(apiBaseUrl) ?? 1) - 1;
    if (left === 0) this.#bases.delete(apiBaseUrl);
    else this.#bases.set(apiBaseUrl, left);
    return true;
  }
}
