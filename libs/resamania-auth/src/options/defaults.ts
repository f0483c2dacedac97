import type { RefreshPolicy, ResolvedOptions, TokenRequestPolicy } from './resolved-options.js';
import type { RetryOn401 } from './resamania-auth-options.js';
import type { RenewWith } from './tenant-options.js';

/** The default of every option that has one. The JSDoc of the options says the same. */
export const DEFAULT_REFRESH: RefreshPolicy = Object.freeze({
  enabled: true,
  lead: Object.freeze({ share: 0.25, maxMs: 1_200_000 }),
  jitter: Object.freeze({ share: 0.1, maxMs: 600_000 }),
  margin: Object.freeze({ share: 0.1, maxMs: 30_000 }),
  warmUp: true,
  failFast: false,
  keepWarm: true,
});

export const DEFAULT_TOKEN_REQUEST: TokenRequestPolicy = Object.freeze({
  timeoutMs: 10_000,
  deadlineMs: 30_000,
  attempts: 3,
  concurrency: 4,
});

export const DEFAULT_ON_DEMAND: ResolvedOptions['onDemand'] = Object.freeze({
  maxEntries: 10_000,
  missTtlMs: 30_000,
});

export const DEFAULT_HTTP: ResolvedOptions['http'] = Object.freeze({ axios: Object.freeze({}) });

export const DEFAULT_QUOTA_WARNING_SHARE = 0.8;

export const DEFAULT_RETRY_ON_401: RetryOn401 = 'renew-and-replay';

/** The gateway is Gravitee, which reads its keys from this header unless it is told otherwise. */
export const DEFAULT_API_KEY_HEADER = 'X-Gravitee-Api-Key';

export const DEFAULT_TOKEN_PATH = '/{client_token}/oauth/v2/token';

export const DEFAULT_RENEW_WITH: RenewWith = 'credentials';
