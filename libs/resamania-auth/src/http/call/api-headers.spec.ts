import { describe, expect, it } from '@jest/globals';
import { AxiosHeaders, type AxiosRequestConfig, type InternalAxiosRequestConfig } from 'axios';

import { resolveTenantOptions } from '../../options/resolve-options.js';
import type { ResamaniaTenantOptions } from '../../options/tenant-options.js';
import { Tenant } from '../../tenants/tenant.js';
import { AccessToken } from '../../token/cache/access-token.js';
import { hasOwnAuthorization, OurHeaders, withOurHeaders } from './api-headers.js';

const token = new AccessToken({ value: 't', scope: undefined, issuedAt: 0, expiresAt: 1 });
const tenant = tenantOf({ clubId: '/demoapi/clubs/1', networkNodeId: '/demoapi/network_nodes/1' });

function tenantOf(context: Partial<ResamaniaTenantOptions>): Tenant {
  const options = { clientToken: 'demoapi', clientId: '1', clientSecret: 's', ...context };
  const defaults = {
    apiBaseUrl: 'https://api.test',
    apiKey: undefined,
    apiKeyHeader: 'X-Gravitee-Api-Key',
    allowInsecureHttp: false,
  };
  return new Tenant(resolveTenantOptions(options, defaults, 'test'));
}

function config(headers: Record<string, string | boolean | null> = {}, rest: AxiosRequestConfig = {}) {
  return { ...rest, headers: new AxiosHeaders(headers) } as InternalAxiosRequestConfig;
}

function made(request: InternalAxiosRequestConfig, apiKey: string | undefined = 'k', whose = tenant) {
  return { ...withOurHeaders(request, { tenant: whose, token, apiKey }).toJSON() };
}

describe('withOurHeaders', () => {
  it("adds ours after the caller's, and leaves the caller's config alone", () => {
    const request = config({ Accept: 'x' });
    expect(made(request)).toEqual({
      Accept: 'x',
      Authorization: 'Bearer t',
      'X-Gravitee-Api-Key': 'k',
      'x-user-club-id': '/demoapi/clubs/1',
      'x-user-network-node-id': '/demoapi/network_nodes/1',
    });
    expect({ ...request.headers.toJSON() }).toEqual({ Accept: 'x' });
  });

  it('adds what there is', () => {
    expect(made(config(), '', tenantOf({}))).toEqual({ Authorization: 'Bearer t', 'X-Gravitee-Api-Key': '' });
    const headers = withOurHeaders(config(), { tenant: tenantOf({}), token, apiKey: undefined });
    expect({ ...headers.toJSON() }).toEqual({ Authorization: 'Bearer t' });
  });

  it('lets the request name its club and its node, and a principal neither', () => {
    const resamania = { clubId: '/demoapi/clubs/2' };
    expect(made(config({}, { resamania }))).toMatchObject({
      'x-user-club-id': '/demoapi/clubs/2',
      'x-user-network-node-id': '/demoapi/network_nodes/1',
    });
    const principal = { contactEmail: 'a@b.test' };
    expect(made(config({}, { resamania: { principal, clubId: 'whatever' } }))).toEqual({
      Authorization: 'Bearer t',
      'X-Gravitee-Api-Key': 'k',
    });
  });

  it('refuses what is no IRI of the chain', () => {
    for (const resamania of [{ clubId: '12' }, { networkNodeId: '/demoapi/clubs/1' }, { clubId: '' }])
      expect(() => made(config({}, { resamania }))).toThrow(
        expect.objectContaining({ code: 'invalid_request', tenant: 'demoapi' }),
      );
  });
});

describe('hasOwnAuthorization', () => {
  it.each([
    [{}, {}, false],
    [{ authorization: 'x' }, {}, true],
    [{ AUTHORIZATION: '' }, {}, true],
    [{ Authorization: false }, {}, true],
    [{ Authorization: null }, {}, true],
    [{}, { auth: { username: 'a', password: 'b' } }, true],
  ])('of %j and %j is %s', (headers, rest, expected) => {
    expect(hasOwnAuthorization(config(headers, rest))).toBe(expected);
  });
});

describe('Our headers', () => {
  it('are known in any case, and dropped in any case', () => {
    const ours = new OurHeaders('X-Gravitee-Api-Key');
    expect(ours.has('x-GRAVITEE-api-key')).toBe(true);
    expect(ours.has('x-user-id')).toBe(false);
    const headers = { AuthOrization: 'a', 'X-USER-CLUB-ID': 'b', Accept: 'c' };
    ours.takeFrom(headers);
    expect(headers).toEqual({ Accept: 'c' });
    expect(() => ours.takeFrom(undefined)).not.toThrow();
  });

  it("include the gateway key's under the name that the tenant has for it", () => {
    const ours = new OurHeaders('X-Api-Key');
    expect([ours.has('x-api-KEY'), ours.has('x-gravitee-api-key')]).toEqual([true, false]);
    expect(made(config(), 'k', tenantOf({ apiKeyHeader: 'X-Api-Key' }))).toEqual({
      Authorization: 'Bearer t',
      'X-Api-Key': 'k',
    });
  });
});
