import type { ResamaniaTokenStore } from '../store/token-store.js';
import type { ResamaniaTelemetry, TelemetrySource } from '../telemetry/telemetry.js';
import type { HttpOptions } from './http-options.js';
import type { ResamaniaTenantOptions, Secret } from './tenant-options.js';

/** A part of a token's lifetime: a share of it, but never more than a number of milliseconds. */
export interface LifetimePart {
  /**
   * Share of the lifetime, from 0 to 1.
   * @default that of the option's own default
   */
  share?: number;
  /**
   * Upper bound in milliseconds.
   * @default that of the option's own default
   */
  maxMs?: number;
}

/** When tokens are renewed. */
export interface RefreshOptions {
  /**
   * Renew on a schedule. Without it a token is renewed in the background by the first call after it is due.
   * @default true
   */
  enabled?: boolean;
  /**
   * How long before its expiry a token is due for renewal.
   * @default { share: 0.25, maxMs: 1_200_000 } (a quarter of the lifetime, at most 20 minutes)
   */
  lead?: LifetimePart;
  /**
   * How much earlier than that, at most, drawn at random once per token, so that replicas do not renew in step.
   * @default { share: 0.1, maxMs: 600_000 } (a tenth of the lifetime, at most 10 minutes)
   */
  jitter?: LifetimePart;
  /**
   * How long before its expiry a token is not handed out any more. Must not exceed `lead`.
   * @default { share: 0.1, maxMs: 30_000 } (a tenth of the lifetime, at most 30 seconds)
   */
  margin?: LifetimePart;
  /**
   * Obtain the tokens of all registered tenants when the application starts, in the background.
   * @default true
   */
  warmUp?: boolean;
  /**
   * Let the start of the application wait for that, and fail with one error that names every tenant that failed.
   * @default false
   */
  failFast?: boolean;
  /**
   * Renew the tokens of registered tenants also while nobody uses them. When false, a token that nobody used since it
   * was obtained is not renewed.
   * @default true
   */
  keepWarm?: boolean;
}

/** Limits of the token requests. */
export interface TokenRequestOptions {
  /**
   * Time limit of one token request, in milliseconds.
   * @default 10_000
   */
  timeoutMs?: number;
  /**
   * Time limit of obtaining a token, with all its attempts and the pauses between them, in milliseconds.
   * @default 30_000
   */
  deadlineMs?: number;
  /**
   * How many token requests to make, at most, before giving up for now. Only failures that may pass are tried again.
   * @default 3
   */
  attempts?: number;
  /**
   * How many token requests may be under way at once per host; one that is late or hangs no longer counts. Callers go before the schedule.
   * @default 4
   */
  concurrency?: number;
}

/** Limits of what is loaded on demand: tenants from the `tenantProvider`, and the tokens of principals. */
export interface OnDemandOptions {
  /**
   * How many on-demand tenants, and how many principals' tokens, to keep; the least recently used go first. At most
   * 10,000,000, as room for them is set aside.
   * @default 10_000
   */
  maxEntries?: number;
  /**
   * After how many milliseconds the `tenantProvider` is asked again for a tenant that is in use, in the background. It is
   * asked again at once when the tenant's credentials are refused.
   * @default 3_600_000
   */
  ttlMs?: number;
  /**
   * For how many milliseconds the `tenantProvider`'s answer "no such tenant" is remembered.
   * @default 30_000
   */
  missTtlMs?: number;
}

/**
 * What to do with an API call that was answered 401 because of its token.
 *
 * - `renew-and-replay`: renew the token once for all that met the same 401, and send the request again, once.
 * - `invalidate`: renew the token, and hand the 401 to the caller.
 * - `off`: hand the 401 to the caller.
 */
export type RetryOn401 = 'renew-and-replay' | 'invalidate' | 'off';

/** Options of `ResamaniaAuthModule.forRoot()`. */
export interface ResamaniaAuthOptions {
  /**
   * Base URL for every tenant that names none.
   * @default none: each tenant names its own
   */
  apiBaseUrl?: string;
  /**
   * Gateway key for every tenant that names none.
   * @default none
   */
  apiKey?: Secret;
  /**
   * Name of the header that carries the gateway key, for every tenant that names none. Change it only if the gateway
   * is configured with another name.
   * @default 'X-Gravitee-Api-Key'
   */
  apiKeyHeader?: string;
  /**
   * The tenants known at start. More can be added with `forFeature()`, through `ResamaniaTenantRegistry`, or on demand
   * by `tenantProvider`.
   * @default []
   */
  tenants?: ResamaniaTenantOptions[];
  /**
   * Loads a tenant that is not registered, from a database for instance; `undefined` when there is none of that name.
   * Concurrent calls for one name are made once.
   * @default none: only registered tenants are known
   */
  tenantProvider?: (name: string) => Promise<ResamaniaTenantOptions | undefined>;
  /**
   * Name of the tenant that is meant when none is named; `false`: there never is one.
   * @default the only tenant registered at start, which it stays; with several there is none
   */
  defaultTenant?: string | false;
  /**
   * When tokens are renewed.
   * @default {}
   */
  refresh?: RefreshOptions;
  /**
   * Limits of the token requests.
   * @default {}
   */
  tokenRequest?: TokenRequestOptions;
  /**
   * Limits of what is loaded on demand.
   * @default {}
   */
  onDemand?: OnDemandOptions;
  /**
   * What to do with an API call that was answered 401 because of its token.
   * @default 'renew-and-replay'
   */
  retryOn401?: RetryOn401;
  /**
   * How `ResamaniaHttpService` and the services bound to a tenant send their requests.
   * @default {}
   */
  http?: HttpOptions;
  /**
   * Share of the gateway's daily quota, above 0 and below 1, from which on the event `quota-low` is emitted.
   * @default 0.8
   */
  quotaWarningShare?: number;
  /**
   * Makes the store through which replicas share tokens, such as `redisTokenStore()`. Closed with the application.
   * @default none: each process obtains its own tokens
   */
  store?: () => ResamaniaTokenStore;
  /**
   * Makes what measures and traces, such as `openTelemetry()`.
   * @default none: nothing is measured
   */
  telemetry?: (source: TelemetrySource) => ResamaniaTelemetry;
  /**
   * Allow base URLs with `http:`. Secrets and tokens then travel unencrypted. Loopback hosts are always allowed.
   * @default false
   */
  allowInsecureHttp?: boolean;
}
