import { randomBytes } from 'node:crypto';

/** How many replicas there are. */
export const REPLICAS = 3;
const DEFAULT_PORT = 3000;
const DEFAULT_TOKENS_LIVE = 20;
const LAST_PORT = 65_535;

/** What the environment says of the replicas. */
export interface LaunchSettings {
  /** The port of the first replica; the others have those after it. 0 for free ones, wherever they are. */
  readonly port: number;
  /** Lifetime of the sandbox's tokens, in seconds. */
  readonly tokensLive: number;
  /** A Redis that runs already. */
  readonly redisUrl: string | undefined;
  /** What encrypts the tokens in Redis. */
  readonly storeKeys: string;
  /** The environment of each replica, before what is its own: nothing that leads to another API than the sandbox. */
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Reads them, with a new key where there is none.
 * @throws Error with a line for people where one is invalid
 */
export function readLaunchSettings(env: NodeJS.ProcessEnv): LaunchSettings {
  const port = Number(env['PORT'] ?? DEFAULT_PORT);
  const lastFirst = LAST_PORT - REPLICAS + 1;
  if (!Number.isInteger(port) || port < 0 || port > lastFirst)
    throw new Error(
      `PORT is invalid: give a whole number up to ${lastFirst}. The replicas listen there and on the next ports.`,
    );
  const tokensLive = Number(env['SANDBOX_TOKENS_LIVE'] ?? DEFAULT_TOKENS_LIVE);
  if (!Number.isInteger(tokensLive) || tokensLive < 1)
    throw new Error('SANDBOX_TOKENS_LIVE is invalid: give a whole number of seconds, 1 or more.');
  const others = Object.entries(env).filter(([name]) => !name.startsWith('RESAMANIA_'));
  return {
    port,
    tokensLive,
    redisUrl: env['REDIS_URL'] || undefined,
    storeKeys: env['RESAMANIA_STORE_KEYS'] || `k1:${randomBytes(32).toString('base64')}`,
    environment: Object.fromEntries(others),
  };
}
