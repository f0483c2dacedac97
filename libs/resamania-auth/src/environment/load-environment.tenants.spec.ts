import { describe, expect, it } from '@jest/globals';

import { environmentByTenant } from './load-environment.js';
import { printVariableProblem } from './environment-variables.js';

const TWO = {
  RESAMANIA_API_URL: 'https://host/prefix',
  RESAMANIA_TENANTS: 'alpha,beta',
  RESAMANIA_ALPHA_CLIENT_ID: '1_x',
  RESAMANIA_ALPHA_CLIENT_SECRET: 'a',
  RESAMANIA_BETA_CLIENT_ID: '2_x',
  RESAMANIA_BETA_CLIENT_SECRET: 'b',
};

function view(env: NodeJS.ProcessEnv, readFile: (path: string) => string = () => 'never') {
  const { tenants, general } = environmentByTenant(env, readFile);
  return {
    general: general.map(printVariableProblem),
    tenants: tenants.map(({ name, problems, options }) => ({
      name,
      problems: problems.map(printVariableProblem),
      clientIds: options?.tenants?.map(({ clientId }) => clientId),
    })),
  };
}

describe('environmentByTenant', () => {
  it('gives each tenant its own options', () => {
    expect(view(TWO)).toEqual({
      general: [],
      tenants: [
        { name: 'alpha', problems: [], clientIds: ['1_x'] },
        { name: 'beta', problems: [], clientIds: ['2_x'] },
      ],
    });
  });

  it('keeps the problems of one tenant from the others, those of a secret in a file included', () => {
    const env = { ...TWO, RESAMANIA_ALPHA_CLIENT_SECRET: '', RESAMANIA_ALPHA_CLIENT_SECRET_FILE: '/run/a' };
    const { general, tenants } = view({ ...env, RESAMANIA_ALPHA_CLUB_ID: '1' }, () => '');
    expect(general).toEqual([]);
    expect(tenants).toEqual([
      {
        name: 'alpha',
        problems: [
          'RESAMANIA_ALPHA_CLIENT_SECRET_FILE: expected the bare secret, found an empty string',
          'RESAMANIA_ALPHA_CLUB_ID: expected an IRI /alpha/clubs/{id}, found a bare id',
        ],
        clientIds: undefined,
      },
      { name: 'beta', problems: [], clientIds: ['2_x'] },
    ]);
  });

  it('says once what is wrong with a variable that applies to all tenants, and gives no options', () => {
    const { general, tenants } = view({ ...TWO, RESAMANIA_API_URL: 'x', RESAMANIA_RENEW_WITH: 'y' });
    expect(general).toEqual([
      'RESAMANIA_API_URL: expected an absolute URL such as https://api.example.com/prefix, found another string',
      expect.stringMatching(/^RESAMANIA_RENEW_WITH: expected one of/),
    ]);
    expect(tenants.map(({ problems, clientIds }) => [problems, clientIds])).toEqual([
      [[], undefined],
      [[], undefined],
    ]);
  });

  it('knows no tenant where their names cannot be read', () => {
    const env = { ...TWO, RESAMANIA_TENANTS_FILE: '/run/names' };
    expect(view(env)).toEqual({
      general: ['RESAMANIA_TENANTS: expected either this or RESAMANIA_TENANTS_FILE, found both'],
      tenants: [],
    });
  });

  it('gives a single tenant all problems', () => {
    const { general, tenants } = view({
      RESAMANIA_CLIENT_TOKEN: 'demoapi',
      RESAMANIA_ALLOW_INSECURE_HTTP: 'x',
    });
    expect(general).toEqual([]);
    expect(tenants[0]?.name).toBe('demoapi');
    expect(tenants[0]?.problems.map((problem) => problem.replace(/:.*/, ''))).toEqual([
      'RESAMANIA_ALLOW_INSECURE_HTTP',
      'RESAMANIA_API_URL',
      'RESAMANIA_CLIENT_ID',
      'RESAMANIA_CLIENT_SECRET',
    ]);
  });

  it('reads each file once, however many tenants it applies to', () => {
    const files: string[] = [];
    const env = {
      ...TWO,
      RESAMANIA_API_URL: '',
      RESAMANIA_API_URL_FILE: '/run/url',
      RESAMANIA_SCOPE_FILE: '/run/scope',
    };
    const { tenants } = view(env, (path) => {
      files.push(path);
      return path === '/run/url' ? 'https://host' : 'all';
    });
    expect(tenants.map(({ problems }) => problems)).toEqual([[], []]);
    expect(files.toSorted()).toEqual(['/run/scope', '/run/url']);
  });
});
