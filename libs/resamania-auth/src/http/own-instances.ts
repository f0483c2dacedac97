import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import axios, { type AxiosInstance } from 'axios';

import { RESOLVED_OPTIONS, type ResolvedOptions } from '../options/resolved-options.js';
import { createUndiciAdapter, type UndiciAdapter } from '../undici/undici-adapter.js';

/** What the library's own HTTP services send their requests with. One per application: the connections are shared. */
@Injectable()
export class ApiTransport implements OnApplicationShutdown {
  readonly #adapter: UndiciAdapter | undefined;

  constructor(@Inject(RESOLVED_OPTIONS) { http }: Pick<ResolvedOptions, 'http'>) {
    this.#adapter = http.transport === 'undici' ? createUndiciAdapter() : undefined;
  }

  /** An axios instance of our own, never the process-wide one. */
  newInstance(): AxiosInstance {
    // oxlint-disable-next-line import/no-named-as-default-member -- older versions of axios have no named export
    return axios.create(this.#adapter && { adapter: this.#adapter });
  }

  onApplicationShutdown(): void {
    this.close();
  }

  /** Closes connections as they become idle. A call that hangs holds nobody up. */
  close(): void {
    void this.#adapter?.close();
  }
}
