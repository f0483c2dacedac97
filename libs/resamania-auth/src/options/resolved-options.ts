import type { ResamaniaTokenStore } from '../store/token-store.js';
import type { ResamaniaTelemetry, TelemetrySource } from '../telemetry/telemetry.js';
import type { HttpOptions } from './http-options.js';
import type {
  LifetimePart,
  OnDemandOptions,
  RefreshOptions,
  RetryOn401,
  TokenRequestOptions,
} from './resamania-auth-options.js';
import type { RenewWith, ResamaniaTenantOptions, Secret } from './tenant-options.js';

/** `LifetimePart` with both bounds known. */
export type ResolvedLifetimePart = Readonly<Required<LifetimePart>>;

/** When tokens are renewed, every value known. */
export type RefreshPolicy = {
  readonly [K in keyof RefreshOptions]-?: RefreshOptions[K] extends boolean | undefined
    ? boolean
    : ResolvedLifetimePart;
};

/** Limits of the token requests, every value known. */
export type TokenRequestPolicy = Readonly<Required<TokenRequestOptions>>;

/** One tenant's options: valid, with every default applied. URLs carry no trailing slash. */
export interface ResolvedTenantOptions {
  readonly name: string;
  /** Normalised: scheme and host in lower case, no default port, no trailing slash, no query, no user info. */
  readonly apiBaseUrl: string;
  readonly tokenUrl: string;
  readonly clientToken: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly apiKey: Secret | undefined;
  readonly apiKeyHeader: string;
  readonly scope: string | undefined;
  readonly clubId: string | undefined;
  readonly networkNodeId: string | undefined;
  readonly renewWith: RenewWith;
  readonly params: Readonly<Record<string, string>>;
  /** What was resolved: an update starts from it. */
  readonly source: ResamaniaTenantOptions;
}

/** What a tenant inherits from the module's options. */
export interface TenantDefaults {
  readonly apiBaseUrl: string | undefined;
  readonly apiKey: Secret | undefined;
  readonly apiKeyHeader: string;
  readonly allowInsecureHttp: boolean;
}

/** The module's options: valid, with every default applied. */
export interface ResolvedOptions {
  readonly tenants: readonly ResolvedTenantOptions[];
  readonly tenantDefaults: TenantDefaults;
  readonly tenantProvider: ((name: string) => Promise<ResamaniaTenantOptions | undefined>) | undefined;
  readonly defaultTenant: string | false | undefined;
  readonly refresh: RefreshPolicy;
  readonly tokenRequest: TokenRequestPolicy;
  readonly onDemand: Readonly<Required<OnDemandOptions>>;
  readonly retryOn401: RetryOn401;
  readonly http: Readonly<Required<Omit<HttpOptions, 'configure'>>> & {
    readonly configure: HttpOptions['configure'];
  };
  readonly quotaWarningShare: number;
  readonly store: (() => ResamaniaTokenStore) | undefined;
  readonly telemetry: ((source: TelemetrySource) => ResamaniaTelemetry) | undefined;
}

/** Injection key of the resolved options. */
export const RESOLVED_OPTIONS = Symbol('ResamaniaAuth.ResolvedOptions');
