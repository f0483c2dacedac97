import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { eventually } from './eventually.js';
import { ROOT } from './sources.js';

const MAIN = join(ROOT, 'apps/sample/dist/main.js');
/** How long its end may take before it is killed, in milliseconds. */
const PATIENCE_MS = 15_000;

/** What an answer of the sample was. */
export interface SampleAnswer {
  readonly status: number;
  readonly text: string;
  readonly json: unknown;
}

/** How a process ended. */
export interface SampleEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Milliseconds since it was told to. */
  readonly tookMs: number;
}

/** The built sample in a process and a folder of its own. */
export class SampleApp {
  readonly #process: ChildProcess;
  readonly #folder = mkdtempSync(join(tmpdir(), 'resamania-sample-'));
  readonly #closed: Promise<unknown>;
  #log = '';
  #served = '';

  /**
   * @param env - Its environment, beside the system's; no `RESAMANIA_…` variable of ours gets through.
   * @param dotenv - What its `.env` file holds.
   */
  constructor(env: Readonly<Record<string, string>>, dotenv: Readonly<Record<string, string>> = {}) {
    const lines = Object.entries(dotenv).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(this.#folder, '.env'), lines.join(''));
    this.#process = spawn(process.execPath, [MAIN], {
      cwd: this.#folder,
      env: { ...inheritedEnvironment(), ...env },
    });
    this.#closed = once(this.#process, 'close').finally(() => rmSync(this.#folder, { recursive: true }));
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#log += text;
      });
    }
  }

  /** Everything that it has printed. */
  get log(): string {
    return this.#log;
  }

  /** Everything that it has answered. */
  get served(): string {
    return this.#served;
  }

  /** The address that it says it listens on. */
  get url(): string {
    const [, url] = /Listening on (http:\S+?)\. /.exec(this.#log) ?? [];
    if (url === undefined) throw new Error(`The sample does not listen:\n${this.#log}`);
    return url;
  }

  /** Resolves when it serves. */
  async listening(): Promise<this> {
    await eventually(() => /Listening on .*\n/.test(this.#log) || this.#process.exitCode !== null);
    // Throws, with the log, when it ended instead.
    void this.url;
    return this;
  }

  async get(path: string): Promise<SampleAnswer> {
    const response = await fetch(`${this.url}${path}`);
    const text = await response.text();
    this.#served += text;
    return { status: response.status, text, json: JSON.parse(text) as unknown };
  }

  /** Sends it a signal, and waits for its end. */
  async end(signal: NodeJS.Signals): Promise<SampleEnd> {
    const start = performance.now();
    this.#process.kill(signal);
    return this.ended(start);
  }

  /** Waits for its end. */
  async ended(start = performance.now()): Promise<SampleEnd> {
    const patience = setTimeout(() => this.#process.kill('SIGKILL'), PATIENCE_MS);
    await this.#closed;
    clearTimeout(patience);
    const { exitCode: code, signalCode } = this.#process;
    return { code, signal: signalCode, tookMs: performance.now() - start };
  }
}

/** The environment of the system, with nothing in it that the sample reads, and without colours. */
export function inheritedEnvironment(): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(RESAMANIA_|SANDBOX_|SAMPLE_|STATUS_TOKEN$|REDIS_URL$|PORT$|NODE_)/.test(name),
  );
  return { ...Object.fromEntries(inherited), NO_COLOR: '1' };
}
