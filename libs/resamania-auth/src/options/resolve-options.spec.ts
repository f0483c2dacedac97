import { describe, expect, it } from '@jest/globals';

import { ResamaniaConfigError } from '../errors.js';
import { resolveOptions } from './resolve-options.js';

const API = 'https://gateway.example.com/resa2-staging';
const TENANT = { clientToken: 'demoapi', clientId: '123_x', clientSecret: 's3cret' };

function problemsOf(raw: unknown): readonly string[] {
  try {
    resolveOptions(raw);
  } catch (error) {
    if (error instanceof ResamaniaConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('resolveOptions', () => {
  it('applies every default', () => {
    expect(resolveOptions({})).toEqual({
      tenants: [],
      tenantDefaults: {
        apiBaseUrl: undefined,
        apiKey: undefined,
        apiKeyHeader: 'X-Gravitee-Api-Key',
        allowInsecureHttp: false,
      },
      tenantProvider: undefined,
      defaultTenant: undefined,
      refresh: {
        enabled: true,
        lead: { share: 0.25, maxMs: 1_200_000 },
        jitter: { share: 0.1, maxMs: 600_000 },
        margin: { share: 0.1, maxMs: 30_000 },
        warmUp: true,
        failFast: false,
        keepWarm: true,
      },
      tokenRequest: { timeoutMs: 10_000, deadlineMs: 30_000, attempts: 3, concurrency: 4 },
      onDemand: { maxEntries: 10_000, ttlMs: 3_600_000, missTtlMs: 30_000 },
      http: { timeoutMs: 30_000, axios: {}, configure: undefined, shutdownGraceMs: 5000 },
      quotaWarningShare: 0.8,
      retryOn401: 'renew-and-replay',
    });
  });

  it('keeps what is given, field by field, and treats undefined as not given', () => {
    const resolved = resolveOptions({
      apiBaseUrl: 'HTTPS://Gateway.example.com:443/Prefix/',
      tenants: [TENANT],
      defaultTenant: 'later',
      refresh: { enabled: false, lead: { maxMs: 60_000, share: undefined }, jitter: undefined },
      tokenRequest: { attempts: 1 },
      onDemand: { maxEntries: 5 },
      retryOn401: 'off',
    });
    expect(resolved.tenantDefaults.apiBaseUrl).toBe('https://gateway.example.com/Prefix');
    expect(resolved.tenants[0]?.tokenUrl).toBe('https://gateway.example.com/Prefix/demoapi/oauth/v2/token');
    expect(resolved.refresh.lead).toEqual({ share: 0.25, maxMs: 60_000 });
    expect(resolved.refresh.jitter).toEqual({ share: 0.1, maxMs: 600_000 });
    expect(resolved.refresh.enabled).toBe(false);
    expect(resolved.tokenRequest).toEqual({
      timeoutMs: 10_000,
      deadlineMs: 30_000,
      attempts: 1,
      concurrency: 4,
    });
    expect(resolved.onDemand).toEqual({ maxEntries: 5, ttlMs: 3_600_000, missTtlMs: 30_000 });
    expect(resolved).toMatchObject({ defaultTenant: 'later', retryOn401: 'off' });
  });

  it('shares nothing with what was given, and is frozen', () => {
    const params = { audience: 'x' };
    const given = { apiBaseUrl: API, tenants: [{ ...TENANT, params }], refresh: { lead: { share: 0.5 } } };
    const resolved = resolveOptions(given);
    params.audience = 'changed';
    given.refresh.lead.share = 0.9;
    given.tenants.pop();
    expect(resolved.tenants[0]?.params).toEqual({ audience: 'x' });
    expect(resolved.tenants[0]?.source.params).toEqual({ audience: 'x' });
    expect(resolved.refresh.lead.share).toBe(0.5);
    const parts = [resolved, resolved.tenants, resolved.tenants[0], resolved.tenants[0]?.params];
    for (const part of [...parts, resolved.refresh, resolved.refresh.lead, resolved.tokenRequest]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  it('takes an instance of a class, whose methods are no options', () => {
    class Options {
      apiBaseUrl = API;
      tenants = [TENANT];
      describe(): string {
        return this.apiBaseUrl;
      }
    }
    expect(resolveOptions(new Options()).tenants).toHaveLength(1);
  });

  it.each([
    [undefined, 'found undefined'],
    [null, 'found null'],
    [[], 'found an array'],
    ['x', 'found a string'],
    [() => ({}), 'found a function'],
    [Promise.resolve({}), 'found a Promise: await it'],
  ])('refuses %p as options', (raw, words) => {
    expect(problemsOf(raw)).toEqual([expect.stringContaining(`options: expected an object, ${words}`)]);
  });

  it('lists every problem at once, wherever it is', () => {
    const problems = problemsOf({
      apiBaseUrl: 'ftp://host',
      apikey: 'x',
      scope: 'x',
      refresh: { lead: { share: 0.05 }, warmup: true, margin: { share: 'x' } },
      tokenRequest: { deadlineMs: 5, attempts: 1.5, onDemand: 1 },
      retryOn401: true,
      tenants: [
        { ...TENANT, clientSecret: undefined, clubId: '12', params: { scope: 'x', n: 1 } },
        { ...TENANT, clientId: ' ' },
        null,
        Promise.resolve(TENANT),
      ],
    });
    expect(problems.toSorted()).toEqual(
      [
        'apiBaseUrl: expected an absolute URL such as https://api.example.com/prefix, found another string',
        'apikey: unknown option, did you mean apiKey?',
        'scope: unknown option here, it belongs to a tenant',
        'refresh.warmup: unknown option, did you mean warmUp?',
        'refresh.margin.share: expected a number of at least 0 and below 1, found a string',
        'tokenRequest.attempts: expected a whole number from 1 to 10, found another number',
        "tokenRequest.onDemand: unknown option here, it belongs to the module's options",
        'tokenRequest.timeoutMs: expected at most tokenRequest.deadlineMs (it is 10000 by default)',
        "retryOn401: expected one of 'renew-and-replay', 'invalidate', 'off', found a boolean",
        'tenants[0].clientSecret: expected a non-empty string or a function that returns one, found undefined',
        'tenants[0].clubId: expected an IRI /demoapi/clubs/{id}, found a bare id',
        'tenants[0].params.scope: expected another name: the library sets this field of the request itself',
        'tenants[0].params.n: expected a string, found a number',
        'tenants[1].clientId: expected a non-empty string without white space or a line break around it, found a string with white space or a line break around it',
        'tenants[1].clientToken: expected a name of its own, tenants[0].clientToken is the same',
        'tenants[2]: expected an object, found null',
        'tenants[3]: expected an object, found a Promise: await it, or use forRootAsync()',
      ].toSorted(),
    );
  });

  it.each([
    ['tenants', {}, 'expected an array of tenants, found an object'],
    ['tenants', null, 'found null'],
    ['tenantProvider', {}, 'expected a function'],
    ['defaultTenant', '', 'found an empty string'],
    ['defaultTenant', 'a\u200bb', 'visible characters'],
    ['refresh', true, 'expected an object, found a boolean'],
    ['refresh', { enabled: 'true' }, 'expected true or false, found a string'],
    ['refresh', { lead: { share: 0 } }, 'a number above 0 and below 1'],
    ['refresh', { lead: { share: 1 } }, 'below 1'],
    ['refresh', { lead: { maxMs: 0 } }, 'a number above 0'],
    ['refresh', { lead: { maxMs: Infinity } }, 'found an infinite number'],
    ['refresh', { jitter: { share: -0.1 } }, 'at least 0'],
    ['refresh', { jitter: { maxMs: NaN } }, 'found NaN'],
    ['refresh', { margin: [0.1] }, 'expected an object, found an array'],
    ['refresh', { margin: { share: 0.3 } }, 'at most refresh.lead.share (that is 0.25 by default)'],
    ['refresh', { margin: { maxMs: 2e6 } }, 'at most refresh.lead.maxMs'],
    ['refresh', { lead: { maxMs: 10 } }, 'refresh.margin.maxMs: expected at most refresh.lead.maxMs'],
    ['refresh', { lead: { share: 0.9 } }, 'refresh.lead.share: expected less than 1 together with'],
    ['refresh', { lead: { share: 0.5 }, jitter: { share: 0.5 } }, 'less than 1 together'],
    ['tokenRequest', { timeoutMs: 0 }, 'a whole number from 1 to 2147483647'],
    ['tokenRequest', { deadlineMs: 2 ** 31 }, 'a whole number from 1 to 2147483647'],
    ['tokenRequest', { timeoutMs: 40_000 }, 'at most tokenRequest.deadlineMs (that is 30000 by default)'],
    ['tokenRequest', { attempts: 11 }, 'from 1 to 10'],
    ['tokenRequest', { concurrency: 101 }, 'from 1 to 100'],
    ['tokenRequest', { concurrency: '4' }, 'found a string'],
    ['onDemand', { maxEntries: 0 }, 'a whole number from 1'],
    ['onDemand', { maxEntries: 1e10 }, 'a whole number from 1'],
    ['onDemand', { missTtlMs: 1.5 }, 'a whole number of at least 1'],
    ['http', { axios: [] }, 'http.axios: expected a plain object, found an array'],
    ['http', { axios: new Date() }, 'http.axios: expected a plain object, found an object'],
    ['http', { axios: () => undefined }, 'http.axios: expected a plain object, found a function'],
    ['allowInsecureHttp', 1, 'expected true or false'],
    ['retryOn401', 'always', 'found another string'],
    ['apiKey', 'caf\u00e9', 'visible ASCII'],
  ])('%s: %p is a problem', (field, value, words) => {
    expect(problemsOf({ [field]: value })).toEqual([expect.stringContaining(words)]);
    expect(problemsOf({ [field]: value })[0]).toMatch(new RegExp(`^${field}`));
  });

  it('names both places of a duplicate name, given or by default', () => {
    const tenants = [
      TENANT,
      { ...TENANT, clientToken: 'other', name: 'demoapi' },
      { ...TENANT, name: 'demo2' },
    ];
    expect(problemsOf({ apiBaseUrl: API, tenants })).toEqual([
      'tenants[1].name: expected a name of its own, tenants[0].clientToken is the same',
    ]);
  });

  it('says so once when the base URL of all tenants is wrong, and per tenant when there is none', () => {
    const tenants = [TENANT, { ...TENANT, clientToken: 'other' }];
    expect(problemsOf({ apiBaseUrl: 'x', tenants })).toHaveLength(1);
    expect(problemsOf({ tenants })).toEqual([
      'tenants[0].apiBaseUrl: expected a URL here or as apiBaseUrl of the module, found neither',
      'tenants[1].apiBaseUrl: expected a URL here or as apiBaseUrl of the module, found neither',
    ]);
  });

  it('wants https, loopback and allowInsecureHttp apart', () => {
    const insecure = [
      'apiBaseUrl: expected https: (http: only for loopback hosts, or with allowInsecureHttp)',
    ];
    expect(problemsOf({ apiBaseUrl: 'http://host', tenants: [TENANT] })).toEqual(insecure);
    expect(problemsOf({ apiBaseUrl: 'http://host', allowInsecureHttp: true, tenants: [TENANT] })).toEqual([]);
    expect(problemsOf({ apiBaseUrl: 'http://localhost:1', tenants: [TENANT] })).toEqual([]);
  });

  it('does not look for the default tenant yet: it may be registered later', () => {
    expect(problemsOf({ apiBaseUrl: API, tenants: [TENANT], defaultTenant: 'later' })).toEqual([]);
  });

  it('reports holes in the list of tenants, and keys that pollute nothing', () => {
    // oxlint-disable-next-line no-sparse-arrays -- the hole is what is tested
    expect(problemsOf({ apiBaseUrl: API, tenants: [, TENANT] })).toEqual([
      'tenants[0]: expected an object, found undefined',
    ]);
    expect(problemsOf(JSON.parse('{"__proto__": {"apiBaseUrl": "x"}}'))).toHaveLength(1);
  });

  it.each([10, 1000])('looks at each field of %i tenants once, however many they are', (count) => {
    let reads = 0;
    const tenants = Array.from({ length: count }, (_, index) => {
      const clientToken = `chain${index}`;
      const fields = { ...TENANT, clientToken, apiBaseUrl: API, clubId: `/${clientToken}/clubs/1` };
      return new Proxy(fields, {
        get(target, key) {
          if (Object.hasOwn(target, key)) reads++;
          return Reflect.get(target, key) as unknown;
        },
      });
    });
    expect(resolveOptions({ tenants }).tenants).toHaveLength(count);
    expect(reads).toBe(count * 5);
  });
});
