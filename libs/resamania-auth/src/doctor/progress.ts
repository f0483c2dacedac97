import type { Step, StepName } from './checks/diagnosis.js';

/** Where the doctor says what it does. */
export interface Progress {
  starts(tenant: string, step: StepName): void;
  ends(tenant: string, step: Step): void;
  /** Leaves the screen as it was. */
  stop(): void;
}

const ERASE_LINE = '\r\u001B[K';

/** One line that overwrites itself where somebody watches, else a line for each check. */
export function progressOn(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Progress {
  const isWatched = stream.isTTY && env['TERM'] !== 'dumb' && env['CI'] === undefined;
  const write = (text: string) => void stream.write(text);
  return {
    starts(tenant, step) {
      // A line that wraps could not be overwritten. A pseudo-terminal without a size says 0.
      const line = `${tenant}: ${step} …`.slice(0, (stream.columns || 80) - 1);
      if (isWatched) write(`${ERASE_LINE}${line}`);
    },
    ends(tenant, { step, verdict }) {
      if (!isWatched) write(`${tenant}: ${step}: ${verdict}\n`);
    },
    stop() {
      if (isWatched) write(ERASE_LINE);
    },
  };
}
