import type { InternalAxiosRequestConfig } from 'axios';

import { ResamaniaRequestError } from '../errors/resamania-auth.error.js';
import type { Tenant } from '../tenants/tenant.js';
import { chainRoot, combinedUrl, isAbsolute, normalisedWithin, parseUrl, resolveApiUrl } from './api-url.js';
import type { ChainIndex } from './chain-index.js';
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
  readonly mayBeForeign: boolean;
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
   * @throws ResamaniaTenantError `tenant_conflict`, `no_default_tenant`
   */
  of(config: InternalAxiosRequestConfig, binding: Binding): CallTarget | undefined {
    const named = this.resolution.named({ requested: config.resamania?.tenant, bound: binding.tenant });
    return binding.kind === 'own' ? this.#own(config, named) : this.#hosts(config, named);
  }

  #own(config: InternalAxiosRequestConfig, named: string | undefined): CallTarget {
    const url = combinedUrl(config);
    return {
      tenant: named ?? this.resolution.byUrl(url),
      urlFor: (tenant) => this.#ownUrl(url, tenant),
      mayBeForeign: false,
    };
  }

  #ownUrl(url: string, tenant: Tenant): string {
    const resolved = resolveApiUrl(url, tenant);
    if (resolved === undefined || !isAbsolute(url)) this.resolution.assertNotAnothers(url, tenant);
    if (resolved === undefined) throw notAllowed(tenant);
    return resolved;
  }

  #hosts(config: InternalAxiosRequestConfig, named: string | undefined): CallTarget | undefined {
    const href = parseUrl(combinedUrl(config))?.href;
    if (href === undefined || isElsewhere(config)) return undefined;
    const name = named ?? this.#nameByUrl(href);
    if (name === undefined) return undefined;
    return {
      tenant: name,
      urlFor: (tenant) => {
        const within = normalisedWithin(chainRoot(tenant), href);
        if (within === undefined) this.resolution.assertNotAnothers(href, tenant);
        return within;
      },
      mayBeForeign: !this.chains.isKnownBase(href),
    };
  }

  #nameByUrl(href: string): string | undefined {
    return this.chains.ownersOf(href).length > 0 ? this.resolution.byUrl(href) : this.defaultTenant;
  }
}

/** Whether the connection goes somewhere else than the URL says. */
function isElsewhere({ socketPath }: InternalAxiosRequestConfig): boolean {
  return socketPath !== undefined && socketPath !== null;
}

function notAllowed(tenant: Tenant): ResamaniaRequestError {
  return new ResamaniaRequestError(`the URL of the call is not below ${chainRoot(tenant)}.`, {
    code: 'url_not_allowed',
    tenant: tenant.name,
    remedy:
      `Give a path such as clubs, an IRI such as /${tenant.clientToken}/clubs/1, or an absolute URL below it. ` +
      'With resamania: { auth: false } a request may go elsewhere, without a token.',
  });
}
