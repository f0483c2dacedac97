import { Inject, Injectable } from '@nestjs/common';
import axios, { type InternalAxiosRequestConfig } from 'axios';

import { ResamaniaTenantError } from '../errors.js';
import { ResamaniaTenantContext } from '../tenants/resamania-tenant-context.js';
import { assertTenantNamed } from '../tenants/tenant-name.js';
import { ApiCalls } from './call/api-call.js';
import type { Binding } from './target/call-target.js';

// Brings the settings of requests to CommonJS files, whose `axios` has types of its own.
export type { CommonJsRequestConfig } from './target/request-options.cjs';

/** How `ResamaniaAuthInterceptor` is attached. */
export interface AttachOptions {
  /**
   * Name of the tenant that the instance's calls are for.
   * @default found per request: `resamania.tenant`, the context, the URL, the default
   */
  tenant?: string;
}

/** What is used of an axios instance, be it of axios' ESM build or of its CommonJS build: their types differ. */
export interface AttachableAxios {
  /** Its interceptors, of which those of requests are used. */
  readonly interceptors: {
    readonly request: {
      /** Adds an interceptor. */
      use(
        onFulfilled: (config: InternalAxiosRequestConfig) => InternalAxiosRequestConfig,
        onRejected: undefined,
        options: { readonly synchronous: true },
      ): number;
      /** Removes it. */
      eject(id: number): void;
    };
  };
}

/** Puts bearers on the API calls of an application's own HTTP clients. */
@Injectable()
export class ResamaniaAuthInterceptor {
  readonly #calls: ApiCalls;
  readonly #context: ResamaniaTenantContext;
  readonly #attached = new WeakMap<AttachableAxios, { binding: Binding; detach: () => void }>();

  /** @internal Made by the module. */
  constructor(
    @Inject(ApiCalls) calls: ApiCalls,
    @Inject(ResamaniaTenantContext) context: ResamaniaTenantContext,
  ) {
    this.#calls = calls;
    this.#context = context;
  }

  /**
   * Attaches to an HTTP client of the application. Its calls below a tenant's base URL get the token, the gateway key
   * and the context headers; all others stay as they are. It does not matter in which order it and other interceptors
   * are added: the headers are set last, and are not there to be seen by others. Attaching twice is the same as once.
   * @returns how to detach; requests under way are not affected
   * @throws ResamaniaTenantError `tenant_conflict` when it is attached already for another tenant, `tenant_missing` when
   * `tenant` is given without a name
   */
  attachTo(
    http: { readonly axiosRef: AttachableAxios } | AttachableAxios,
    options: AttachOptions = {},
  ): () => void {
    const { tenant } = options;
    if ('tenant' in options) assertTenantNamed(tenant, 'attachTo()');
    const instance = 'axiosRef' in http ? http.axiosRef : http;
    const isOurs = this.#attached.get(instance)?.binding.kind === 'own';
    const detach = this.#attach(instance, { kind: 'host', tenant });
    return isOurs ? () => undefined : detach;
  }

  /** @internal Attaches to an instance of this library, whose calls are all for the API. */
  attachToOwn(instance: AttachableAxios, tenant: string | undefined): void {
    this.#attach(instance, { kind: 'own', tenant });
  }

  #attach(instance: AttachableAxios, binding: Binding): () => void {
    const before = this.#attached.get(instance);
    if (before !== undefined) {
      assertSame(before.binding, binding);
      return before.detach;
    }
    const intercept = (config: InternalAxiosRequestConfig) => this.#intercept(config, binding);
    const id = instance.interceptors.request.use(intercept, undefined, { synchronous: true });
    let isAttached = true;
    const detach = () => {
      if (!isAttached) return;
      isAttached = false;
      instance.interceptors.request.eject(id);
      this.#attached.delete(instance);
    };
    this.#attached.set(instance, { binding, detach });
    return detach;
  }

  /** Puts us in front of the adapter, where every interceptor has done its work and every body is final. */
  #intercept(config: InternalAxiosRequestConfig, binding: Binding): InternalAxiosRequestConfig {
    const wanted = config.adapter ?? axios.defaults.adapter ?? 'http';
    const current = this.#context.current();
    config.adapter = (final) => this.#calls.make(final, wanted, binding, current);
    return config;
  }
}

function assertSame(before: Binding, now: Binding): void {
  if (before.tenant === now.tenant) return;
  const name = ({ tenant }: Binding) =>
    tenant === undefined ? 'no tenant in particular' : `tenant "${tenant}"`;
  throw new ResamaniaTenantError(
    `this HTTP client is attached for ${name(before)} already, and cannot be attached for ${name(now)} too.`,
    {
      code: 'tenant_conflict',
      tenant: now.tenant,
      remedy: 'Detach it first, or attach it without a tenant and let each request name its own.',
    },
  );
}
