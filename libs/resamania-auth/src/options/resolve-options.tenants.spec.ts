import { describe, expect, it } from '@jest/globals';

import { ResamaniaConfigError } from '../errors.js';
import { resolveTenantOptions } from './resolve-options.js';
import type { TenantDefaults } from './resolved-options.js';

const DEFAULTS: TenantDefaults = {
  apiBaseUrl: 'https://gateway.example.com/resa2-staging',
  apiKey: 'gateway-key',
  apiKeyHeader: 'X-Gravitee-Api-Key',
  allowInsecureHttp: false,
};
const TENANT = { clientToken: 'demoapi', clientId: '123_x', clientSecret: 's3cret' };

function problemsOf(raw: unknown, defaults: TenantDefaults = DEFAULTS): readonly string[] {
  try {
    resolveTenantOptions(raw, defaults, 'register()');
  } catch (error) {
    if (error instanceof ResamaniaConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('resolveTenantOptions', () => {
  it('inherits from the module and applies the defaults', () => {
    expect(resolveTenantOptions(TENANT, DEFAULTS, 'register()')).toEqual({
      name: 'demoapi',
      apiBaseUrl: 'https://gateway.example.com/resa2-staging',
      tokenUrl: 'https://gateway.example.com/resa2-staging/demoapi/oauth/v2/token',
      ...TENANT,
      apiKey: 'gateway-key',
      apiKeyHeader: 'X-Gravitee-Api-Key',
      scope: undefined,
      clubId: undefined,
      networkNodeId: undefined,
      renewWith: 'credentials',
      params: {},
      source: { ...TENANT, params: {} },
    });
  });

  it('lets the tenant say otherwise', () => {
    const own = {
      ...TENANT,
      name: 'Club Paris \u00e9',
      apiBaseUrl: 'https://api.resamania.com/',
      clientSecret: () => 'x',
      apiKey: async () => Promise.resolve('k'),
      tokenPath: '/oauth/v2/token',
      scope: 'a b',
      clubId: '/demoapi/clubs/1210',
      networkNodeId: '/demoapi/network_nodes/12',
      renewWith: 'refresh-token',
      params: { audience: '', __x: 'y' },
    } as const;
    const { tokenPath: _, ...kept } = own;
    expect(resolveTenantOptions(own, DEFAULTS, 'register()')).toMatchObject({
      ...kept,
      apiBaseUrl: 'https://api.resamania.com',
      tokenUrl: 'https://api.resamania.com/oauth/v2/token',
    });
  });

  it('encodes the clientToken in the token URL, whatever replacement patterns it holds', () => {
    const { tokenUrl } = resolveTenantOptions({ ...TENANT, clientToken: "a$&b$'" }, DEFAULTS, 'x');
    expect(tokenUrl).toBe("https://gateway.example.com/resa2-staging/a%24%26b%24'/oauth/v2/token");
  });

  it('begins its message with the call, and names the paths of the tenant alone', () => {
    expect(() => resolveTenantOptions({}, DEFAULTS, 'register()')).toThrow(
      /^register\(\): 3 problems\n {2}- clientToken: .*\n {2}- clientId: .*\n {2}- clientSecret: /,
    );
  });

  it.each([
    [null, 'tenant: expected an object, found null'],
    [[TENANT], 'tenant: expected an object, found an array'],
    [Promise.resolve(TENANT), 'tenant: expected an object, found a Promise'],
  ])('refuses %p', (raw, words) => {
    expect(problemsOf(raw)).toEqual([expect.stringContaining(words)]);
  });

  it.each([
    ['name', '', 'found an empty string'],
    ['name', ' x', 'white space'],
    ['name', 'x'.repeat(201), 'at most 200'],
    ['name', 'a\u0000b', 'visible'],
    ['name', 7, 'found a number'],
    ['apiBaseUrl', 'http://api.example.com', 'https:'],
    ['apiBaseUrl', 'https://api.example.com/demoapi', 'does not end in the clientToken'],
    ['apiBaseUrl', 'https://api.example.com/demoapi/', 'does not end in the clientToken'],
    ['apiBaseUrl', 'https://api.example.com/x/demoapi/oauth/v2/token', 'does not end in the token path'],
    ['apiBaseUrl', null, 'found null'],
    ['clientToken', '', 'found an empty string'],
    ['clientToken', '.', 'one path segment'],
    ['clientToken', '..', 'one path segment'],
    ['clientToken', 'a/b', 'one path segment'],
    ['clientToken', 'a?b', 'one path segment'],
    ['clientToken', 'a%2fb', 'one path segment'],
    ['clientToken', 'a b', 'one path segment'],
    ['clientToken', 'a\\b', 'one path segment'],
    ['clientToken', '{client_token}', 'one path segment'],
    ['clientToken', 'demo\u200b', 'one path segment'],
    ['clientId', '', 'found an empty string'],
    ['clientId', '123_x\n', 'line break'],
    ['clientId', 123, 'found a number'],
    ['clientSecret', '', 'found an empty string'],
    ['clientSecret', 's3cret\n', 'byte for byte'],
    ['clientSecret', ' s3cret', 'byte for byte'],
    ['clientSecret', Promise.resolve('x'), 'found a Promise'],
    ['clientSecret', Buffer.from('x'), 'found an object'],
    ['apiKey', '', 'found an empty string'],
    ['apiKey', 'a b', 'visible ASCII'],
    ['apiKey', 'a\r\nx-evil: 1', 'several lines'],
    ['apiKey', null, 'found null'],
    ['apiKeyHeader', '', 'name of an HTTP header'],
    ['apiKeyHeader', 'X Key', 'name of an HTTP header'],
    ['apiKeyHeader', 'X-Key:', 'name of an HTTP header'],
    ['apiKeyHeader', 'AUTHORIZATION', 'no other use'],
    ['apiKeyHeader', 'x-user-club-id', 'no other use'],
    ['apiKeyHeader', 7, 'found a number'],
    ['tokenPath', 'oauth/v2/token', 'starts with a slash'],
    ['tokenPath', '/', 'starts with a slash'],
    ['tokenPath', 'https://evil.example/token', 'starts with a slash'],
    ['tokenPath', '//evil.example/token', 'double slashes'],
    ['tokenPath', '/../token', 'dot segments'],
    ['tokenPath', '/a/%2e%2e/token', 'encoded dots'],
    ['tokenPath', '/a\\..\\token', 'query, fragment'],
    ['tokenPath', '/token?x=1', 'query, fragment'],
    ['tokenPath', '/token#x', 'query, fragment'],
    ['tokenPath', '/{clientToken}/token', 'no other placeholder'],
    ['tokenPath', 7, 'found a number'],
    ['scope', '', 'found an empty string'],
    ['scope', ' a', 'white space'],
    ['clubId', '1210', '/demoapi/clubs/{id}, found a bare id'],
    ['clubId', 1210, '/demoapi/clubs/{id}, found a number'],
    ['clubId', '/other/clubs/1', 'own clientToken'],
    ['networkNodeId', '12', '/demoapi/network_nodes/{id}, found a bare id'],
    ['networkNodeId', '/demoapi/clubs/12', 'another collection'],
    ['renewWith', 'password', 'one of'],
    ['params', [], 'an object of strings, found an array'],
    ['params', new Map(), 'an object of strings'],
    ['params', { a: null }, 'params.a: expected a string, found null'],
    ['params', { grant_type: 'password' }, 'params.grant_type: expected another name'],
    ['params', { clubId: 'x' }, 'params.clubId: expected another name'],
    ['params', { '': 'x' }, 'a name that is not empty'],
    ['params', { '9f8e7d6c5b4a': 1 }, 'params.(unprintable name): expected a string'],
    ['clientSercet', 'x', 'did you mean clientSecret?'],
    ['allowInsecureHttp', true, "belongs to the module's options"],
  ])('%s: %p is one problem', (field, value, words) => {
    const problems = problemsOf({ ...TENANT, [field]: value });
    expect(problems).toEqual([expect.stringContaining(words)]);
    expect(problems[0]).toMatch(new RegExp(`^${field}`));
  });

  it('looks between fields also when others are wrong', () => {
    const problems = problemsOf({
      clientToken: 'a/b',
      clubId: '12',
      params: { scope: 1 },
      apiBaseUrl: 'http://x',
    });
    expect(problems.map((problem) => problem.replace(/:.*/, '')).toSorted()).toEqual(
      [
        'apiBaseUrl',
        'clientId',
        'clientSecret',
        'clientToken',
        'clubId',
        'params.scope',
        'params.scope',
      ].toSorted(),
    );
  });

  it('says where a base URL can be set when there is none', () => {
    expect(problemsOf(TENANT, { ...DEFAULTS, apiBaseUrl: undefined })).toEqual([
      'apiBaseUrl: expected a URL here or as apiBaseUrl of the module, found neither',
    ]);
  });

  it('refuses an inherited base URL that ends in the clientToken', () => {
    const apiBaseUrl = 'https://gateway.example.com/demoapi';
    expect(problemsOf(TENANT, { ...DEFAULTS, apiBaseUrl })).toEqual([
      expect.stringContaining('does not end in the clientToken'),
    ]);
  });

  it('resolves its own source again to the same tenant', () => {
    const first = resolveTenantOptions({ ...TENANT, params: { a: 'b' } }, DEFAULTS, 'x');
    expect(resolveTenantOptions(first.source, DEFAULTS, 'x')).toEqual(first);
  });
});
