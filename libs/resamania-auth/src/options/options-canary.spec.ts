import { inspect } from 'node:util';

import { describe, expect, it } from '@jest/globals';

import { loadEnvironment } from '../environment/load-environment.js';
import { resolveOptions, resolveTenantOptions } from './resolve-options.js';

/** Not a name, not an IRI, not a URL: the shape of a generated secret. */
const CANARY = '4xk2m9q7p0w8s4ok0g8c4canary';
const TENANT = { clientToken: 'demoapi', clientId: '123_x', clientSecret: 'plain' };
const MODULE_FIELDS = [
  'apiBaseUrl',
  'apiKey',
  'tenants',
  'tenantProvider',
  'defaultTenant',
  'refresh',
  'tokenRequest',
  'onDemand',
  'retryOn401',
  'allowInsecureHttp',
];
const TENANT_FIELDS = [
  'name',
  'apiBaseUrl',
  'clientToken',
  'clientId',
  'clientSecret',
  'apiKey',
  'tokenPath',
  'scope',
  'clubId',
  'networkNodeId',
  'renewWith',
  'params',
];
const ENVIRONMENT = [
  'API_URL',
  'CLIENT_TOKEN',
  'CLIENT_ID',
  'CLIENT_SECRET',
  'API_KEY',
  'CLUB_ID',
  'NETWORK_NODE_ID',
  'TOKEN_PATH',
  'SCOPE',
  'RENEW_WITH',
  'DEFAULT_TENANT',
  'ALLOW_INSECURE_HTTP',
  'CLIENT_ID_FILE',
  'CLIENT_SECRET_FILE',
  'API_KEY_FILE',
];
/** The canary alone, and in all the ways that a careless message would print it. */
const DISGUISES: [string, (canary: string) => unknown][] = [
  ['as it is', (canary) => canary],
  ['with a line break', (canary) => `${canary}\n`],
  ['with another letter case', (canary) => `${canary}\u00e9`],
  ['as a user of a URL', (canary) => `https://user:${canary}@host/?${canary}`],
  ['as a plain URL', (canary) => `http://${canary}.example.com/${canary}`],
  ['as a path', (canary) => `/${canary}/clubs/{${canary}}?`],
  ['in an array', (canary) => [canary]],
  ['as a key', (canary) => ({ [canary]: canary })],
  ['as keys below keys', (canary) => ({ lead: { [canary]: canary }, [canary]: { [canary]: 1 } })],
  ['as a function', (canary) => Object.assign(() => canary, { [canary]: canary })],
  ['as a symbol', (canary) => Symbol(canary)],
  ['as a Promise', (canary) => Promise.resolve(canary)],
];
const CASES = DISGUISES.flatMap(([how, disguise]) =>
  TENANT_FIELDS.map((field): [string, string, unknown] => [how, field, disguise(CANARY)]),
);

function caught(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** All that a logger, a serialiser or a debugger could make of an error, the stack included. */
function printed(error: unknown): string {
  const {
    message = '',
    stack = '',
    problems = [],
  } = (error ?? {}) as Partial<Error & { problems: string[] }>;
  const inspected = inspect(error, { depth: Infinity, showHidden: true });
  return [message, stack, ...problems, JSON.stringify(error), inspected, String(error)]
    .join('\n')
    .toLowerCase();
}

describe('a secret in the wrong place', () => {
  // The second problem makes sure that there is an error even where the canary itself is valid.
  it.each(CASES)('%s, in %s of a tenant, is in no error', (_how, field, value) => {
    const tenant = { ...TENANT, clientId: ' ', clubId: '1', networkNodeId: '/x/clubs/1', [field]: value };
    const module = { apiBaseUrl: 'https://host', refresh: { enabled: 'x' }, tenants: [tenant, tenant] };
    const defaults = {
      apiBaseUrl: undefined,
      apiKey: undefined,
      apiKeyHeader: 'X-Gravitee-Api-Key',
      allowInsecureHttp: false,
    };
    for (const error of [
      caught(() => resolveOptions(module)),
      caught(() => resolveTenantOptions(tenant, defaults, 'here')),
    ]) {
      expect(error).toBeInstanceOf(Error);
      expect(printed(error)).not.toContain(CANARY);
    }
  });

  it.each(DISGUISES)('%s, in each field of the module, is in no error', (_how, disguise) => {
    for (const field of MODULE_FIELDS) {
      const error = caught(() =>
        resolveOptions({ unknown: 1, tenants: [TENANT], [field]: disguise(CANARY) }),
      );
      expect(error).toBeInstanceOf(Error);
      expect(printed(error)).not.toContain(CANARY);
    }
    for (const group of ['refresh', 'tokenRequest', 'onDemand']) {
      const fields = ['enabled', 'lead', 'share', 'timeoutMs', 'maxEntries', CANARY];
      const values = Object.fromEntries(fields.map((field) => [field, disguise(CANARY)]));
      expect(printed(caught(() => resolveOptions({ [group]: values })))).not.toContain(CANARY);
    }
    expect(printed(caught(() => resolveOptions(disguise(CANARY))))).not.toContain(CANARY);
  });

  it.each(DISGUISES)('%s, in each variable, is in no error', (_how, disguise) => {
    const value = disguise(CANARY);
    if (typeof value !== 'string') return;
    for (const variable of ENVIRONMENT) {
      const env = {
        RESAMANIA_CLUB_ID: '1',
        RESAMANIA_NETWORK_NODE_ID: '/x/1',
        [`RESAMANIA_${variable}`]: value,
      };
      const error = caught(() => loadEnvironment(env, unreadable));
      expect(error).toBeInstanceOf(Error);
      expect(printed(error)).not.toContain(CANARY);
    }
    const list = { RESAMANIA_TENANTS: `${value}${CANARY},${value}${CANARY}` };
    expect(printed(caught(() => loadEnvironment(list, unreadable)))).not.toContain(CANARY);
  });

  it('is in no error when it is the content of a file', () => {
    const env = {
      RESAMANIA_CLIENT_ID_FILE: '/run/secrets/a',
      RESAMANIA_CLIENT_SECRET_FILE: '/run/secrets/b',
      RESAMANIA_API_KEY_FILE: '/run/secrets/c',
    };
    const error = caught(() => loadEnvironment(env, () => `${CANARY} \n\n`));
    expect(printed(error)).toContain('resamania_client_secret_file');
    expect(printed(error)).not.toContain(CANARY);
  });
});

function unreadable(path: string): string {
  throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: 'ENOENT', path });
}
