import { baseUrlFlaw } from './checks/base-url.js';
import { type Field, setting } from './checks/fields.js';
import * as rules from './checks/rules.js';
import { headerSecretFlaw, secretFlaw } from './checks/secret.js';
import type { RenewWith, ResamaniaTenantOptions } from './tenant-options.js';

/** The environment variable of a tenant's field. */
export interface FieldVariable {
  /** Without `RESAMANIA_` and the tenant's name. */
  readonly name: string;
  /**
   * What the variable without a tenant's name is for when `RESAMANIA_TENANTS` is set: the value of `'each tenant'`
   * without its own; the option of the `'module'`, which such tenants inherit; or `'nothing'`, so that it is refused.
   */
  readonly unprefixed: 'each tenant' | 'module' | 'nothing';
  /** For a field that a tenant needs: how to set the variable. */
  readonly example?: (variable: string) => string;
  /** For a secret, which is kept as it is: what is wrong with its text. */
  readonly secretFlaw?: (value: unknown) => string | undefined;
}

/** Name of the header of gateway keys. The gateway is Gravitee, which reads this one unless it is configured otherwise. */
export const DEFAULT_API_KEY_HEADER = 'X-Gravitee-Api-Key';

const TOKEN_PATH = '/{client_token}/oauth/v2/token';

/**
 * Each field of a tenant: its rule, its default, its variable. Whether `apiBaseUrl` is missing, and whether club and
 * network node are the tenant's own, depends on other fields: `tenant-problems.ts` says so.
 */
export const TENANT_FIELDS = {
  name: { rule: rules.name },
  apiBaseUrl: {
    rule: baseUrlFlaw,
    variable: {
      name: 'API_URL',
      unprefixed: 'each tenant',
      example: setTo('https://gateway.prod.gravitee.stadline.tech/resa2-staging'),
    },
  },
  clientToken: {
    rule: rules.clientToken,
    required: true,
    variable: { name: 'CLIENT_TOKEN', unprefixed: 'nothing', example: setTo('demoapi') },
  },
  clientId: {
    rule: rules.tidyString,
    required: true,
    variable: { name: 'CLIENT_ID', unprefixed: 'nothing', example: setTo('123_xxxxxxxx') },
  },
  clientSecret: {
    rule: rules.clientSecret,
    required: true,
    variable: { name: 'CLIENT_SECRET', unprefixed: 'nothing', example: inFile, secretFlaw },
  },
  apiKey: {
    rule: rules.apiKey,
    variable: { name: 'API_KEY', unprefixed: 'module', secretFlaw: headerSecretFlaw },
  },
  apiKeyHeader: {
    rule: rules.apiKeyHeader(DEFAULT_API_KEY_HEADER),
    variable: { name: 'API_KEY_HEADER', unprefixed: 'module' },
  },
  tokenPath: {
    ...setting(rules.tokenPath(TOKEN_PATH), TOKEN_PATH),
    variable: { name: 'TOKEN_PATH', unprefixed: 'each tenant' },
  },
  scope: { rule: rules.tidyString, variable: { name: 'SCOPE', unprefixed: 'each tenant' } },
  clubId: { rule: rules.anything, variable: { name: 'CLUB_ID', unprefixed: 'nothing' } },
  networkNodeId: { rule: rules.anything, variable: { name: 'NETWORK_NODE_ID', unprefixed: 'nothing' } },
  renewWith: {
    ...setting<RenewWith>(
      rules.oneOf(['credentials', 'credentials-with-refresh-token', 'refresh-token']),
      'credentials',
    ),
    variable: { name: 'RENEW_WITH', unprefixed: 'each tenant' },
  },
  params: {
    ...setting<Record<string, string>>(rules.objectOfStrings, {}),
    entries: { key: rules.paramName, value: rules.text },
  },
} as const satisfies Record<
  keyof ResamaniaTenantOptions,
  Field & { readonly default?: unknown; readonly variable?: FieldVariable }
>;

function setTo(value: string): (variable: string) => string {
  return (variable) => `${variable}=${value}`;
}

function inFile(variable: string): string {
  return `${variable}_FILE=/run/secrets/${variable.toLowerCase()}`;
}
