import type { LoggerService } from '@nestjs/common';
import { DEFAULT_CHAINS, type SandboxChainOptions } from './chains/chain-options.js';
import { derivedValue } from './chains/derived-value.js';
import type { RateLimitOptions } from './gateway/rate-limiter.js';
import { DEFAULT_JOURNAL_SIZE } from './journal/journal.js';
import type { BearerErrors } from './resources/api-access.js';

/** How a sandbox is set up. Everything has a default. */
export interface ResamaniaSandboxOptions {
  /** TCP port. @default 0, any free one */
  readonly port?: number;
  /** Address to listen on. @default '127.0.0.1' */
  readonly host?: string;
  /** Path prefix of the environment, without slashes; `''` for a host without one. @default 'resa2-staging' */
  readonly environment?: string;
  /** Key that the gateway asks for in `X-Gravitee-Api-Key`; `null` for no gateway. @default a fixed value */
  readonly apiKey?: string | null;
  /** `expires_in` of tokens, in whole seconds. @default 3600 */
  readonly tokenLifetimeSeconds?: number;
  /**
   * `exp - iat` of tokens, in whole seconds. The API refuses a token at the earlier of the two ends.
   * @default tokenLifetimeSeconds
   */
  readonly jwtLifetimeSeconds?: number;
  /** Pause before the token endpoint does anything, in milliseconds. @default 0 */
  readonly tokenLatencyMs?: number;
  /** Pause before the API does anything, in milliseconds. @default 0 */
  readonly apiLatencyMs?: number;
  /** The club chains. @default demoapi, nordgym and clubazur */
  readonly chains?: readonly SandboxChainOptions[];
  /** The gateway's limits. @default none */
  readonly rateLimits?: RateLimitOptions;
  /** In whose words the API refuses a bearer: Lexik's, or the OAuth server's in French. @default 'lexik' */
  readonly bearerErrors?: BearerErrors;
  /** Also serve `/oauth/v2/token`, where the client id tells the chain. @default false */
  readonly tokenPathWithoutChain?: boolean;
  /** Entries that the journal keeps. @default 50000 */
  readonly journalSize?: number;
  /** Where Nest's start-up messages go. @default nowhere */
  readonly logger?: LoggerService;
  /** The sandbox's clock, in epoch milliseconds. Latencies and delays are real time all the same. @default Date.now */
  readonly now?: () => number;
}

/** The options with every default filled in. */
export type ResolvedSandboxOptions = Required<Omit<ResamaniaSandboxOptions, 'logger'>> & {
  readonly logger: LoggerService | undefined;
};

/**
 * Fills in the defaults.
 * @throws TypeError if an option makes no sense
 */
export function resolveSandboxOptions(options: ResamaniaSandboxOptions): ResolvedSandboxOptions {
  const tokenLifetimeSeconds = options.tokenLifetimeSeconds ?? 3600;
  const resolved: ResolvedSandboxOptions = {
    port: options.port ?? 0,
    host: options.host ?? '127.0.0.1',
    environment: options.environment ?? 'resa2-staging',
    apiKey: options.apiKey === undefined ? derivedValue('api key', 'gateway').slice(0, 36) : options.apiKey,
    tokenLifetimeSeconds,
    jwtLifetimeSeconds: options.jwtLifetimeSeconds ?? tokenLifetimeSeconds,
    tokenLatencyMs: options.tokenLatencyMs ?? 0,
    apiLatencyMs: options.apiLatencyMs ?? 0,
    chains: options.chains ?? DEFAULT_CHAINS,
    rateLimits: options.rateLimits ?? {},
    bearerErrors: options.bearerErrors ?? 'lexik',
    tokenPathWithoutChain: options.tokenPathWithoutChain ?? false,
    journalSize: options.journalSize ?? DEFAULT_JOURNAL_SIZE,
    logger: options.logger,
    now: options.now ?? Date.now,
  };
  check(resolved);
  return resolved;
}

function check(options: ResolvedSandboxOptions): void {
  wholeNumber('port', options.port, 0, 65_535);
  wholeNumber('tokenLifetimeSeconds', options.tokenLifetimeSeconds, 1);
  wholeNumber('jwtLifetimeSeconds', options.jwtLifetimeSeconds, 1);
  wholeNumber('journalSize', options.journalSize, 1);
  for (const name of ['tokenLatencyMs', 'apiLatencyMs'] as const) wholeNumber(name, options[name], 0);
  if (!/^[\w.-]*$/.test(options.environment)) {
    throw new TypeError(`environment is one path segment without slashes, not "${options.environment}"`);
  }
  if (options.apiKey === '') throw new TypeError('apiKey is empty; null stands for no gateway');
  const codes = options.chains.map((chain) => chain.clientToken);
  const odd = codes.find((code) => !/^[\w-]+$/.test(code));
  if (odd !== undefined) throw new TypeError(`clientToken has letters, digits, - and _, unlike "${odd}"`);
  if (codes.length === 0 || new Set(codes).size < codes.length) {
    throw new TypeError('chains are at least one, each with a clientToken of its own');
  }
}

function wholeNumber(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new TypeError(`${name} is a whole number from ${least} on, not ${value}`);
}
