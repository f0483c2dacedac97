import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { SandboxChain } from './chains/chain-options.js';
import { connectionOptions, type SandboxConnection } from './connection/connection-options.js';
import { connectionVariables } from './connection/connection-variables.js';
import type { SandboxFaults } from './faults/fault-script.js';
import type { SandboxJournal } from './journal/journal.js';
import { resolveSandboxOptions, type ResamaniaSandboxOptions } from './sandbox-options.js';
import { listen } from './server/listen.js';
import { buildParts, type SandboxParts } from './server/sandbox-parts.js';

/**
 * A stand-in for the Resamania API on a local port: gateway, token endpoint and a few collections, with scripted
 * faults and a journal. Several may run in one process.
 */
export class ResamaniaSandbox {
  /** Where it listens, environment prefix included, no slash at the end. */
  readonly apiBaseUrl: string;
  /** The TCP port it listens on. */
  readonly port: number;
  readonly #parts: SandboxParts;
  readonly #app: NestExpressApplication;
  #stopping: Promise<void> | undefined;

  private constructor(parts: SandboxParts, app: NestExpressApplication, host: string) {
    const { port } = app.getHttpServer().address() as AddressInfo;
    this.port = port;
    this.apiBaseUrl = `http://${host.includes(':') ? `[${host}]` : host}:${port}${parts.prefix}`;
    this.#parts = parts;
    this.#app = app;
  }

  /**
   * Starts a sandbox; it answers once the promise resolves.
   * @throws TypeError for options that make no sense
   * @throws the error of `listen`, such as `EADDRINUSE`
   */
  static async start(options: ResamaniaSandboxOptions = {}): Promise<ResamaniaSandbox> {
    const resolved = resolveSandboxOptions(options);
    const parts = await buildParts(resolved);
    return new ResamaniaSandbox(parts, await listen(parts, resolved), resolved.host);
  }

  /** Stops at once: open and hanging connections are closed, no timer is left. Later calls do nothing more. */
  stop(): Promise<void> {
    this.#stopping ??= this.#app.close().finally(() => this.#parts.journal.close());
    return this.#stopping;
  }

  /**
   * How to reach it as a client, with the credentials as they are now: the options of `ResamaniaAuthModule.forRoot()`.
   */
  get connection(): SandboxConnection {
    return connectionOptions(this.apiBaseUrl, this.apiKey, this.chains);
  }

  /**
   * The same as environment variables: what the command prints, and what `resamaniaConfig` of `nestjs-resamania-auth`
   * reads. Of several chains, the first is the default tenant.
   * @param clientTokens only these chains; default: all of them
   * @throws Error if there is no such chain
   */
  env(clientTokens?: readonly string[]): Record<string, string> {
    const { apiBaseUrl, apiKey } = this;
    const chains = clientTokens ? [...new Set(clientTokens)].map((token) => this.chain(token)) : this.chains;
    return connectionVariables({ apiBaseUrl, apiKey, chains });
  }

  /** The chains with their credentials as they are now. */
  get chains(): SandboxChain[] {
    return this.#parts.chains.all().map((chain) => chain.describe());
  }

  /**
   * One chain with its credentials as they are now.
   * @throws Error if there is no such chain
   */
  chain(clientToken: string): SandboxChain {
    return this.#parts.chains.get(clientToken).describe();
  }

  /** The gateway's key as it is now; `null` without a gateway. */
  get apiKey(): string | null {
    return this.#parts.keys.current;
  }

  /** Faults of the token endpoint. */
  get tokenEndpoint(): SandboxFaults {
    return this.#parts.scripts.token;
  }

  /** Faults of the API. */
  get api(): SandboxFaults {
    return this.#parts.scripts.api;
  }

  /** What the sandbox was asked so far. */
  get journal(): SandboxJournal {
    return this.#parts.journal;
  }

  /** Revokes access and refresh tokens issued so far: of one chain, or of all. The API then calls them invalid. */
  revokeTokens(clientToken?: string): void {
    this.#parts.ledger.revoke(clientToken);
  }

  /**
   * Replaces a client's secret; the old one is refused at once, tokens already issued live on.
   * @throws Error if there is no such chain
   */
  rotateSecret(clientToken: string, secret: string): void {
    this.#parts.chains.get(clientToken).rotateSecret(secret);
  }

  /**
   * Replaces the gateway's key. The old one dies at once, or with `keepPrevious` at the next rotation.
   * On a sandbox without a gateway this puts one in front.
   */
  rotateApiKey(key: string, options: { keepPrevious?: boolean } = {}): void {
    this.#parts.keys.rotate(key, options.keepPrevious ?? false);
  }

  /**
   * Whether token requests of a chain answer with the token of before, and its remaining lifetime, until it expires.
   * @throws Error if there is no such chain
   */
  setSameToken(clientToken: string, sameToken: boolean): void {
    this.#parts.chains.get(clientToken).sameToken = sameToken;
  }
}
