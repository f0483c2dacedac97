import type { AxiosRequestConfig } from 'axios';

import type { RetryOn401 } from './resamania-auth-options.js';
import type { Secret } from './secret.js';
import type { RenewWith, ResamaniaTenantOptions } from './tenant-options.js';

/** `LifetimePart` with both bounds known. */
export interface ResolvedLifetimePart {
  readonly share: number;
  readonly maxMs: number;
}

/** When tokens are renewed, every value known. */
export interface RefreshPolicy {
  readonly enabled: boolean;
  readonly lead: ResolvedLifetimePart;
  readonly jitter: ResolvedLifetimePart;
  readonly margin: ResolvedLifetimePart;
  readonly warmUp: boolean;
  readonly failFast: boolean;
  readonly keepWarm: boolean;
}

/** Limits of the token requests, every value known. */
export interface TokenRequestPolicy {
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly attempts: number;
  readonly concurrency: number;
}

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
  readonly defaultTenant: string | undefined;
  readonly refresh: RefreshPolicy;
  readonly tokenRequest: TokenRequestPolicy;
  readonly onDemand: { readonly maxEntries: number; readonly missTtlMs: number };
  readonly retryOn401: RetryOn401;
  readonly http: { readonly axios: AxiosRequestConfig };
  readonly quotaWarningShare: number;
}

/** Injection key of the resolved options. */
export const RESOLVED_OPTIONS = Symbol('ResamaniaAuth.ResolvedOptions');
