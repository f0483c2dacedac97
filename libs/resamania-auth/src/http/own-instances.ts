import { Inject, Injectable } from '@nestjs/common';
import type { AxiosInstance } from 'axios';

import { RESOLVED_OPTIONS, type ResolvedOptions } from '../options/resolved-options.js';
import { createOwnAxios } from '../own-axios.js';
import { ResamaniaAuthInterceptor } from './resamania-auth.interceptor.js';

/** An answer of more bytes than this is refused, unpacked or not: a small one may unpack to gigabytes. */
const MAX_ANSWER_BYTES = 50 * 1024 * 1024;

/** Makes the axios instances behind the library's own HTTP services. */
@Injectable()
export class OwnInstances {
  readonly #http: ResolvedOptions['http'];
  readonly #interceptor: Pick<ResamaniaAuthInterceptor, 'attachToOwn'>;

  constructor(
    @Inject(RESOLVED_OPTIONS) { http }: Pick<ResolvedOptions, 'http'>,
    @Inject(ResamaniaAuthInterceptor) interceptor: Pick<ResamaniaAuthInterceptor, 'attachToOwn'>,
  ) {
    this.#http = http;
    this.#interceptor = interceptor;
  }

  /** An axios instance of our own, never the process-wide one. Its config counts as that of each of its calls. */
  create(tenant: string | undefined): AxiosInstance {
    const { timeoutMs, axios: given, configure } = this.#http;
    const instance = createOwnAxios({ timeout: timeoutMs, maxContentLength: MAX_ANSWER_BYTES, ...given });
    this.#interceptor.attachToOwn(instance, tenant);
    configure?.(instance, tenant);
    return instance;
  }
}
