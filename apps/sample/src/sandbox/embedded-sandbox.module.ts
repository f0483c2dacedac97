import { Injectable, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { ResamaniaAuthOptions } from 'nestjs-resamania-auth';
import { ResamaniaSandbox } from 'resamania-sandbox';

/** A Resamania stand-in inside the sample's own process. */
@Injectable()
export class EmbeddedSandbox implements OnApplicationShutdown {
  readonly #logger = new Logger(EmbeddedSandbox.name);
  #sandbox: ResamaniaSandbox | undefined;

  /** Starts it, with tokens that live for so many seconds, and gives the options to reach it. */
  async start(tokenLifetimeSeconds: number): Promise<ResamaniaAuthOptions> {
    const sandbox = await ResamaniaSandbox.start({ tokenLifetimeSeconds, tokenLatencyMs: 150 });
    this.#sandbox = sandbox;
    const names = sandbox.chains.map(({ clientToken }) => clientToken);
    this.#logger.log(`No RESAMANIA_* variables are set: using an embedded sandbox at ${sandbox.apiBaseUrl}`);
    this.#logger.log(
      `Its club chains are ${names.join(', ')}; their tokens live for ${tokenLifetimeSeconds} s`,
    );
    return sandbox.connection;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#sandbox?.stop();
  }
}

@Module({ providers: [EmbeddedSandbox], exports: [EmbeddedSandbox] })
export class EmbeddedSandboxModule {}
