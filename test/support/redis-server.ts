import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';

import { freePort } from './free-port.js';

/** A `redis-server` of its own, on a free port of the loopback interface. */
export class RedisServer {
  readonly port: number;
  readonly #args: readonly string[];
  readonly #folder = mkdtempSync(join(tmpdir(), 'redis-'));
  #process: ChildProcess | undefined;

  private constructor(port: number, args: readonly string[]) {
    this.port = port;
    this.#args = args;
  }

  /** Starts one; resolves when it takes connections. */
  static async start(...args: string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), args);
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it again after its end, on the same port, empty. */
  async start(): Promise<void> {
    const own = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder];
    const inMemory = this.#args.includes('--sentinel') ? [] : ['--save', '', '--appendonly', 'no'];
    const child = spawn('redis-server', [...this.#args, ...own, ...inMemory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    await new Promise<void>((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        // A Sentinel says nothing of connections.
        if (/Ready to accept connections|Sentinel ID is/.test(text)) resolve();
      });
      child.once('exit', () => resolve());
    });
    expect(child.exitCode).toBeNull();
  }

  /** SIGSTOP and SIGCONT at once; after other signals it resolves with the end of the process. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await once(child, 'exit');
  }

  async stop(): Promise<void> {
    await this.signal('SIGKILL');
    rmSync(this.#folder, { recursive: true });
  }

  /** One command, on a connection of its own. */
  async call(command: string, ...args: (string | number | Buffer)[]): Promise<unknown> {
    return this.#call({}, command, args);
  }

  /** The same where the server wants a password. */
  async withPassword(password: string, command: string, ...args: string[]): Promise<unknown> {
    return this.#call({ password }, command, args);
  }

  async #call(
    options: { readonly password?: string },
    command: string,
    args: readonly (string | number | Buffer)[],
  ): Promise<unknown> {
    const client = new Redis(this.port, { lazyConnect: true, ...options });
    try {
      await client.connect();
      return await client.call(command, ...args);
    } finally {
      client.disconnect();
    }
  }
}

/**
 * A suite that needs `redis-server` on the PATH. Where there is none it is skipped with a line that says so; with `CI=true`
 * it fails.
 */
export function describeWithRedis(name: string, suite: () => void): void {
  if (isInstalled()) return describe(name, suite);
  const why = 'there is no redis-server on the PATH';
  if (process.env['CI'] === 'true') {
    it(name, () => {
      throw new Error(`${name}: ${why}`);
    });
    return undefined;
  }
  process.stderr.write(`\n!!! SKIPPED: ${name}: ${why}\n\n`);
  return describe.skip(name, suite);
}

function isInstalled(): boolean {
  try {
    return execFileSync('redis-server', ['--version']).length > 0;
  } catch {
    return false;
  }
}
