import { describe, expect, it } from '@jest/globals';

import { inVariablesOf } from './environment-variables.js';

const REMEDY = 'Check `clientId` and `clientSecret`.';

describe('A remedy', () => {
  it('names the variables that the values come from', () => {
    const env = { RESAMANIA_CLIENT_ID: '1', RESAMANIA_CLIENT_SECRET: 's' };
    expect(inVariablesOf(undefined, env)(REMEDY)).toBe(
      'Check RESAMANIA_CLIENT_ID and RESAMANIA_CLIENT_SECRET.',
    );
    const ofTenant = { RESAMANIA_DEMO_CLIENT_ID: '1', RESAMANIA_DEMO_CLIENT_SECRET: 's' };
    expect(inVariablesOf('DEMO', ofTenant)(REMEDY)).toBe(
      'Check RESAMANIA_DEMO_CLIENT_ID and RESAMANIA_DEMO_CLIENT_SECRET.',
    );
  });

  it('names the variable of the file where the value is in one', () => {
    const env = { RESAMANIA_CLIENT_ID: '1', RESAMANIA_CLIENT_SECRET_FILE: '/run/secrets/s' };
    expect(inVariablesOf(undefined, env)(REMEDY)).toBe(
      'Check RESAMANIA_CLIENT_ID and RESAMANIA_CLIENT_SECRET_FILE.',
    );
  });

  it('takes a blank variable for none', () => {
    const env = { RESAMANIA_CLIENT_SECRET: ' ', RESAMANIA_CLIENT_SECRET_FILE: '/run/secrets/s' };
    expect(inVariablesOf(undefined, env)('apiKey or clientSecret')).toBe(
      'RESAMANIA_API_KEY or RESAMANIA_CLIENT_SECRET_FILE',
    );
  });

  it('leaves placeholders, words of the sentence and other options alone', () => {
    const text = '/{clientToken}/clubs/{id}, the scope, `tokenRequest.timeoutMs`, `NODE_EXTRA_CA_CERTS`';
    expect(inVariablesOf(undefined, {})(text)).toBe(
      '/{clientToken}/clubs/{id}, the scope, tokenRequest.timeoutMs, NODE_EXTRA_CA_CERTS',
    );
    expect(inVariablesOf(undefined, {})('with allowInsecureHttp, of the `scope`')).toBe(
      'with RESAMANIA_ALLOW_INSECURE_HTTP, of the RESAMANIA_SCOPE',
    );
  });
});
