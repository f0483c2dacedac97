import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { ResamaniaSandbox } from 'resamania-sandbox';

import { freePorts } from './free-ports.js';
import { type LaunchSettings, REPLICAS } from './launch-settings.js';
import { OwnProcess } from './own-process.js';
import { OwnRedis } from './own-redis.js';
import { summary } from './summary.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
/** How long the sandbox takes to issue a token, in milliseconds. */
const TOKEN_LATENCY_MS = 150;

/** One replica of the sample. */
export interface Replica {
  readonly name: string;
  readonly url: string;
  readonly process: OwnProcess;
}

/** Replicas of the sample, each a process of its own, with one sandbox and one Redis for all. */
export class Launcher {
  readonly #replicas: Replica[] = [];
  #gone = 0;
  #redis: OwnRedis | undefined;
  #sandbox: ResamaniaSandbox | undefined;
  #ending: Promise<void> | undefined;

  /** @param print - Told every line for people, those of a replica with its number before them. */
  constructor(private readonly print: (line: string) => void) {}

  /**
   * Starts everything. Resolves when all replicas serve.
   * @throws Error with a line for people where something does not start: what runs by then is still to be ended
   */
  async start(settings: LaunchSettings): Promise<void> {
    const redisUrl = settings.redisUrl ?? (await this.#startRedis());
    const { tokensLive } = settings;
    this.#sandbox = await ResamaniaSandbox.start({
      tokenLifetimeSeconds: tokensLive,
      tokenLatencyMs: TOKEN_LATENCY_MS,
    });
    const ports = settings.port === 0 ? await freePorts(REPLICAS) : portsFrom(settings.port);
    const urls = ports.map((port) => `http://localhost:${port}`);
    const environment = {
      ...settings.environment,
      ...this.#sandbox.env(),
      REDIS_URL: redisUrl,
      RESAMANIA_STORE_KEYS: settings.storeKeys,
      SAMPLE_REPLICAS: urls.join(','),
    };
    for (const [index, port] of ports.entries()) {
      this.#startReplica(String(index + 1), urls[index] ?? '', { ...environment, PORT: String(port) });
    }
    await Promise.all(this.#replicas.map(startOf));
    for (const replica of this.#replicas) void this.#tellEnd(replica);
    for (const line of summary({ replicas: this.#replicas, redis: this.#redis, tokensLive }))
      this.print(line);
  }

  /** Resolves when no replica is left. */
  async over(): Promise<void> {
    await Promise.all(this.#replicas.map(({ process }) => process.ended));
  }

  /** Ends everything, the replicas first, and starts nothing more. Resolves when all are gone. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    await Promise.all(this.#replicas.map(({ process }) => process.end()));
    await Promise.all([this.#redis?.process.end(), this.#sandbox?.stop()]);
  }

  /** Gives its address. */
  async #startRedis(): Promise<string> {
    const [port = 0] = await freePorts(1);
    this.#assertGoesOn();
    const redis = new OwnRedis(port);
    this.#redis = redis;
    await redis.ready();
    this.print(`Redis runs on port ${port} (pid ${redis.process.pid}).`);
    void redis.process.ended.then((how) =>
      this.#tell(`Redis has ended (${how}). Each replica gets its own tokens from now on.`),
    );
    return `redis://127.0.0.1:${port}`;
  }

  #startReplica(name: string, url: string, environment: NodeJS.ProcessEnv): void {
    this.#assertGoesOn();
    const started = new OwnProcess({
      command: process.execPath,
      args: [MAIN],
      env: { ...environment, SAMPLE_REPLICA: name },
      // There is no `.env` file there, which might lead to another API than the sandbox.
      folder: dirname(MAIN),
      onLine: (line) => this.print(`[${name}] ${line}`),
    });
    this.#replicas.push({ name, url, process: started });
    this.print(`Replica ${name} starts (pid ${started.pid}).`);
  }

  async #tellEnd({ name, process: { ended } }: Replica): Promise<void> {
    const how = await ended;
    this.#gone += 1;
    const others = this.#gone < this.#replicas.length ? ' The others go on.' : '';
    this.#tell(`Replica ${name} has ended (${how}).${others}`);
  }

  /** What is news unless everything ends. */
  #tell(line: string): void {
    if (this.#ending === undefined) this.print(line);
  }

  #assertGoesOn(): void {
    if (this.#ending !== undefined) throw new Error('Ended before everything was started.');
  }
}

async function startOf({ name, process: started }: Replica): Promise<void> {
  try {
    await started.ready();
  } catch (error) {
    const how = (error as Error).message;
    const text = `Replica ${name} did not start (${how}). The lines above that begin with [${name}] say why.`;
    throw new Error(text, { cause: error });
  }
}

function portsFrom(first: number): number[] {
  return Array.from({ length: REPLICAS }, (_, index) => first + index);
}
