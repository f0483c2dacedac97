import type { AxiosRequestConfig } from 'axios';

import { MAX_TIMER_MS } from '../clock.js';
import { baseUrlFlaw } from './checks/base-url.js';
import * as rules from './checks/rules.js';
import {
  complete,
  type Field,
  type FieldsOf,
  optional,
  type Relation,
  type Rule,
  setting,
} from './checks/fields.js';
import type { HttpOptions } from './http-options.js';
import type { LifetimePart, ResamaniaAuthOptions, RetryOn401 } from './resamania-auth-options.js';
import type { RenewWith, ResamaniaTenantOptions, Secret } from './tenant-options.js';

/** The environment variable of a tenant's field. */
export interface FieldVariable {
  /** Without `RESAMANIA_` and the tenant's name. */
  readonly name: string;
  /**
   * What the variable without a tenant's name is when `RESAMANIA_TENANTS` is set: refused, the value for each tenant
   * without its own, or the option of the module, which such tenants inherit.
   */
  readonly unprefixed: 'refused' | 'for each tenant' | 'of the module';
  /** For a field that a tenant needs: how to set the variable. */
  readonly example?: (variable: string) => string;
  /** For a secret: what is wrong with its text. */
  readonly secretFlaw?: Rule;
}

/** The header of gateway keys. The gateway is Gravitee, which reads this one unless it is configured otherwise. */
const DEFAULT_API_KEY_HEADER = 'X-Gravitee-Api-Key';

const API_URL = 'https://gateway.prod.gravitee.stadline.tech/resa2-staging';
const TOKEN_PATH = '/{client_token}/oauth/v2/token';
const RENEW_WITH: readonly RenewWith[] = ['credentials', 'credentials-with-refresh-token', 'refresh-token'];

/**
 * Each field of a tenant: its rule, its default, its variable. What depends on other fields stands in
 * `resolve-options.ts`: whether `apiBaseUrl` is missing, and whether club and network node are the tenant's own.
 */
export const TENANT_FIELDS = {
  name: { rule: rules.name },
  apiBaseUrl: { rule: baseUrlFlaw, ...variable('API_URL', 'for each tenant', { example: setTo(API_URL) }) },
  clientToken: {
    rule: rules.clientToken,
    required: true,
    ...variable('CLIENT_TOKEN', 'refused', { example: setTo('demoapi') }),
  },
  clientId: {
    rule: rules.tidyString,
    required: true,
    ...variable('CLIENT_ID', 'refused', { example: setTo('123_xxxxxxxx') }),
  },
  clientSecret: {
    rule: rules.clientSecret,
    required: true,
    ...variable('CLIENT_SECRET', 'refused', { example: inFile, secretFlaw: rules.secretFlaw }),
  },
  apiKey: {
    rule: rules.apiKey,
    ...variable('API_KEY', 'of the module', { secretFlaw: rules.headerSecretFlaw }),
  },
  apiKeyHeader: {
    rule: rules.apiKeyHeader(DEFAULT_API_KEY_HEADER),
    ...variable('API_KEY_HEADER', 'of the module'),
  },
  tokenPath: {
    ...setting(rules.tokenPath(TOKEN_PATH), TOKEN_PATH),
    ...variable('TOKEN_PATH', 'for each tenant'),
  },
  scope: { rule: rules.tidyString, ...variable('SCOPE', 'for each tenant') },
  clubId: { rule: rules.anything, ...variable('CLUB_ID', 'refused') },
  networkNodeId: { rule: rules.anything, ...variable('NETWORK_NODE_ID', 'refused') },
  renewWith: {
    ...setting<RenewWith>(rules.oneOf(RENEW_WITH), 'credentials'),
    ...variable('RENEW_WITH', 'for each tenant'),
  },
  params: {
    ...setting<Record<string, string>>(rules.objectOfStrings, {}),
    entries: { key: rules.paramName, value: rules.text },
  },
} as const satisfies Record<keyof ResamaniaTenantOptions, Field & { readonly variable?: FieldVariable }>;

