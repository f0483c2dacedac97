import type { InternalAxiosRequestConfig } from 'axios';

import { ResamaniaRequestError } from '../../errors.js';
import type { Tenant } from '../../tenants/tenant.js';
import { chainRoot, combinedUrl, isAbsolute, parseUrl, resolveApiUrl, within } from './api-url.js';
import type { ChainIndex } from './tenant-index.js';
import type { TenantResolution } from './tenant-resolution.js';

/** Whose axios instance makes a call, and for which tenant. */
export interface Binding {
  /**
   * `own`: an instance of ours, whose calls are all for the API. `host`: an instance of the application, whose calls
   * may go anywhere; those outside the API are none of our business.
   */
  readonly kind: 'own' | 'host';
  readonly tenant: string | undefined;
}

/** Where a call goes. */
export interface CallTarget {
  /** Name of the tenant that is called. */
  readonly tenant: string;
  /**
   * The absolute URL of the call for a tenant; `undefined` for a host's call that leads outside.
   * @throws ResamaniaRequestError `url_not_allowed`
   * @throws ResamaniaTenantError `tenant_conflict`
   */
  urlFor(tenant: Tenant): string | undefined;
  /** Whether the call may go on without us when the tenant is not known. */
  mayBeForeign(): boolean;
}

/** Finds where calls go. */
export class CallTargets {
  constructor(
    private readonly resolution: TenantResolution,
    private readonly chains: ChainIndex,
    /** The configured default, which may be a tenant that is not loaded yet. */
    private readonly defaultTenant: string | undefined,
  ) {}

  /**
   * The target of a call; `undefined` for a host's call that is none of our business.
   * @param current - The tenant of the `ResamaniaTenantContext` that the request was made in.
   * @throws ResamaniaTenantError `tenant_conflict`, `no_default_tenant`
   */
  of(
    config: InternalAxiosRequestConfig,
    binding: Binding,
    current: string | undefined,
  ): CallTarget | undefined {
    const requested = config.resamania?.tenant;
    const named = this.resolution.named({ requested, bound: binding.tenant, current });
    return binding.kind === 'own' ? this.#own(config, named) : this.#hosts(config, named);
  }

  #own(config: InternalAxiosRequestConfig, named: string | undefined): CallTarget {
    const url = combinedUrl(config);
    return {
      tenant: named ?? this.#nameByOwnUrl(url),
      urlFor: (tenant) => {
        if (isElsewhere(config)) throw notAllowed(tenant);
        return this.#ownUrl(url, tenant);
      },
      mayBeForeign: () => false,
    };
  }

  #nameByOwnUrl(url: string): string {
    try {
      return this.resolution.byUrl(url);
    } catch (error) {
      // There is no default; but with a URL of nobody that is not what is wrong.
      const isNobodys = isAbsolute(url) && this.resolution.ownersOf(url).length === 0;
      throw isNobodys ? notAllowed() : error;
    }
  }

  #ownUrl(url: string, tenant: Tenant): string {
    const resolved = resolveApiUrl(url, tenant);
    if (resolved === undefined || !isAbsolute(url)) this.resolution.assertNotAnothers(url, tenant);
    if (resolved === undefined) throw notAllowed(tenant);
    return resolved;
  }

  #hosts(config: InternalAxiosRequestConfig, named: string | undefined): CallTarget | undefined {
    const url = combinedUrl(config);
    const href = isElsewhere(config) ? undefined : this.#hrefOf(url);
    if (href === undefined) return undefined;
    const name = named ?? this.#nameByHostUrl(href);
    if (name === undefined) return undefined;
    return {
      tenant: name,
      urlFor: (tenant) => {
        const allowed = within(chainRoot(tenant), href);
        if (allowed === undefined) this.resolution.assertNotAnothers(href, tenant);
        return allowed;
      },
      mayBeForeign: () => !this.chains.isKnownBase(href),
    };
  }

  /** An absolute URL as the request will have it; parsed only where that can make a difference. */
  #hrefOf(url: string): string | undefined {
    if (this.chains.isWrittenOut(url)) return url;
    return isAbsolute(url) ? parseUrl(url)?.href : undefined;
  }

  #nameByHostUrl(href: string): string | undefined {
    return this.chains.ownersOf(href).length > 0 ? this.resolution.byUrl(href) : this.defaultTenant;
  }
}

/** Whether the connection goes somewhere else than the URL says. */
function isElsewhere({ socketPath }: InternalAxiosRequestConfig): boolean {
  return socketPath !== undefined && socketPath !== null;
}

/** Says the tenant and its base, and nothing of the URL: its query may be confidential. */
function notAllowed(tenant?: Tenant): ResamaniaRequestError {
  const what =
    tenant === undefined
      ? "The call's URL is below no registered tenant's base URL and clientToken."
      : `the call's URL is not below ${chainRoot(tenant)}.`;
  const iri = `/${tenant?.clientToken ?? '{clientToken}'}/clubs/1`;
  return new ResamaniaRequestError(what, {
    code: 'url_not_allowed',
    tenant: tenant?.name,
    remedy:
      `Give a path such as clubs, an IRI such as ${iri}, or an absolute URL below the base. ` +
      'With resamania: { auth: false } a request may go elsewhere, without a token.',
  });
}
