import type { Step, StepName } from './checks/diagnosis.js';

/** Where the doctor says what it does. */
export interface Progress {
  starts(tenant: string, step: StepName): void;
  ends(tenant: string, step: Step): void;
  /** Leaves the screen as it was. */
  stop(): void;
}

/** One line that overwrites itself where somebody watches, else a line for each check. */
export function progressOn(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Progress {
  const isWatched = stream.isTTY && env['TERM'] !== 'dumb' && env['CI'] === undefined;
  return isWatched ? new WatchedProgress(stream) : new LoggedProgress(stream);
}

const ERASE_LINE = '\r\u001B[K';

class WatchedProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  starts(tenant: string, step: StepName): void {
    // A line that wraps could not be overwritten. A pseudo-terminal without a size says 0.
    const line = `${tenant}: ${step} …`.slice(0, (this.#stream.columns || 80) - 1);
    this.#stream.write(`${ERASE_LINE}${line}`);
  }

  ends(): void {}

  stop(): void {
    this.#stream.write(ERASE_LINE);
  }
}

class LoggedProgress implements Progress {
  readonly #stream: NodeJS.WriteStream;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  starts(): void {}

  ends(tenant: string, { step, verdict }: Step): void {
    this.#stream.write(`${tenant}: ${step}: ${verdict}\n`);
  }

  stop(): void {}
}
