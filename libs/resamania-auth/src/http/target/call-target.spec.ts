import { describe, expect, it } from '@jest/globals';
import { AxiosHeaders, type AxiosRequestConfig, type InternalAxiosRequestConfig } from 'axios';

import { createWorld } from '../../../../../test/support/engine-world.js';
import { type Binding, CallTargets } from './call-target.js';
import { TenantIndex } from './tenant-index.js';

const BASE = 'https://gw.test/env';
const { tenants } = createWorld({
  apiBaseUrl: BASE,
  tenants: [
    { clientToken: 'demoapi', clientId: '1', clientSecret: 's' },
    { clientToken: 'nordgym', clientId: '2', clientSecret: 's' },
    { name: 'demo-too', clientToken: 'demoapi', clientId: '3', clientSecret: 's' },
    {
      name: 'demo-live',
      apiBaseUrl: 'https://live.test',
      clientToken: 'demoapi',
      clientId: '4',
      clientSecret: 's',
    },
  ],
});
const targets = new CallTargets(tenants, new TenantIndex(tenants), undefined);

function target(kind: Binding['kind'], config: AxiosRequestConfig, tenant?: string, current?: string) {
  const full = { ...config, headers: new AxiosHeaders() } as InternalAxiosRequestConfig;
  return targets.of(full, { kind, tenant }, current);
}

function urlOf(kind: Binding['kind'], config: AxiosRequestConfig, tenant?: string, current?: string) {
  const found = target(kind, config, tenant, current);
  const known = found && tenants.find(found.tenant);
  return known && [known.name, targets.urlFor(found, known)];
}

describe("Our own services' calls", () => {
  it('are for the tenant named first, at its URL', () => {
    const url = { url: '/clubs' };
    expect(urlOf('own', { ...url, resamania: { tenant: 'nordgym' } }, undefined, 'demoapi')).toEqual([
      'nordgym',
      `${BASE}/nordgym/clubs`,
    ]);
    expect(urlOf('own', url, 'demo-live', 'demoapi')).toEqual([
      'demo-live',
      'https://live.test/demoapi/clubs',
    ]);
    expect(urlOf('own', url, undefined, 'demoapi')).toEqual(['demoapi', `${BASE}/demoapi/clubs`]);
    expect(urlOf('own', { url: '/nordgym/clubs' })).toEqual(['nordgym', `${BASE}/nordgym/clubs`]);
    expect(urlOf('own', { url: 'https://live.test/demoapi/x' })).toEqual([
      'demo-live',
      'https://live.test/demoapi/x',
    ]);
    expect(urlOf('own', { url: '1', baseURL: '/nordgym/clubs' })).toEqual([
      'nordgym',
      `${BASE}/nordgym/clubs/1`,
    ]);
  });

  it('may use a path of a chain that several tenants share, but not another one of them by its base URL', () => {
    expect(urlOf('own', { url: '/demoapi/clubs' }, 'demo-live')).toEqual([
      'demo-live',
      'https://live.test/demoapi/clubs',
    ]);
    expect(() => urlOf('own', { url: `${BASE}/demoapi/clubs` }, 'demo-live')).toThrow(
      expect.objectContaining({ code: 'tenant_conflict', tenant: 'demo-live' }),
    );
  });

  it.each([
    [{ url: '/x', resamania: { tenant: 'nordgym' } }, 'demoapi', 'tenant_conflict'],
    [{ url: '/nordgym/x' }, 'demoapi', 'tenant_conflict'],
    [{ url: `${BASE}/nordgym/x` }, 'demoapi', 'tenant_conflict'],
    [{ url: 'https://evil.test/' }, 'demoapi', 'url_not_allowed'],
    [{ url: 'https://evil.test/' }, undefined, 'url_not_allowed'],
    [{ url: '//evil.test/' }, undefined, 'url_not_allowed'],
    [{ url: '/x', socketPath: '/s' }, 'demoapi', 'url_not_allowed'],
    [{ url: '/x' }, undefined, 'no_default_tenant'],
    [{ url: '/demoapi/x' }, undefined, 'no_default_tenant'],
  ])('are refused where that is not allowed: %j for %s', (config, tenant, code) => {
    expect(() => urlOf('own', config, tenant)).toThrow(expect.objectContaining({ code }));
  });

  it('say where they should have gone', () => {
    expect(() => urlOf('own', { url: 'https://evil.test/?secret' }, 'demoapi')).toThrow(
      'Tenant "demoapi": the call\'s URL is not below https://gw.test/env/demoapi. Give a path such as clubs, an IRI such ' +
        'as /demoapi/clubs/1, or an absolute URL below the base.',
    );
  });
});

describe("A host's calls", () => {
  it('are ours where they are below a tenant', () => {
    expect(urlOf('host', { url: `${BASE}/nordgym/x` })).toEqual(['nordgym', `${BASE}/nordgym/x`]);
    expect(urlOf('host', { url: '/nordgym/x', baseURL: BASE })).toEqual(['nordgym', `${BASE}/nordgym/x`]);
    expect(urlOf('host', { url: `${BASE}/demoapi/x` }, 'demo-too')).toEqual([
      'demo-too',
      `${BASE}/demoapi/x`,
    ]);
    expect(urlOf('host', { url: 'https://evil.test/' }, 'demoapi')).toEqual(['demoapi', undefined]);
  });

  it.each([
    { url: 'https://evil.test/' },
    { url: '/clubs' },
    { url: '//gw.test/env/nordgym/x' },
    { url: 'https:gw.test/env/nordgym/x' },
    { url: `${BASE}/stranger/x` },
    { url: `${BASE}/nordgym/x`, socketPath: '/s' },
    {},
  ])('are not ours to authorise otherwise: %j', (config) => {
    expect(target('host', config)).toBeUndefined();
  });

  it.each([
    [{ url: `${BASE}/nordgym/x` }, 'demoapi', 'tenant_conflict'],
    [{ url: `${BASE}/nordgym/x`, resamania: { tenant: 'demoapi' } }, undefined, 'tenant_conflict'],
    [{ url: `${BASE}/demoapi/x` }, undefined, 'no_default_tenant'],
  ])('are refused where two answers contradict, or none does: %j for %s', (config, tenant, code) => {
    expect(() => urlOf('host', config, tenant)).toThrow(expect.objectContaining({ code }));
  });

  it('may be foreign only outside of every base URL', () => {
    const mayBeForeign = (kind: Binding['kind'], url: string) => {
      const found = target(kind, { url }, 'nobody');
      return found && targets.mayBeForeign(found);
    };
    expect(mayBeForeign('host', 'https://evil.test/')).toBe(true);
    expect(mayBeForeign('host', `${BASE}/stranger`)).toBe(false);
    expect(mayBeForeign('own', 'https://evil.test/')).toBe(false);
    expect(mayBeForeign('own', 'clubs')).toBe(false);
  });
});
