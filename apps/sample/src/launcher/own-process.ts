import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How long a process may take to end before it is killed, in milliseconds. */
const GRACE_MS = 5_000;

/** What to start, and who hears of it. */
export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly folder?: string;
  /** The line by which it says that it is ready; without one it sends a message. */
  readonly readyLine?: RegExp;
  /** Told every line that it prints. */
  readonly onLine?: (line: string) => void;
}

/** A process that this one has started, and ends. */
export class OwnProcess {
  /** Resolves with how it ended, in words. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #isReady: Promise<void>;
  #failure: Error | undefined;

  constructor({ command, args, env, folder, readyLine, onLine }: ProcessOptions) {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe', readyLine === undefined ? 'ipc' : 'ignore'],
      ...(env && { env }),
      ...(folder !== undefined && { cwd: folder }),
      // Ctrl-C in a terminal goes to all processes of its group. This one is ended in its turn.
      detached: true,
    });
    this.#child = child;
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
      child.once('error', (error) => {
        this.#failure = error;
        resolve(error.message);
      });
    });
    this.#isReady = new Promise((resolve) => {
      child.once('message', () => resolve());
      for (const input of [child.stdout, child.stderr]) {
        if (input === null) continue;
        createInterface({ input }).on('line', (line) => {
          onLine?.(line);
          if (readyLine?.test(line)) resolve();
        });
      }
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Resolves when it is ready.
   * @throws the error of the system where it could not be started, or else an Error that says how it ended before that
   */
  async ready(): Promise<void> {
    const ended = this.ended.then((how) => {
      throw this.#failure ?? new Error(how);
    });
    await Promise.race([this.#isReady, ended]);
  }

  /** Ends it, by force where it does not hear. Resolves when it is gone. */
  async end(graceMs = GRACE_MS): Promise<void> {
    const killing = setTimeout(() => this.#child.kill('SIGKILL'), graceMs);
    this.#child.kill('SIGTERM');
    await this.ended;
    clearTimeout(killing);
  }
}
