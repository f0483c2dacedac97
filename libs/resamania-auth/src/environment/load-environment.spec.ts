import { describe, expect, it } from '@jest/globals';

import { ResamaniaConfigError } from '../errors.js';
import { hasResamaniaEnvironment } from './environment-variables.js';
import { loadEnvironment } from './load-environment.js';
import { resolveOptions } from '../options/resolve-options.js';
import { revealed } from '../../../../test/support/revealed.js';

const ONE = {
  RESAMANIA_API_URL: 'https://host/prefix',
  RESAMANIA_CLIENT_TOKEN: 'demoapi',
  RESAMANIA_CLIENT_ID: '123_x',
  RESAMANIA_CLIENT_SECRET: 's3cret',
};
const TWO = {
  RESAMANIA_API_URL: 'https://host/prefix',
  RESAMANIA_TENANTS: 'alpha, club-paris',
  RESAMANIA_ALPHA_CLIENT_ID: '1_x',
  RESAMANIA_ALPHA_CLIENT_SECRET: 'a',
  RESAMANIA_CLUB_PARIS_CLIENT_ID: '2_x',
  RESAMANIA_CLUB_PARIS_CLIENT_SECRET: 'b',
};

function files(contents: Record<string, string>): (path: string) => string {
  return (path) => {
    const content = contents[path];
    if (content !== undefined) return content;
    throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' });
  };
}

