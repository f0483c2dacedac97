import { Injectable, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { ResamaniaAuthOptions } from 'nestjs-resamania-auth';
import { type RateLimitOptions, ResamaniaSandbox } from 'resamania-sandbox';

/**
 * What the one gateway key of all chains may ask for. The page's own calls are some 120 a minute. A quota is a day's
 * in earnest; by the hour, a page that is left open all day does not run dry.
 */
const RATE_LIMITS: RateLimitOptions = {
  quota: { limit: 10_000, periodMs: 3_600_000 },
  rate: { limit: 600 },
};

/** A Resamania stand-in inside the sample's own process. */
@Injectable()
export class EmbeddedSandbox implements OnApplicationShutdown {
  readonly #logger = new Logger(EmbeddedSandbox.name);
  #sandbox: ResamaniaSandbox | undefined;

  /** Starts it, with tokens that live for so many seconds, and gives the options to reach it. */
  async start(tokenLifetimeSeconds: number): Promise<ResamaniaAuthOptions> {
    const sandbox = await ResamaniaSandbox.start({
      tokenLifetimeSeconds,
      tokenLatencyMs: 150,
      rateLimits: RATE_LIMITS,
    });
    this.#sandbox = sandbox;
    const names = sandbox.chains.map(({ clientToken }) => clientToken);
    this.#logger.log(`No RESAMANIA_* variables are set: using an embedded sandbox at ${sandbox.apiBaseUrl}`);
    this.#logger.log(
      `Its club chains are ${names.join(', ')}; their tokens live for ${tokenLifetimeSeconds} s`,
    );
    return sandbox.connection;
  }

  /** The sandbox, which runs as soon as the application's options are made. */
  get running(): ResamaniaSandbox {
    if (this.#sandbox === undefined) throw new Error('The embedded sandbox has not been started');
    return this.#sandbox;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#sandbox?.stop();
  }
}

@Module({ providers: [EmbeddedSandbox], exports: [EmbeddedSandbox] })
export class EmbeddedSandboxModule {}