function variable(
  name: string,
  unprefixed: FieldVariable['unprefixed'],
  more: Pick<FieldVariable, 'example' | 'secretFlaw'> = {},
): { readonly variable: FieldVariable } {
  return { variable: { name, unprefixed, ...more } };
}

function setTo(value: string): (name: string) => string {
  return (name) => `${name}=${value}`;
}

function inFile(name: string): string {
  return `${name}_FILE=/run/secrets/${name.toLowerCase()}`;
}

/** Each of the module's options: its rule and its default. `resolve-options.ts` checks each of the `tenants`. */
export const MODULE_FIELDS = {
  apiBaseUrl: optional<string>(TENANT_FIELDS.apiBaseUrl.rule),
  apiKey: optional<Secret>(TENANT_FIELDS.apiKey.rule),
  apiKeyHeader: setting(TENANT_FIELDS.apiKeyHeader.rule, DEFAULT_API_KEY_HEADER),
  tenants: setting<ResamaniaTenantOptions[]>(rules.tenants, []),
  tenantProvider: optional<NonNullable<ResamaniaAuthOptions['tenantProvider']>>(rules.asyncFunction),
  defaultTenant: optional<string | false>(rules.nameOrFalse),
  refresh: {
    fields: {
      enabled: setting(rules.boolean, true),
      lead: lifetimePart('above 0', { share: 0.25, maxMs: 1_200_000 }),
      jitter: lifetimePart('of at least 0', { share: 0.1, maxMs: 600_000 }),
      margin: lifetimePart('of at least 0', { share: 0.1, maxMs: 30_000 }),
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
      ttlMs: setting(rules.countUpTo(Number.MAX_SAFE_INTEGER), 3_600_000),
      missTtlMs: setting(rules.countUpTo(Number.MAX_SAFE_INTEGER), 30_000),
    },
  },
  retryOn401: setting<RetryOn401>(rules.oneOf(['renew-and-replay', 'invalidate', 'off']), 'renew-and-replay'),
  http: {
    fields: {
      timeoutMs: setting(rules.timerMs, 30_000),
      axios: setting<AxiosRequestConfig>(rules.plainObject, {}),
      configure: optional<NonNullable<HttpOptions['configure']>>(rules.asyncFunction),
      shutdownGraceMs: setting(rules.range('of at least 0', MAX_TIMER_MS), 5000),
    },
  },
  quotaWarningShare: setting(rules.range('above 0', 1), 0.8),
  store: optional<NonNullable<ResamaniaAuthOptions['store']>>(rules.asyncFunction),
  telemetry: optional<NonNullable<ResamaniaAuthOptions['telemetry']>>(rules.asyncFunction),
  allowInsecureHttp: setting(rules.boolean, false),
} satisfies FieldsOf<ResamaniaAuthOptions>;

/** The module's options when none is given. */
export const DEFAULTS = complete(MODULE_FIELDS, {});

/** What must hold between two of the module's numbers. */
export const MODULE_RELATIONS: readonly Relation[] = [
  { at: 'refresh.margin.share', holds: isAtMost, expected: 'at most', other: 'refresh.lead.share' },
  { at: 'refresh.margin.maxMs', holds: isAtMost, expected: 'at most', other: 'refresh.lead.maxMs' },
  {
    at: 'refresh.lead.share',
    holds: (lead, jitter) => lead + jitter < 1,
    expected: 'less than 1 together with',
    other: 'refresh.jitter.share',
  },
  { at: 'tokenRequest.timeoutMs', holds: isAtMost, expected: 'at most', other: 'tokenRequest.deadlineMs' },
];

function isAtMost(value: number, limit: number): boolean {
  return value <= limit;
}

function lifetimePart(low: 'of at least 0' | 'above 0', { share, maxMs }: Required<LifetimePart>) {
  const fields = {
    share: setting(rules.range(low, 1), share),
    maxMs: setting(rules.range(low, Infinity), maxMs),
  };
  return { fields } satisfies { fields: FieldsOf<LifetimePart> };
}
