import type { InternalAxiosRequestConfig } from 'axios';

import { printableName, ResamaniaRequestError, ResamaniaTenantError } from '../../errors.js';
import type { TenantStore } from '../../tenants/tenant-store.js';
import type { Tenant } from '../../tenants/tenant.js';
import { combinedUrl, isAbsolute, resolveApiUrl, tenantRoot } from './api-url.js';
import type { TenantIndex } from './tenant-index.js';

/** Whose axios instance makes a call, and for which tenant. */
export interface Binding {
  /**
   * `own`: an instance of ours, whose calls are all for the API. `host`: an instance of the application, whose calls
   * may go anywhere; those outside the API are not ours to authorise.
   */
  readonly kind: 'own' | 'host';
  readonly tenant: string | undefined;
}

/** Where a call goes. */
export interface CallTarget {
  readonly kind: Binding['kind'];
  /** Name of the tenant that is called. */
  readonly tenant: string;
  /** As the caller wrote it; `undefined` where the connection leads elsewhere, whatever the URL says. */
  readonly url: string | undefined;
}

/**
 * Finds where calls go. The tenant is named by the request, by the bound service, by the context, by the URL, or it is
 * the default. Two answers that contradict each other are an error, not a guess.
 */
export class CallTargets {
  readonly #tenants: TenantStore;
  readonly #index: TenantIndex;
  readonly #defaultTenant: string | false | undefined;

  /** @param defaultTenant - The configured default, which may be a tenant that is not loaded yet. */
  constructor(tenants: TenantStore, index: TenantIndex, defaultTenant: string | false | undefined) {
    this.#tenants = tenants;
    this.#index = index;
    this.#defaultTenant = defaultTenant;
  }

  /**
   * The target of a call; `undefined` for a host's call that is not ours to authorise.
   * @param current - The tenant of the `ResamaniaTenantContext` that the request was made in.
   * @throws ResamaniaTenantError `tenant_conflict`, `no_default_tenant`
   * @throws ResamaniaRequestError `url_not_allowed`
   */
  of(
    config: InternalAxiosRequestConfig,
    { kind, tenant: bound }: Binding,
    current: string | undefined,
  ): CallTarget | undefined {
    const named = namedTenant(config.resamania?.tenant, bound) ?? current;
    const combined = combinedUrl(config);
    const url = isElsewhere(config) ? undefined : combined;
    if (kind === 'own') return { kind, tenant: named ?? this.#nameByOwnUrl(combined), url };
    if (url === undefined || !isAbsolute(url)) return undefined;
    const tenant = named ?? this.#nameByHostUrl(url);
    return tenant === undefined ? undefined : { kind, tenant, url };
  }

  /**
   * The absolute URL of a call for its tenant; `undefined` for a host's call that leads outside.
   * @throws ResamaniaRequestError `url_not_allowed`
   * @throws ResamaniaTenantError `tenant_conflict`
   */
  urlFor({ kind, url }: CallTarget, tenant: Tenant): string | undefined {
    if (url === undefined) throw notAllowed(tenant);
    const allowed = resolveApiUrl(url, tenant);
    if (allowed === undefined || !isAbsolute(url)) this.#assertNotAnothers(url, tenant);
    if (allowed === undefined && kind === 'own') throw notAllowed(tenant);
    return allowed;
  }

  /** Whether a call may go on without us when its tenant is not known. */
  mayBeForeign({ kind, url }: CallTarget): boolean {
    return kind === 'host' && url !== undefined && !this.#index.isBelowAnyBase(url);
  }

  #nameByOwnUrl(url: string): string {
    const owners = this.#index.ownersOf(url);
    try {
      return this.#onlyOf(owners);
    } catch (error) {
      // There is no default; but with a URL of nobody that is not what is wrong.
      throw isAbsolute(url) && owners.length === 0 ? notAllowed() : error;
    }
  }

  #nameByHostUrl(url: string): string | undefined {
    const owners = this.#index.ownersOf(url);
    return owners.length === 0 ? this.#defaultTenant || undefined : this.#onlyOf(owners);
  }

  #onlyOf(owners: readonly Tenant[]): string {
    const [only] = owners;
    return only !== undefined && owners.length === 1 ? only.name : this.#tenants.defaultName();
  }

  #assertNotAnothers(url: string, tenant: Tenant): void {
    const owners = this.#index.ownersOf(url);
    const [other] = owners;
    if (other === undefined || owners.some(({ name }) => name === tenant.name)) return;
    // A path names the clientToken and no more: any tenant that has it may use the path.
    if (!isAbsolute(url) && other.clientToken === tenant.clientToken) return;
    throw conflict(
      tenant.name,
      `the call is for "${tenant.name}", but its URL belongs to tenant "${other.name}".`,
    );
  }
}

function namedTenant(requested: string | undefined, bound: string | undefined): string | undefined {
  if (requested === undefined || bound === undefined || requested === bound) return requested ?? bound;
  throw conflict(
    bound,
    `the request names tenant "${printableName(requested)}", but its service is bound to "${bound}".`,
  );
}

/** Whether the connection goes somewhere else than the URL says. */
function isElsewhere({ socketPath }: InternalAxiosRequestConfig): boolean {
  return socketPath !== undefined && socketPath !== null;
}

function conflict(tenant: string, what: string): ResamaniaTenantError {
  return new ResamaniaTenantError(what, {
    code: 'tenant_conflict',
    tenant,
    remedy: 'Name one tenant only, or use the service and the URLs of the same tenant.',
  });
}

/** Says the tenant and its base, and nothing of the URL: its query may be confidential. */
function notAllowed(tenant?: Tenant): ResamaniaRequestError {
  const what =
    tenant === undefined
      ? "The call's URL is not below any registered tenant's base URL and clientToken."
      : `the call's URL is not below ${tenantRoot(tenant)}.`;
  const iri = `/${tenant?.clientToken ?? '{clientToken}'}/clubs/1`;
  return new ResamaniaRequestError(what, {
    code: 'url_not_allowed',
    tenant: tenant?.name,
    remedy:
      `Give a path such as clubs, an IRI such as ${iri}, or an absolute URL below the base. ` +
      'With resamania: { auth: false } a request may go elsewhere, without a token.',
  });
}
