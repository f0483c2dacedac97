import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

import { eventually } from './eventually.js';
import { ROOT } from './sources.js';

const COMMAND = join(ROOT, 'libs/resamania-sandbox/dist/cli.js');

/** The built `resamania-sandbox` command in a process of its own. */
export class SandboxCommand {
  readonly #process: ChildProcess;
  readonly #closed: Promise<unknown>;
  #stdout = '';
  #stderr = '';

  /** @param file - Where its standard output goes, as with `> file`; kept here by default. */
  constructor(args: readonly string[], file?: string) {
    const target = file === undefined ? 'pipe' : openSync(file, 'w');
    this.#process = spawn(process.execPath, [COMMAND, ...args], {
      stdio: ['ignore', target, 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    if (typeof target === 'number') closeSync(target);
    this.#closed = once(this.#process, 'close');
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
  }

  /** What it has printed so far, unless into a file. */
  get stdout(): string {
    return this.#stdout;
  }

  /** What it has said beside that. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Resolves when it says that it runs. */
  async running(): Promise<this> {
    await eventually(() => this.#stderr.includes('Ctrl-C') || this.#process.exitCode !== null);
    if (this.#process.exitCode !== null) throw new Error(`The command has ended:\n${this.#stderr}`);
    return this;
  }

  /** Waits for its end; gives the exit code. */
  async ended(): Promise<number | null> {
    await this.#closed;
    return this.#process.exitCode;
  }

  /** Ctrl-C. */
  async stop(): Promise<number | null> {
    this.#process.kill('SIGINT');
    return this.ended();
  }
}
