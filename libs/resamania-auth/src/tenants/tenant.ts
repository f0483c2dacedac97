import { hash } from 'node:crypto';

import { ResamaniaSecretError } from '../errors.js';
import type { ResolvedTenantOptions } from '../options/resolved-options.js';
import { portOf } from '../options/checks/base-url.js';
import { headerSecretFlaw, secretFlaw } from '../options/checks/rules.js';
import type { RenewWith, ResamaniaTenantOptions, Secret } from '../options/tenant-options.js';

/** What may be known of a tenant: everything but its secrets. */
export interface ResamaniaTenantInfo {
  /** The name that the application uses for it. */
  readonly name: string;
  /** Base URL of the API, normalised, without a trailing slash. */
  readonly apiBaseUrl: string;
  /** URL of the token endpoint. */
  readonly tokenUrl: string;
  /** The `client_token` of the club chain, as the vendor calls a tenant: the first path segment of all its URLs. */
  readonly clientToken: string;
  /** OAuth 2.0 client id. */
  readonly clientId: string;
  /** The scope asked for; `undefined` when none is. */
  readonly scope: string | undefined;
  /** IRI of the club that API calls act for; `undefined` when none is sent. */
  readonly clubId: string | undefined;
  /** IRI of the network node that API calls act for; `undefined` when none is sent. */
  readonly networkNodeId: string | undefined;
}

/**
 * One tenant's config, ready for use. Its secrets are private fields: they appear in no inspected or serialised
 * object, and are read only by the token request and the header that need them.
 */
export class Tenant {
  readonly name: string;
  readonly apiBaseUrl: string;
  readonly tokenUrl: string;
  readonly clientToken: string;
  readonly clientId: string;
  /** Name of the header that carries the gateway key. */
  readonly apiKeyHeader: string;
  readonly scope: string | undefined;
  readonly clubId: string | undefined;
  readonly networkNodeId: string | undefined;
  readonly renewWith: RenewWith;
  readonly #params: Readonly<Record<string, string>>;
  readonly #clientSecret: Secret;
  readonly #apiKey: Secret | undefined;
  readonly #source: ResamaniaTenantOptions;
  #knownApiKey: string | undefined;

  constructor(options: ResolvedTenantOptions) {
    this.#source = options.source;
    this.name = options.name;
    this.apiBaseUrl = options.apiBaseUrl;
    this.tokenUrl = options.tokenUrl;
    this.clientToken = options.clientToken;
    this.clientId = options.clientId;
    this.scope = options.scope;
    this.clubId = options.clubId;
    this.networkNodeId = options.networkNodeId;
    this.renewWith = options.renewWith;
    this.#params = options.params;
    this.#clientSecret = options.clientSecret;
    this.apiKeyHeader = options.apiKeyHeader;
    this.#apiKey = options.apiKey;
    this.#knownApiKey = typeof options.apiKey === 'string' ? options.apiKey : undefined;
  }

