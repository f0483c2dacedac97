import { ResamaniaTenantError } from '../../errors.js';
import type { TenantStore } from '../../tenants/tenant-store.js';
import type { Tenant } from '../../tenants/tenant.js';
import { firstSegment, isAbsolute, parseUrl } from './api-url.js';
import type { ChainIndex } from './tenant-index.js';

/** What a call says of its tenant by other means than its URL. */
export interface NamedTenant {
  /** `resamania.tenant` of the request config. */
  readonly requested: string | undefined;
  /** The tenant of the bound service, or of the attachment. */
  readonly bound: string | undefined;
  /** The tenant of the `ResamaniaTenantContext` that the request was made in. */
  readonly current: string | undefined;
}

/**
 * Finds the tenant of a call: named by the request, by the bound service, by the context, by the chain in the URL, or
 * the default. Two answers that contradict each other are an error, not a guess.
 */
export class TenantResolution {
  constructor(
    private readonly tenants: TenantStore,
    private readonly chains: ChainIndex,
  ) {}

  /**
   * The tenant that is named without regard to the URL, if any.
   * @throws ResamaniaTenantError `tenant_conflict`
   */
  named({ requested, bound, current }: NamedTenant): string | undefined {
    if (requested !== undefined && bound !== undefined && requested !== bound) {
      throw conflict(
        bound,
        `the request names tenant "${requested}", but its service is bound to "${bound}".`,
      );
    }
    return requested ?? bound ?? current;
  }

  /**
   * The tenant that a URL tells, else the default.
   * @param url - A path, an IRI, or an absolute URL.
   * @throws ResamaniaTenantError `no_default_tenant`
   */
  byUrl(url: string): string {
    const owners = this.ownersOf(url);
    const [only] = owners;
    if (owners.length === 1 && only !== undefined) return only.name;
    return this.tenants.defaultName();
  }

  /** The registered tenants that a URL belongs to. */
  ownersOf(url: string): readonly Tenant[] {
    if (isAbsolute(url)) {
      const parsed = parseUrl(url);
      return parsed === undefined ? [] : this.chains.ownersOf(parsed.href);
    }
    const segment = firstSegment(url);
    return segment === undefined ? [] : this.chains.ofChain(segment);
  }

  /**
   * Makes sure that a URL is not another tenant's.
   * @throws ResamaniaTenantError `tenant_conflict`
   */
  assertNotAnothers(url: string, tenant: Tenant): void {
    const owners = this.ownersOf(url);
    const [other] = owners;
    if (other === undefined || owners.some(({ name }) => name === tenant.name)) return;
    // A path tells the chain and no more: any tenant of the chain may use it.
    if (!isAbsolute(url) && other.clientToken === tenant.clientToken) return;
    throw conflict(
      tenant.name,
      `the call is for "${tenant.name}", but its URL belongs to tenant "${other.name}".`,
    );
  }
}

function conflict(tenant: string, what: string): ResamaniaTenantError {
  return new ResamaniaTenantError(what, {
    code: 'tenant_conflict',
    tenant,
    remedy: 'Name one tenant only, or use the service and the URLs of the same tenant.',
  });
}
