import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';

import { RESOLVED_OPTIONS, type ResolvedOptions } from '../options/resolved-options.js';
import { ResamaniaTokenService } from './resamania-token.service.js';
import { TokenEngine } from './token-engine.js';

/** Starts and stops the engine with the application. */
@Injectable()
export class TokenRefreshLifecycle
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  readonly #engine: TokenEngine;
  readonly #failFast: boolean;
  readonly #isOverridden: boolean;

  constructor(
    engine: TokenEngine,
    @Inject(RESOLVED_OPTIONS) { refresh }: ResolvedOptions,
    @Inject(ResamaniaTokenService) tokens: object,
  ) {
    this.#engine = engine;
    this.#isOverridden = !(tokens instanceof ResamaniaTokenService);
    this.#failFast = refresh.failFast;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.start();
  }

  /** The server has not drained yet: what it still serves may need a token. */
  beforeApplicationShutdown(): void {
    this.#engine.drain();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#engine.stop();
  }

  /**
   * Arms the schedule; with `failFast` only after every tenant has its token. Where something else stands in the place
   * of `ResamaniaTokenService`, as in tests, that brings the tokens, and none is requested.
   * @throws ResamaniaTokenError naming the tenants that failed; the engine is stopped then
   */
  async start(): Promise<void> {
    if (this.#isOverridden) return;
    if (this.#failFast) await this.#obtainAll();
    this.#engine.start();
  }

  async #obtainAll(): Promise<void> {
    try {
      await this.#engine.obtainAll();
    } catch (error) {
      // The application will not come up, so nothing would stop the engine later.
      await this.#engine.stop();
      throw error;
    }
  }
}
