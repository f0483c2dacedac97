import yoctoSpinner, { type Spinner } from 'yocto-spinner';

import type { StepName, Step } from './checks/diagnosis.js';
import type { Progress } from './doctor.js';

/** A progress that can be taken off the screen. */
export interface ShownProgress extends Progress {
  stop(): void;
}

/** A spinner where somebody watches, else a line for each check, on standard error. */
export function progressOn(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): ShownProgress {
  const isWatched = stream.isTTY && env['TERM'] !== 'dumb' && env['CI'] === undefined;
  return isWatched ? new SpinningProgress(stream) : new PlainProgress(stream);
}

class SpinningProgress implements ShownProgress {
  readonly #spinner: Spinner;

  constructor(stream: NodeJS.WriteStream) {
    // Signals are the command's own to handle.
    this.#spinner = yoctoSpinner({ stream, handleSignals: false });
  }

  starts(tenant: string, step: StepName): void {
    this.#spinner.start(`${tenant}: ${step}`);
  }

  ends(): void {
    this.#spinner.stop();
  }

  stop(): void {
    this.#spinner.stop();
  }
}

class PlainProgress implements ShownProgress {
  constructor(private readonly stream: Pick<NodeJS.WriteStream, 'write'>) {}

  starts(): void {}

  ends(tenant: string, { step, verdict }: Step): void {
    this.stream.write(`${tenant}: ${step}: ${verdict}\n`);
  }

  stop(): void {}
}
