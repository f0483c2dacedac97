import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type RateLimitOptions, ResamaniaSandbox } from 'resamania-sandbox';

/**
 * What the one gateway key of all chains may ask for. The page's own calls are some 120 a minute. A quota is a day's
 * in earnest; by the hour, a page that is left open all day does not run dry.
 */
const RATE_LIMITS: RateLimitOptions = {
  quota: { limit: 10_000, periodMs: 3_600_000 },
  rate: { limit: 600 },
};

/** A Resamania stand-in inside the sample's own process, which ends with the application. */
export class EmbeddedSandbox implements OnApplicationShutdown {
  readonly running: ResamaniaSandbox;

  private constructor(running: ResamaniaSandbox) {
    this.running = running;
  }

  /** Starts it, with tokens that live for so many seconds. */
  static async start(tokenLifetimeSeconds: number): Promise<EmbeddedSandbox> {
    const sandbox = await ResamaniaSandbox.start({
      tokenLifetimeSeconds,
      tokenLatencyMs: 150,
      rateLimits: RATE_LIMITS,
    });
    const names = sandbox.chains.map(({ clientToken }) => clientToken);
    const logger = new Logger(EmbeddedSandbox.name);
    logger.log(`No RESAMANIA_* variables are set: using an embedded sandbox at ${sandbox.apiBaseUrl}`);
    logger.log(`Its club chains are ${names.join(', ')}; their tokens live for ${tokenLifetimeSeconds} s`);
    return new EmbeddedSandbox(sandbox);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.running.stop();
  }
}