  /** The options as they were given, with `changes` laid over them. */
  optionsWith(changes: Partial<ResamaniaTenantOptions>): ResamaniaTenantOptions {
    return { ...this.#source, ...changes };
  }

  /** A copy that can be handed out: what is private to this object can be got at through it. */
  info(): ResamaniaTenantInfo {
    const { name, apiBaseUrl, tokenUrl, clientToken, clientId, scope, clubId, networkNodeId } = this;
    return { name, apiBaseUrl, tokenUrl, clientToken, clientId, scope, clubId, networkNodeId };
  }

  /** Where its token endpoint is. */
  get server(): { serverAddress: string; serverPort: number } {
    const url = new URL(this.tokenUrl);
    return { serverAddress: url.hostname, serverPort: portOf(url) };
  }

  /** Extra fields of the token request's body. They may be confidential, hence a method. */
  params(): Readonly<Record<string, string>> {
    return this.#params;
  }

  /** The gateway key as it was read last, so that an API call needs no promise; `undefined` where it must be read. */
  get knownApiKey(): string | undefined {
    return this.#knownApiKey;
  }

  /** Whether a gateway key is configured at all. */
  get hasApiKey(): boolean {
    return this.#apiKey !== undefined;
  }

  /** Whether the gateway key must be read before an API call leaves. */
  get mustReadApiKey(): boolean {
    return this.#knownApiKey === undefined && this.#apiKey !== undefined;
  }

  /**
   * Reads the gateway key from where it comes from.
   * @throws ResamaniaSecretError
   */
  async readApiKey(): Promise<string | undefined> {
    if (this.#apiKey === undefined) return undefined;
    this.#knownApiKey = await this.#read('apiKey', this.#apiKey);
    return this.#knownApiKey;
  }

  /** The gateway refused this key: the next call reads it anew, unless that has happened already. */
  distrustApiKey(refused: string | undefined): void {
    if (typeof this.#apiKey === 'function' && this.#knownApiKey === refused) this.#knownApiKey = undefined;
  }

  /** @throws ResamaniaSecretError */
  readClientSecret(): Promise<string> {
    return this.#read('clientSecret', this.#clientSecret);
  }

  /**
   * What tells this registration's client from others, all but the secret. Two tenants with the same identity may
   * inherit each other's token; a changed secret does not change who the client is.
   */
  get identity(): string {
    const { tokenUrl, clientToken, clientId, scope, renewWith } = this;
    const params = Object.entries(this.#params).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return JSON.stringify([tokenUrl, clientToken, clientId, scope ?? null, renewWith, params]);
  }

  /**
   * Tells secret and gateway key from others without giving them away. A function has no value to compare: it belongs
   * to the tenant of that name alone.
   */
  get secretFingerprint(): string {
    const of = (secret: Secret | undefined) =>
      typeof secret === 'function'
        ? { functionOf: this.name }
        : secret && hash('sha256', secret, 'base64url');
    return JSON.stringify([of(this.#clientSecret), this.apiKeyHeader, of(this.#apiKey)]);
  }

  /** Whether nothing that can be seen tells this config from the other: functions cannot be told apart. */
  isLike(other: Tenant): boolean {
    const shown = (tenant: Tenant) =>
      JSON.stringify([tenant.info(), tenant.identity, tenant.secretFingerprint]);
    return shown(this) === shown(other);
  }

  /** Whether secret and gateway key come from where the other's come from, and go where they go. */
  hasSecretsOf(other: Tenant): boolean {
    const isSameKey = this.#apiKey === other.#apiKey && this.apiKeyHeader === other.apiKeyHeader;
    return isSameKey && this.#clientSecret === other.#clientSecret;
  }

  async #read(field: 'clientSecret' | 'apiKey', secret: Secret): Promise<string> {
    if (typeof secret === 'string') return secret;
    const value: unknown = await this.#call(field, secret);
    const flaw = field === 'apiKey' ? headerSecretFlaw(value) : secretFlaw(value);
    if (flaw === undefined) return value as string;
    throw new ResamaniaSecretError(this.name, field, `returned ${flaw}`);
  }

  async #call(field: string, secret: () => string | Promise<string>): Promise<unknown> {
    try {
      return await secret();
    } catch (error) {
      throw new ResamaniaSecretError(this.name, field, 'threw', error);
    }
  }
}

/**
 * What happens to the tenants of a registry. `loaded` and `evicted` are the tenants that a `tenantProvider` gave:
 * they come with use and go when the bounded cache is full.
 */
export type TenantChange =
  | { readonly type: 'added' | 'removed' | 'loaded' | 'evicted'; readonly tenant: Tenant }
  | { readonly type: 'updated'; readonly tenant: Tenant; readonly previous: Tenant };

/** Follows the tenants of a registry. Must not throw. */
export type TenantChangeListener = (change: TenantChange) => void;
