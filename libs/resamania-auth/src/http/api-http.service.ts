import { HttpService } from '@nestjs/axios';
import type { AxiosInstance, AxiosPromise, AxiosRequestConfig, AxiosResponse } from 'axios';
import { Observable } from 'rxjs';

import type { ResamaniaTenantContext } from '../tenants/resamania-tenant-context.js';
import { UnsubscribeToken } from './call/cancellation.js';

const WITHOUT_BODY = ['get', 'delete', 'head'] as const;
const WITH_BODY = ['post', 'put', 'patch', 'query'] as const;

/** What `HttpService` hands on: a function of the axios instance, and its arguments, the config last. */
type Send<T> = (...args: never[]) => AxiosPromise<T>;
/** How the arguments of a verb become the config of `request`; a copy, which the call may change. */
type ReadConfig = (args: readonly unknown[]) => AxiosRequestConfig;

/**
 * An `HttpService` that costs little more than its axios instance: axios merges a verb's config once instead of twice,
 * and unsubscribing cancels a call that is under way, but an answered one is not cancelled for nothing. A call is made
 * in the tenant context that its verb was called in, wherever it is subscribed to.
 */
export class ApiHttpService extends HttpService {
  readonly #context: ResamaniaTenantContext;
  readonly #configOf: ReadonlyMap<Send<unknown>, ReadConfig>;

  constructor(instance: AxiosInstance, context: ResamaniaTenantContext) {
    super(instance);
    this.#context = context;
    this.#configOf = configReaders(instance);
  }

  protected override makeObservable<T>(send: Send<T>, ...args: unknown[]): Observable<AxiosResponse<T>> {
    const current = this.#context.current();
    const read = this.#configOf.get(send);
    return new Observable((subscriber) => {
      const config = read?.(args) ?? { ...(args.at(-1) as AxiosRequestConfig | undefined) };
      const token = config.cancelToken === undefined ? new UnsubscribeToken() : undefined;
      if (token !== undefined) config.cancelToken = token;
      const begin = (): AxiosPromise<T> =>
        read === undefined
          ? send(...([...args.slice(0, -1), config] as never[]))
          : this.instance.request<T>(config);
      const answer = this.#context.current() === current ? begin() : this.#context.resume(current, begin);
      let isUnderWay = true;
      const succeed = (response: AxiosResponse<T>) => {
        isUnderWay = false;
        subscriber.next(response);
        subscriber.complete();
      };
      const fail = (error: unknown) => {
        isUnderWay = false;
        subscriber.error(error);
      };
      answer.then(succeed, fail);
      return () => {
        if (isUnderWay) token?.cancel();
      };
    });
  }
}

function configReaders(instance: AxiosInstance): ReadonlyMap<Send<unknown>, ReadConfig> {
  const readers = new Map<Send<unknown>, ReadConfig>();
  for (const method of WITHOUT_BODY) {
    readers.set(instance[method], ([url, config]) => ({ ...(config as object), method, url: url as string }));
  }
  for (const method of WITH_BODY) {
    readers.set(instance[method], ([url, data, config]) => ({
      ...(config as object),
      method,
      url: url as string,
      data,
    }));
  }
  return readers;
}
