import type { AxiosRequestConfig } from 'axios';
import { z } from 'zod';

import { baseUrlFlaw } from './checks/base-url.js';
import { kindOf } from './checks/problem.js';
import type {
  HttpOptions,
  LifetimePart,
  OnDemandOptions,
  RefreshOptions,
  ResamaniaAuthOptions,
  RetryOn401,
  TokenRequestOptions,
} from './resamania-auth-options.js';
import * as rules from './checks/rules.js';
import type { Secret } from './secret.js';
import type { RenewWith, ResamaniaTenantOptions } from './tenant-options.js';

/** Every key of the options has a schema: an option added to the interface alone does not compile. */
type ShapeOf<T> = Record<keyof T, z.ZodType>;

/** Clubs and network nodes depend on the `clientToken`: `tenant-problems.ts` looks at their form. */
export const tenantSchema = strict({
  name: field<string>(rules.name).optional(),
  apiBaseUrl: field<string>(baseUrlFlaw).optional(),
  clientToken: field<string>(rules.clientToken),
  clientId: field<string>(rules.tidyString),
  clientSecret: field<Secret>(rules.clientSecret),
  apiKey: field<Secret>(rules.apiKey).optional(),
  apiKeyHeader: field<string>(rules.apiKeyHeader).optional(),
  tokenPath: field<string>(rules.tokenPath).optional(),
  scope: field<string>(rules.tidyString).optional(),
  clubId: field<string>(rules.anything).optional(),
  networkNodeId: field<string>(rules.anything).optional(),
  renewWith: field<RenewWith>(
    rules.oneOf(['credentials', 'credentials-with-refresh-token', 'refresh-token']),
  ).optional(),
  params: z.record(z.string(), z.string(error('a string')), error('an object of strings')).optional(),
} satisfies ShapeOf<ResamaniaTenantOptions>);

const lead = strict({
  share: field<number>(rules.range({ above: 0 }, 1)).optional(),
  maxMs: field<number>(rules.range({ above: 0 }, Infinity)).optional(),
} satisfies ShapeOf<LifetimePart>);

const lifetimePart = strict({
  share: field<number>(rules.range({ from: 0 }, 1)).optional(),
  maxMs: field<number>(rules.range({ from: 0 }, Infinity)).optional(),
} satisfies ShapeOf<LifetimePart>);

const flag = field<boolean>(rules.boolean).optional();

const refresh = strict({
  enabled: flag,
  lead: lead.optional(),
  jitter: lifetimePart.optional(),
  margin: lifetimePart.optional(),
  warmUp: flag,
  failFast: flag,
  keepWarm: flag,
} satisfies ShapeOf<RefreshOptions>);

const tokenRequest = strict({
  timeoutMs: count(rules.MAX_TIMER_MS),
  deadlineMs: count(rules.MAX_TIMER_MS),
  attempts: count(10),
  concurrency: count(100),
} satisfies ShapeOf<TokenRequestOptions>);

const onDemand = strict({
  maxEntries: count(10_000_000),
  missTtlMs: count(Number.MAX_SAFE_INTEGER),
} satisfies ShapeOf<OnDemandOptions>);

const http = strict({
  axios: field<AxiosRequestConfig>(rules.plainObject).optional(),
} satisfies ShapeOf<HttpOptions>);

/** Each tenant is left to `tenantSchema`, which `resolve-tenant-options.ts` applies one by one. */
export const optionsSchema = strict({
  apiBaseUrl: field<string>(baseUrlFlaw).optional(),
  apiKey: field<Secret>(rules.apiKey).optional(),
  apiKeyHeader: field<string>(rules.apiKeyHeader).optional(),
  tenants: z.array(z.unknown(), error('an array of tenants')).optional(),
  tenantProvider: field<NonNullable<ResamaniaAuthOptions['tenantProvider']>>(rules.asyncFunction).optional(),
  defaultTenant: field<string>(rules.name).optional(),
  refresh: refresh.optional(),
  tokenRequest: tokenRequest.optional(),
  onDemand: onDemand.optional(),
  retryOn401: field<RetryOn401>(rules.oneOf(['renew-and-replay', 'invalidate', 'off'])).optional(),
  http: http.optional(),
  quotaWarningShare: field<number>(rules.range({ above: 0 }, 1)).optional(),
  allowInsecureHttp: flag,
} satisfies ShapeOf<ResamaniaAuthOptions>);

/** To send an option that stands in the wrong place home. */
export const OPTION_HOMES: ReadonlyMap<string, string> = new Map([
  ...homes(http.shape, 'http'),
  ...homes(onDemand.shape, 'onDemand'),
  ...homes(tokenRequest.shape, 'tokenRequest'),
  ...homes(refresh.shape, 'refresh'),
  ...homes(tenantSchema.shape, 'a tenant'),
  ...homes(optionsSchema.shape, "the module's options"),
]);

export type ValidTenantOptions = z.infer<typeof tenantSchema>;
export type ValidOptions = z.infer<typeof optionsSchema>;

function field<T>(rule: rules.Rule) {
  return z.custom<T>((value) => rule(value) === undefined, { error: (issue) => rule(issue.input) });
}

function count(max: number) {
  return field<number>(rules.countUpTo(max)).optional();
}

function strict<T extends z.ZodRawShape>(shape: T) {
  return z.strictObject(shape, error('an object'));
}

function error(what: string) {
  return { error: (issue: { input?: unknown }) => `expected ${what}, found ${kindOf(issue.input)}` };
}

function homes(shape: z.ZodRawShape, home: string): [string, string][] {
  return Object.keys(shape).map((key) => [key, home]);
}
