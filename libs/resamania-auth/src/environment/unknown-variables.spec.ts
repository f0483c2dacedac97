import { describe, expect, it } from '@jest/globals';

import { ResamaniaConfigError } from '../errors.js';
import type { ResamaniaAuthOptions } from '../options/resamania-auth-options.js';
import { loadEnvironment } from './load-environment.js';

const ONE = {
  RESAMANIA_API_URL: 'https://host/prefix',
  RESAMANIA_CLIENT_TOKEN: 'demoapi',
  RESAMANIA_CLIENT_ID: '123_x',
  RESAMANIA_CLIENT_SECRET: 's3cret',
};
const TWO = {
  RESAMANIA_API_URL: 'https://host/prefix',
  RESAMANIA_TENANTS: 'alpha,beta',
  RESAMANIA_ALPHA_CLIENT_ID: '1_x',
  RESAMANIA_ALPHA_CLIENT_SECRET: 'a',
  RESAMANIA_BETA_CLIENT_ID: '2_x',
  RESAMANIA_BETA_CLIENT_SECRET: 'b',
};

function problemsOf(env: NodeJS.ProcessEnv, code?: ResamaniaAuthOptions): readonly string[] {
  try {
    loadEnvironment(env, () => 'content', code);
  } catch (error) {
    if (error instanceof ResamaniaConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('Somebody who', () => {
  it.each([
    ['RESAMANIA_TENANT', 'unknown variable, did you mean RESAMANIA_TENANTS?'],
    ['RESAMANIA_CLIENTSECRET', 'unknown variable, did you mean RESAMANIA_CLIENT_SECRET?'],
    ['RESAMANIA_CLIENTSECRET_FILE', 'unknown variable, did you mean RESAMANIA_CLIENT_SECRET_FILE?'],
    ['RESAMANIA_SECRET', 'unknown variable, did you mean RESAMANIA_CLIENT_SECRET?'],
    ['RESAMANIA_CLUBID', 'unknown variable, did you mean RESAMANIA_CLUB_ID?'],
    ['RESAMANIA_DEFAULT_TENNANT', 'unknown variable, did you mean RESAMANIA_DEFAULT_TENANT?'],
    [
      'RESAMANIA_ALPHA_CLIENT_ID',
      'belongs to no tenant, did you mean RESAMANIA_CLIENT_ID? For several tenants, name them in RESAMANIA_TENANTS',
    ],
  ])('sets %s for one tenant is told so', (variable, text) => {
    expect(problemsOf({ ...ONE, [variable]: 'x' })).toEqual([`${variable}: ${text}`]);
  });

  it.each([
    ['RESAMANIA_ALPAH_CLIENT_ID', 'belongs to no tenant, did you mean RESAMANIA_ALPHA_CLIENT_ID?'],
    ['RESAMANIA_ALPHA_CLIENTID', 'unknown variable, did you mean RESAMANIA_ALPHA_CLIENT_ID?'],
    [
      'RESAMANIA_GAMMA_CLIENT_ID',
      "belongs to no tenant: add the tenant's name to RESAMANIA_TENANTS, or remove the variable",
    ],
    [
      'RESAMANIA_GAMMA_API_KEY_FILE',
      "belongs to no tenant: add the tenant's name to RESAMANIA_TENANTS, or remove the variable",
    ],
  ])('sets %s beside other tenants is told so', (variable, text) => {
    expect(problemsOf({ ...TWO, [variable]: 'x' })).toEqual([`${variable}: ${text}`]);
  });

  it('separates the names of tenants by something else is told to use commas', () => {
    for (const names of ['alpha;beta', 'alpha|beta']) {
      expect(problemsOf({ ...TWO, RESAMANIA_TENANTS: names })).toEqual([
        'RESAMANIA_TENANTS: entry 1: separate the names with commas',
      ]);
    }
  });

  it('has variables of another purpose, or empty ones, is left alone', () => {
    const others = { RESAMANIA_SANDBOX_PORT: '1', RESAMANIA_LOG_LEVEL: 'debug', RESAMANIA_TENANT: ' ' };
    expect(problemsOf({ ...ONE, ...others, RESAMANIA_GAMMA_CLIENT_ID: '' })).toEqual([]);
  });

  it('brings the tenants in code may keep their secrets in the environment', () => {
    const env = { RESAMANIA_API_URL: 'https://host', RESAMANIA_GAMMA_CLIENT_SECRET: 'x' };
    expect(problemsOf(env, { tenantProvider: async () => undefined })).toEqual([]);
  });

  it('mistypes the client token is not told that the club is wrong', () => {
    expect(
      problemsOf({ ...ONE, RESAMANIA_CLIENT_TOKEN: 'demo', RESAMANIA_CLUB_ID: '/demoapi/clubs/1' }),
    ).toEqual([
      "RESAMANIA_CLUB_ID: expected an IRI that begins with the tenant's own RESAMANIA_CLIENT_TOKEN, found another's: " +
        'correct this or RESAMANIA_CLIENT_TOKEN',
    ]);
  });

  it('is told about variables, not about options', () => {
    expect(problemsOf({ ...ONE, RESAMANIA_API_URL: 'http://host/demoapi' })).toEqual([
      'RESAMANIA_API_URL: expected https: (http: only for loopback hosts, or with RESAMANIA_ALLOW_INSECURE_HTTP)',
      'RESAMANIA_API_URL: expected a URL that does not end in the RESAMANIA_CLIENT_TOKEN: the library adds it',
    ]);
    expect(
      problemsOf({ ...TWO, RESAMANIA_BETA_CLIENT_TOKEN: 'b', RESAMANIA_BETA_CLUB_ID: '/c/clubs/1' }),
    ).toEqual([expect.stringContaining('correct this or RESAMANIA_BETA_CLIENT_TOKEN')]);
  });
});