function problemsOf(env: NodeJS.ProcessEnv, contents: Record<string, string> = {}): readonly string[] {
  try {
    loadEnvironment(env, files(contents));
  } catch (error) {
    if (error instanceof ResamaniaConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('loadEnvironment, one tenant', () => {
  it('reads every variable', () => {
    const env = {
      ...ONE,
      RESAMANIA_API_KEY: 'key',
      RESAMANIA_CLUB_ID: '/demoapi/clubs/1',
      RESAMANIA_NETWORK_NODE_ID: '/demoapi/network_nodes/2',
      RESAMANIA_TOKEN_PATH: '/oauth/v2/token',
      RESAMANIA_SCOPE: 'a b',
      RESAMANIA_RENEW_WITH: 'refresh-token',
      RESAMANIA_DEFAULT_TENANT: 'demoapi',
      RESAMANIA_ALLOW_INSECURE_HTTP: 'TRUE',
    };
    const options = loadEnvironment(env, files({}));
    expect(revealed(options)).toMatchObject({
      defaultTenant: 'demoapi',
      allowInsecureHttp: true,
      apiKey: 'key',
    });
    expect(resolveOptions(options).tenants.map(revealed)).toEqual([
      expect.objectContaining({
        name: 'demoapi',
        apiBaseUrl: 'https://host/prefix',
        tokenUrl: 'https://host/prefix/oauth/v2/token',
        clientToken: 'demoapi',
        clientId: '123_x',
        clientSecret: 's3cret',
        apiKey: 'key',
        scope: 'a b',
        clubId: '/demoapi/clubs/1',
        networkNodeId: '/demoapi/network_nodes/2',
        renewWith: 'refresh-token',
      }),
    ]);
  });

  it('trims all but secrets, and takes empty variables as not set', () => {
    const env = { ...ONE, RESAMANIA_CLIENT_ID: ' 123_x\n', RESAMANIA_SCOPE: '', RESAMANIA_API_KEY: '' };
    expect(revealed(loadEnvironment(env, files({})).tenants?.[0])).toEqual({
      apiBaseUrl: 'https://host/prefix',
      clientToken: 'demoapi',
      clientId: '123_x',
      clientSecret: 's3cret',
    });
    expect(problemsOf({ ...ONE, RESAMANIA_CLIENT_SECRET: 's3cret\n' })).toEqual([
      'RESAMANIA_CLIENT_SECRET: expected the bare secret, found a string with white space or a line break around it',
    ]);
    expect(problemsOf({ ...ONE, RESAMANIA_CLIENT_SECRET: '' })).toHaveLength(1);
    expect(problemsOf({ ...ONE, RESAMANIA_CLIENT_TOKEN: '  ' })).toEqual([
      'RESAMANIA_CLIENT_TOKEN: not set, for example RESAMANIA_CLIENT_TOKEN=demoapi',
    ]);
  });

  it('lists every missing variable with an example', () => {
    expect(problemsOf({})).toEqual([
      'RESAMANIA_API_URL: not set, for example RESAMANIA_API_URL=https://gateway.prod.gravitee.stadline.tech/resa2-staging',
      'RESAMANIA_CLIENT_TOKEN: not set, for example RESAMANIA_CLIENT_TOKEN=demoapi',
      'RESAMANIA_CLIENT_ID: not set, for example RESAMANIA_CLIENT_ID=123_xxxxxxxx',
      'RESAMANIA_CLIENT_SECRET: not set, for example RESAMANIA_CLIENT_SECRET_FILE=/run/secrets/resamania_client_secret',
    ]);
  });

  it('says which variable holds an invalid value', () => {
    const env = {
      ...ONE,
      RESAMANIA_API_URL: 'http://host/demoapi',
      RESAMANIA_CLUB_ID: '1210',
      RESAMANIA_RENEW_WITH: 'x',
      RESAMANIA_TOKEN_PATH: 'x',
      RESAMANIA_ALLOW_INSECURE_HTTP: 'yes',
      RESAMANIA_API_KEY: 'a b',
    };
    expect(
      problemsOf(env)
        .map((problem) => problem.slice(0, 60).replace(/:.*/, ''))
        .toSorted(),
    ).toEqual(
      [
        'RESAMANIA_ALLOW_INSECURE_HTTP',
        'RESAMANIA_API_KEY',
        'RESAMANIA_API_URL',
        'RESAMANIA_API_URL',
        'RESAMANIA_CLUB_ID',
        'RESAMANIA_RENEW_WITH',
        'RESAMANIA_TOKEN_PATH',
      ].toSorted(),
    );
    expect(problemsOf(env)).toContain(
      'RESAMANIA_CLUB_ID: expected an IRI /demoapi/clubs/{id}, found a bare id',
    );
  });
});

describe('loadEnvironment, several tenants', () => {
  it('reads each by its prefix, with what it may share', () => {
    const env = {
      ...TWO,
      RESAMANIA_API_KEY: 'shared',
      RESAMANIA_SCOPE: 'all',
      RESAMANIA_RENEW_WITH: 'refresh-token',
      RESAMANIA_ALPHA_API_URL: 'https://alpha',
      RESAMANIA_ALPHA_API_KEY: 'own',
      RESAMANIA_ALPHA_SCOPE: 'mine',
      RESAMANIA_ALPHA_CLIENT_TOKEN: 'first',
      RESAMANIA_ALPHA_CLUB_ID: '/first/clubs/1',
    };
    const [alpha, paris] = resolveOptions(loadEnvironment(env, files({}))).tenants.map(revealed);
    expect(alpha).toMatchObject({
      name: 'alpha',
      clientToken: 'first',
      apiBaseUrl: 'https://alpha',
      apiKey: 'own',
      scope: 'mine',
      clubId: '/first/clubs/1',
      renewWith: 'refresh-token',
    });
    expect(paris).toMatchObject({
      name: 'club-paris',
      clientToken: 'club-paris',
      apiBaseUrl: 'https://host/prefix',
      apiKey: 'shared',
      scope: 'all',
      clubId: undefined,
    });
  });

  it('lists what each of them lacks', () => {
    expect(problemsOf({ RESAMANIA_TENANTS: 'alpha,,beta,', RESAMANIA_BETA_API_URL: 'https://b' })).toEqual([
      expect.stringContaining('RESAMANIA_API_URL: not set'),
      expect.stringContaining('RESAMANIA_ALPHA_CLIENT_ID: not set'),
      expect.stringContaining('RESAMANIA_ALPHA_CLIENT_SECRET: not set'),
      expect.stringContaining('RESAMANIA_BETA_CLIENT_ID: not set'),
      expect.stringContaining('RESAMANIA_BETA_CLIENT_SECRET: not set'),
    ]);
  });

  it.each([
    ['alpha,club paris', []],
    [
      'alpha,Alpha',
      ['entry 2: expected a name of its own, entry 1 has the same variables RESAMANIA_ALPHA_…'],
    ],
    ['al-pha,al.pha', ['entry 2: expected a name of its own']],
    [',', ['expected names separated by commas']],
    [
      'client',
      ['entry 1: expected another name, its variables would be mistaken for RESAMANIA_CLIENT_TOKEN'],
    ],
    ['api', ['mistaken for RESAMANIA_API_URL']],
    ['network', ['mistaken for RESAMANIA_NETWORK_NODE_ID']],
    ['scope', ['mistaken for RESAMANIA_SCOPE']],
    ['---', ['with a letter or digit']],
    ['x'.repeat(31), ['at most 30']],
  ])('RESAMANIA_TENANTS=%s', (list, expected) => {
    const problems = problemsOf({ ...TWO, RESAMANIA_TENANTS: list }).filter((text) => /TENANTS:/.test(text));
    expect(problems).toEqual(expected.map((text) => expect.stringContaining(text)));
  });

  it('does not ignore variables of a single tenant in silence', () => {
    expect(problemsOf({ ...TWO, RESAMANIA_CLUB_ID: '/alpha/clubs/1' })).toEqual([
      expect.stringMatching(/^RESAMANIA_CLUB_ID: not used beside RESAMANIA_TENANTS/),
    ]);
  });

  it('names the variable of a name that is no clientToken', () => {
    const env = {
      RESAMANIA_API_URL: 'https://host',
      RESAMANIA_TENANTS: 'club paris',
      RESAMANIA_CLUB_PARIS_CLIENT_ID: '1',
      RESAMANIA_CLUB_PARIS_CLIENT_SECRET: 'x',
    };
    expect(problemsOf(env)).toEqual([
      expect.stringMatching(/^RESAMANIA_CLUB_PARIS_CLIENT_TOKEN: expected one path/),
    ]);
  });
});

describe('hasResamaniaEnvironment', () => {
  it.each([
    [{}, false],
    [{ RESAMANIA_API_URL: ' ' }, false],
    [{ RESAMANIA_SANDBOX_PORT: '1', PATH: '/', CLIENT_ID: 'x' }, false],
    [{ RESAMANIA_API_URL: 'x' }, true],
    [{ RESAMANIA_TENANTS: 'x' }, true],
    [{ RESAMANIA_CLIENT_SECRET_FILE: 'x' }, true],
    [{ RESAMANIA_ALPHA_CLIENT_ID: 'x' }, true],
  ])('%j: %s', (env, expected) => expect(hasResamaniaEnvironment(env)).toBe(expected));
});
