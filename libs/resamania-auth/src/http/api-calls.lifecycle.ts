import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationShutdown,
} from '@nestjs/common';

import { RESOLVED_OPTIONS, type ResolvedOptions } from '../options/resolved-options.js';
import { CallsUnderWay } from './call/calls-under-way.js';

/**
 * Ends the API calls with the application. The time that they are left begins before the HTTP server waits for the
 * requests that it has accepted: a call that hangs would keep one of them, and with it the server.
 */
@Injectable()
export class ApiCallsLifecycle implements BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #calls: CallsUnderWay;
  readonly #graceMs: number;

  constructor(
    @Inject(CallsUnderWay) calls: CallsUnderWay,
    @Inject(RESOLVED_OPTIONS) { http }: Pick<ResolvedOptions, 'http'>,
  ) {
    this.#calls = calls;
    this.#graceMs = http.shutdownGraceMs;
  }

  beforeApplicationShutdown(): void {
    this.#calls.abortIn(this.#graceMs);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#calls.settled();
  }
}
