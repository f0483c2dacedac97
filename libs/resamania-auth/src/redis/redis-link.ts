import type { Cluster, Redis, RedisOptions } from 'ioredis';

import { systemClock } from '../clock.js';
import { TokenStoreError } from '../store/token-store.js';
import { TimeUp, withTimeLimit } from '../waiting.js';
import { DEADLINE_MS } from './redis-client.js';
import type { Script } from './scripts.js';

/** How often the subscriber's connection proves itself, in milliseconds: a dead one looks just like a quiet one. */
const PING_EVERY_MS = 10_000;
const NOT_CONNECTED = 'not connected';

/** The way to Redis, as far as the store knows it. All that knows the client is here. */
export class RedisLink {
  /** What the server puts before keys but not before channels: keys of different scopes are different keys. */
  readonly scope: string;
  readonly #client: Redis | Cluster;
  readonly #opened: Promise<void>;
  /** Why there is no connection, in a word. */
  #trouble = NOT_CONNECTED;
  #isClosed = false;
  readonly #ending: (() => void)[] = [];

  /** @param client - Made for this link, not connected yet. */
  constructor(client: Redis | Cluster) {
    const { keyPrefix, db } = client.options as RedisOptions;
    this.scope = `${keyPrefix ?? ''}${db ?? 0}:`;
    this.#client = client;
    this.#listen(client);
    // The first operations wait for the connection, all later ones find it there or fail.
    const ready = () => new Promise<void>((resolve) => void client.once('ready', resolve));
    this.#opened = withTimeLimit(systemClock, DEADLINE_MS, ready).catch(() => undefined);
    client.connect().catch(() => undefined);
  }

  /** @throws TokenStoreError within the deadline */
  async run(
    { sha, lua }: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    const rest = [...keys, ...args] as const;
    const run = async () => {
      if (!this.#isClosed) await this.#opened;
      if (this.#isClosed) throw new TokenStoreError('closed');
      if (this.#client.status !== 'ready') throw new TokenStoreError(this.#trouble);
      return this.#client.evalsha(sha, keys.length, ...rest).catch((error: unknown) => {
        if (wordOf(error) !== 'NOSCRIPT') throw error;
        return this.#client.eval(lua, keys.length, ...rest);
      });
    };
    try {
      return await withTimeLimit(systemClock, DEADLINE_MS, run);
    } catch (error) {
      // The client's error holds the command, and with it a token.
      throw error instanceof TokenStoreError ? error : new TokenStoreError(wordOf(error));
    }
  }

  /** Listens to a channel, on a connection of its own, until the link is closed. */
  subscribe(channel: string, listener: (message: string) => void): void {
    const subscriber = this.#client.isCluster ? this.#client : (this.#client as Redis).duplicate();
    const listen = () => void subscriber.subscribe(channel).catch(() => undefined);
    subscriber.on('ready', listen);
    subscriber.on('message', (_channel: string, message: string) => listener(message));
    if (subscriber === this.#client) return subscriber.status === 'ready' ? listen() : undefined;
    this.#listen(subscriber);
    subscriber.connect().catch(() => undefined);
    const ping = setInterval(() => {
      if (subscriber.status === 'ready') subscriber.ping().catch(() => undefined);
    }, PING_EVERY_MS);
    this.#ending.push(() => {
      clearInterval(ping);
      subscriber.disconnect();
    });
  }

  /** Ends all connections at once. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const end of this.#ending) end();
    this.#client.disconnect();
  }

  #listen(client: Redis | Cluster): void {
    // Without a listener the client writes to the console.
    client.on('error', (error: unknown) => (this.#trouble = wordOf(error)));
    client.on('ready', () => (this.#trouble = NOT_CONNECTED));
  }
}

/** An error in a word that holds nothing of the command: Redis' own first word, the system's code, or neither. */
function wordOf(error: unknown): string {
  if (error instanceof TimeUp) return 'timeout';
  const { message, code, lastNodeError } = error as {
    message?: string;
    code?: string;
    lastNodeError?: unknown;
  };
  if (lastNodeError !== undefined && lastNodeError !== null) return wordOf(lastNodeError);
  if (message === 'Command timed out') return 'timeout';
  if (code !== undefined && /^E[A-Z_]+$/.test(code)) return code;
  // Older servers put the error of a command of a script behind one of their own.
  const [, word = 'connection'] =
    /-([A-Z]{3,}) /.exec(message ?? '') ?? /^([A-Z]{3,})/.exec(message ?? '') ?? [];
  return word;
}
