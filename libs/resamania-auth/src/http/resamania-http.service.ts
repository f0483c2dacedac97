import type { HttpService } from '@nestjs/axios';
import { Inject, Injectable } from '@nestjs/common';
import type { AxiosInstance } from 'axios';
import { LRUCache } from 'lru-cache';

import { name as nameRule } from '../options/checks/rules.js';
import { ResamaniaTenantContext } from '../tenants/resamania-tenant-context.js';
import { assertTenantNamed } from '../tenants/tenant-name.js';
import { ApiHttpService } from './api-http.service.js';
import { OwnInstances } from './own-instances.js';

/** How many bound services are kept, at most; the least recently used go first. They are cheap to make again. */
const MAX_BOUND = 1000;

/** To others `ResamaniaHttpService` is an `HttpService`, and no more. */
const PublicHttpService: new (instance: AxiosInstance, context: ResamaniaTenantContext) => HttpService =
  ApiHttpService;

/**
 * An `HttpService` for the API: every call carries the bearer of its tenant. URLs may be paths (`clubs`, `/clubs`), IRIs
 * as the API returns them (`/demoapi/clubs/1`, `hydra:next` included), or absolute URLs below the tenant's base URL.
 *
 * A call fails, as an observable does, with
 * - an `AxiosError` where the API answered with an error or could not be reached; it holds none of our headers;
 * - `ResamaniaTokenError` when no token can be had: no request is sent;
 * - `ResamaniaTenantError` when the tenant is unknown or missing, none was named and there is no default, or two
 *   contradict;
 * - `ResamaniaRequestError` when the URL is not one of the tenant's, or `resamania` in the config is invalid.
 */
@Injectable()
export class ResamaniaHttpService extends PublicHttpService {
  readonly #instances: OwnInstances;
  readonly #context: ResamaniaTenantContext;
  readonly #bound = new LRUCache<string, HttpService>({ max: MAX_BOUND });

  /** @internal Made by the module. */
  constructor(
    @Inject(OwnInstances) instances: OwnInstances,
    @Inject(ResamaniaTenantContext) context: ResamaniaTenantContext,
  ) {
    super(instances.create(undefined), context);
    this.#instances = instances;
    this.#context = context;
  }

  /**
   * An `HttpService` whose calls are all for one tenant; the same one for the same name.
   * @param tenant - Name of the tenant. It is looked up at each call, not here, so that it may be registered later.
   * @throws ResamaniaTenantError `tenant_missing` where it is no name: `undefined`, `null`, an empty string
   */
  forTenant(tenant: string): HttpService {
    assertTenantNamed(tenant, 'forTenant()');
    const known = this.#bound.get(tenant);
    if (known !== undefined) return known;
    const service = new ApiHttpService(this.#instances.create(tenant), this.#context);
    // What no tenant can be named, however long it is, is not remembered.
    if (nameRule(tenant) === undefined) this.#bound.set(tenant, service);
    return service;
  }
}
