import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { eventually } from './eventually.js';
import { inheritedEnvironment } from './sample-app.js';
import { ROOT } from './sources.js';

const LAUNCHER = join(ROOT, 'apps/sample/dist/replicas.js');
/** How long the launcher may take to end everything, in milliseconds: it kills what does not hear after 5 s. */
const PATIENCE_MS = 15_000;

/** What a replica says of one chain. */
export interface ChainReport {
  readonly tenant: string;
  readonly origin: 'endpoint' | 'store';
  readonly expiresAt: string;
  readonly renewed: number;
  readonly adopted: number;
}

/** What `GET /replica` answers. */
export interface Report {
  readonly name: string;
  readonly pid: number;
  readonly store: 'up' | 'down' | 'off';
  readonly chains: readonly ChainReport[];
}

/** One of the replicas. */
export class Replica {
  constructor(
    readonly url: string,
    readonly pid: number,
  ) {}

  async report(): Promise<Report> {
    return (await fetch(`${this.url}/replica`)).json() as Promise<Report>;
  }

  /** The status of an API call through this replica. */
  async call(): Promise<number> {
    const answer = await fetch(`${this.url}/chains/nordgym/clubs`);
    await answer.text();
    return answer.status;
  }

  /** What its page gets when it connects. */
  async snapshot(): Promise<{ replicas: { isThis: boolean; report?: Report }[] }> {
    const end = new AbortController();
    const { body } = await fetch(`${this.url}/events`, { signal: end.signal });
    let text = '';
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (text.includes('\n\n')) break;
    }
    end.abort();
    return JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '') as { replicas: { isThis: boolean }[] };
  }
}

/** The built launcher of the sample, `npm run start:replicas`, in a process and a folder of its own. */
export class SampleReplicas {
  readonly #process: ChildProcess;
  readonly #folder = mkdtempSync(join(tmpdir(), 'resamania-replicas-'));
  readonly #closed: Promise<unknown>;
  #log = '';

  constructor(env: Readonly<Record<string, string>>) {
    this.#process = spawn(process.execPath, [LAUNCHER], {
      cwd: this.#folder,
      env: { ...inheritedEnvironment(), PORT: '0', ...env },
    });
    this.#closed = once(this.#process, 'close').finally(() => rmSync(this.#folder, { recursive: true }));
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
    }
  }

  /** Everything that it has printed, lines of replicas included. */
  get log(): string {
    return this.#log;
  }

  /** The lines of its own. */
  get lines(): string[] {
    return this.#log.split('\n').filter((line) => line !== '' && !/^\[\d\] /.test(line));
  }

  get replicas(): Replica[] {
    return [...this.#log.matchAll(/^ +(http:\S+) +replica \d, pid (\d+)$/gm)].map(
      ([, url = '', pid]) => new Replica(url, Number(pid)),
    );
  }

  get redis(): { readonly port: number; readonly pid: number } {
    const [, port, pid] = /^Redis runs on port (\d+) \(pid (\d+)\)/m.exec(this.#log) ?? [];
    return { port: Number(port), pid: Number(pid) };
  }

  /** Those of its processes that are still there. */
  get left(): number[] {
    const pids = [...this.#log.matchAll(/^(?:Redis|Replica).*\(pid (\d+)\)/gm)].map(([, pid]) => Number(pid));
    return pids.filter(isThere);
  }

  /** Resolves when it has said where to look. */
  async running(): Promise<this> {
    await eventually(() => this.#log.includes('Ctrl-C ends everything.') || this.#process.exitCode !== null);
    if (this.#process.exitCode !== null) throw new Error(`The launcher has ended:\n${this.#log}`);
    return this;
  }

  /** Waits for its end; gives the exit code. */
  async ended(): Promise<number | null> {
    const patience = setTimeout(() => this.#process.kill('SIGKILL'), PATIENCE_MS);
    await this.#closed;
    clearTimeout(patience);
    return this.#process.exitCode;
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.#process.kill(signal);
    return this.ended();
  }

  /** Ends what a test has left. */
  async remove(): Promise<void> {
    await this.end('SIGTERM');
    for (const pid of this.left) process.kill(pid, 'SIGKILL');
  }
}

/** Whether somebody listens on a port of this machine. */
export async function isServed(port: number): Promise<boolean> {
  const socket = connect(port, 'localhost');
  const outcome = await Promise.race([
    once(socket, 'connect').then(() => true),
    once(socket, 'error').then(() => false),
  ]).catch(() => false);
  socket.destroy();
  return outcome;
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
