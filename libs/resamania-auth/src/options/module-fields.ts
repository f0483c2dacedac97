import { complete, type FieldsOf, optional, setting } from './checks/fields.js';
import * as rules from './checks/rules.js';
import type {
  ApiTransportName,
  LifetimePart,
  ResamaniaAuthOptions,
  RetryOn401,
} from './resamania-auth-options.js';
import { DEFAULT_API_KEY_HEADER, TENANT_FIELDS } from './tenant-fields.js';
import type { ResamaniaTenantOptions, Secret } from './tenant-options.js';

/** Each of the module's options: its rule and its default. `check-options.ts` checks each of the `tenants`. */
export const MODULE_FIELDS = {
  apiBaseUrl: optional<string>(TENANT_FIELDS.apiBaseUrl.rule),
  apiKey: optional<Secret>(TENANT_FIELDS.apiKey.rule),
  apiKeyHeader: setting(TENANT_FIELDS.apiKeyHeader.rule, DEFAULT_API_KEY_HEADER),
  tenants: setting<ResamaniaTenantOptions[]>(rules.tenants, []),
  tenantProvider: optional<NonNullable<ResamaniaAuthOptions['tenantProvider']>>(rules.asyncFunction),
  defaultTenant: optional<string>(TENANT_FIELDS.name.rule),
  refresh: {
    fields: {
      enabled: setting(rules.boolean, true),
      lead: lifetimePart({ above: 0 }, { share: 0.25, maxMs: 1_200_000 }),
      jitter: lifetimePart({ from: 0 }, { share: 0.1, maxMs: 600_000 }),
      margin: lifetimePart({ from: 0 }, { share: 0.1, maxMs: 30_000 }),
      warmUp: setting(rules.boolean, true),
      failFast: setting(rules.boolean, false),
      keepWarm: setting(rules.boolean, true),
    },
  },
  tokenRequest: {
    fields: {
      timeoutMs: setting(rules.timerMs, 10_000),
      deadlineMs: setting(rules.timerMs, 30_000),
      attempts: setting(rules.countUpTo(10), 3),
      concurrency: setting(rules.countUpTo(100), 4),
    },
  },
  onDemand: {
    fields: {
      maxEntries: setting(rules.countUpTo(10_000_000), 10_000),
      missTtlMs: setting(rules.countUpTo(Number.MAX_SAFE_INTEGER), 30_000),
    },
  },
  retryOn401: setting<RetryOn401>(rules.oneOf(['renew-and-replay', 'invalidate', 'off']), 'renew-and-replay'),
  http: { fields: { transport: setting<ApiTransportName>(rules.oneOf(['undici', 'axios']), 'undici') } },
  quotaWarningShare: setting(rules.range({ above: 0 }, 1), 0.8),
  allowInsecureHttp: setting(rules.boolean, false),
} satisfies FieldsOf<ResamaniaAuthOptions>;

/** The module's options when none is given. */
export const DEFAULTS = complete(MODULE_FIELDS, {});

function lifetimePart(min: { from: number } | { above: number }, { share, maxMs }: Required<LifetimePart>) {
  const fields = {
    share: setting(rules.range(min, 1), share),
    maxMs: setting(rules.range(min, Infinity), maxMs),
  };
  return { fields } satisfies { fields: FieldsOf<LifetimePart> };
}
