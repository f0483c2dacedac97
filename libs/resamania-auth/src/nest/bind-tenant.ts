import {
  BadRequestException,
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  mixin,
  type NestInterceptor,
  type NestMiddleware,
  NotFoundException,
  type Type,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Observable } from 'rxjs';

import { ResamaniaTenantError } from '../errors.js';
import { nonEmptyString } from '../gateway/json.js';
import { ResamaniaTenantContext } from '../tenants/resamania-tenant-context.js';
import { TenantStore } from '../tenants/tenant-store.js';

/** A class for Nest that is both: an interceptor, and a middleware. */
export type TenantBinder = Type<NestInterceptor & NestMiddleware<TenantRequest, unknown>>;

/**
 * Makes a class that runs the handling of an incoming request in the `ResamaniaTenantContext` of the tenant that the
 * request is for, so that API calls made meanwhile are that tenant's. Use it as an interceptor (`@UseInterceptors()`,
 * `APP_INTERCEPTOR`), or as a middleware (`consumer.apply()`), which comes before guards and interceptors.
 *
 * A request that names no tenant is answered 400, unless the tenant is `optional`: its calls would be the default
 * tenant's. One that names a tenant that is not known is answered 404.
 * The extractor decides what a client may choose: check there, or in a guard, that it may act for that tenant.
 * @param extract - Finds the name in the request: one of `tenantFromHeader()`, `tenantFromParam()` and
 * `tenantFromSubdomain()`, or a function of your own.
 */
export function bindResamaniaTenant(
  extract: TenantExtractor,
  { optional = false }: BindTenantOptions = {},
): TenantBinder {
  @Injectable()
  class ResamaniaTenantBinder extends RequestTenantBinder {
    protected readonly extract = extract;
    protected readonly isOptional = optional;
  }
  return mixin(ResamaniaTenantBinder);
}

/** What `bindResamaniaTenant()` takes beside the extractor. */
export interface BindTenantOptions {
  /**
   * Let a request that names no tenant go on without a context. Its calls are then the default tenant's.
   * @default false: it is answered 400
   */
  optional?: boolean;
}

/** Binds the tenant that an extractor finds. */
@Injectable()
abstract class RequestTenantBinder implements NestInterceptor, NestMiddleware<TenantRequest, unknown> {
  protected abstract readonly extract: TenantExtractor;
  protected abstract readonly isOptional: boolean;
  readonly #context: ResamaniaTenantContext;
  readonly #modules: ModuleRef;

  constructor(
    @Inject(ResamaniaTenantContext) context: ResamaniaTenantContext,
    @Inject(ModuleRef) modules: ModuleRef,
  ) {
    this.#context = context;
    this.#modules = modules;
  }

  async intercept(execution: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const tenant = await this.#tenantOf(execution.switchToHttp().getRequest<TenantRequest>());
    if (tenant === undefined) return next.handle();
    // The handler runs when it is subscribed to, and that is not here.
    return new Observable((subscriber) =>
      this.#context.run(tenant, () => next.handle().subscribe(subscriber)),
    );
  }

  async use(request: TenantRequest, _response: unknown, next: (error?: unknown) => void): Promise<void> {
    let tenant: string | undefined;
    try {
      tenant = await this.#tenantOf(request);
    } catch (error) {
      next(error);
      return;
    }
    if (tenant === undefined) next();
    else this.#context.run(tenant, next);
  }

  async #tenantOf(request: TenantRequest): Promise<string | undefined> {
    const tenant = (await this.extract(request)) ?? undefined;
    if (tenant !== undefined) await this.#assertKnown(tenant);
    else if (!this.isOptional) throw new BadRequestException('The request names no tenant');
    return tenant;
  }

  async #assertKnown(tenant: string): Promise<void> {
    // Found from any module: it is not exported, since it holds secrets.
    const tenants = this.#modules.get(TenantStore, { strict: false });
    try {
      await tenants.load(tenant);
    } catch (error) {
      if (!(error instanceof ResamaniaTenantError) || error.code === 'tenant_load_failed') throw error;
      // Names neither the tenant, which came from outside, nor those that exist.
      throw new NotFoundException('There is no such tenant');
    }
  }
}

/** As much of an incoming request as a tenant can be found in. Express' and Fastify's requests are such. */
export interface TenantRequest {
  /** Headers, names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Route parameters, where the route is known already. */
  readonly params?: unknown;
}

/** Finds the name of the tenant that an incoming request is for; `undefined` where it names none. */
export type TenantExtractor = (request: TenantRequest) => string | undefined | Promise<string | undefined>;

/** The tenant is the value of a header, such as `x-club-chain`. */
export function tenantFromHeader(name: string): TenantExtractor {
  const lower = name.toLowerCase();
  return ({ headers }) => nonEmptyString(headers[lower]);
}

/** The tenant is a route parameter: `chain` of `/chains/:chain/clubs`. */
export function tenantFromParam(name: string): TenantExtractor {
  return ({ params }) => nonEmptyString((params as Readonly<Record<string, unknown>> | undefined)?.[name]);
}

/**
 * The tenant is the label in front of a domain: `alpha` of `alpha.gyms.example` for the domain `gyms.example`. It is
 * read from `Host`; behind a proxy that changes it, write an extractor of your own.
 */
export function tenantFromSubdomain(domain: string): TenantExtractor {
  const end = `.${domain.toLowerCase()}`;
  return ({ headers }) => {
    const host = nonEmptyString(headers['host'])?.toLowerCase().replace(/:\d+$/, '');
    const label = host?.endsWith(end) === true ? host.slice(0, -end.length) : undefined;
    return label === undefined || label.includes('.') ? undefined : nonEmptyString(label);
  };
}
