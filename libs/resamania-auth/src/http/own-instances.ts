import { Inject, Injectable } from '@nestjs/common';
import axios, { type AxiosInstance } from 'axios';

import { RESOLVED_OPTIONS, type ResolvedOptions } from '../options/resolved-options.js';

/** Makes the axios instances behind the library's own HTTP services. */
@Injectable()
export class OwnInstances {
  readonly #http: ResolvedOptions['http'];

  constructor(@Inject(RESOLVED_OPTIONS) { http }: Pick<ResolvedOptions, 'http'>) {
    this.#http = http;
  }

  /** An axios instance of our own, never the process-wide one. Its config counts as that of each of its calls. */
  create(): AxiosInstance {
    // oxlint-disable-next-line import/no-named-as-default-member -- older versions of axios have no named export
    return axios.create(this.#http.axios);
  }
}
