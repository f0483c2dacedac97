import { describe, expect, it } from '@jest/globals';
import axios from 'axios';

import { resolveTenantOptions } from '../../options/resolve-options.js';
import { Tenant } from '../../tenants/tenant.js';
import { combinedUrl, firstSegment, isBelow, isPlainBelow, resolveApiUrl, within } from './api-url.js';

const BASE = 'https://gw.test/resa2-staging';
const ROOT = `${BASE}/demoapi`;
const DEFAULTS = {
  apiBaseUrl: undefined,
  apiKey: undefined,
  apiKeyHeader: 'X-Gravitee-Api-Key',
  allowInsecureHttp: false,
};

function tenantOf(apiBaseUrl: string, clientToken = 'demoapi'): Tenant {
  const options = { apiBaseUrl, clientToken, clientId: '1', clientSecret: 's' };
  return new Tenant(resolveTenantOptions(options, DEFAULTS, 'test'));
}

describe('resolveApiUrl', () => {
  it.each([
    ['clubs', `${ROOT}/clubs`],
    ['/clubs', `${ROOT}/clubs`],
    ['/demoapi/clubs/1210', `${ROOT}/clubs/1210`],
    ['/demoapi', ROOT],
    ['/demoapi?page=2', `${ROOT}?page=2`],
    ['/demoapi/clubs?page=2&itemsPerPage=30#x', `${ROOT}/clubs?page=2&itemsPerPage=30#x`],
    [`${ROOT}/clubs?page=2`, `${ROOT}/clubs?page=2`],
    ['', ROOT],
    ['?page=2', `${ROOT}?page=2`],
    ['/', `${ROOT}/`],
    ['/demoapi-x/clubs', `${ROOT}/demoapi-x/clubs`],
    ['/demoapix', `${ROOT}/demoapix`],
    ['demoapi/clubs', `${ROOT}/demoapi/clubs`],
    ['/clubs/a b', `${ROOT}/clubs/a%20b`],
    ['/clubs/é', `${ROOT}/clubs/%C3%A9`],
    ['/files/report.pdf', `${ROOT}/files/report.pdf`],
    ['/files/.hidden', `${ROOT}/files/.hidden`],
    ['/clubs/./1', `${ROOT}/clubs/1`],
    ['/clubs/../contacts', `${ROOT}/contacts`],
    ['/x/a%2fb', `${ROOT}/x/a%2fb`],
    ['/x?u=https://a.test/../b', `${ROOT}/x?u=https://a.test/../b`],
    ['/search:by-name', `${ROOT}/search:by-name`],
    ['HTTPS://GW.TEST:443/resa2-staging/demoapi/clubs', `${ROOT}/clubs`],
  ])('takes %s to %s', (url, expected) => {
    expect(resolveApiUrl(url, tenantOf(BASE))).toBe(expected);
  });

  it.each([
    '//gw.test/resa2-staging/demoapi/clubs',
    'https:gw.test/resa2-staging/demoapi',
    'https://gw.test:444/resa2-staging/demoapi',
    'http://gw.test/resa2-staging/demoapi',
    'https://gw.test/resa2-staging',
    'https://gw.test/resa2-staging/other',
    'https://',
    '/../x',
    '..',
    '/%2E%2e/x',
    '/..%2fx',
    '/%252e%252e/x',
    '/a\\b',
    '/a\tb',
    '/a\nb',
  ])('takes %j nowhere', (url) => {
    expect(resolveApiUrl(url, tenantOf(BASE))).toBeUndefined();
  });

  it.each(['https://api.test', 'http://127.0.0.1:8080/a/b', 'https://[::1]:8443/x', 'https://bücher.test/x'])(
    'finds its own URLs again below %s',
    (base) => {
      const tenant = tenantOf(base);
      const url = resolveApiUrl('/clubs', tenant);
      expect(resolveApiUrl(url ?? '', tenant)).toBe(url);
      expect(resolveApiUrl(`${base}/demoapi/clubs`, tenant)).toBe(url);
    },
  );

  it('takes a clientToken with unusual characters', () => {
    const tenant = tenantOf(BASE, "a.b~c'd");
    expect(resolveApiUrl("/a.b~c'd/clubs", tenant)).toBe(`${BASE}/a.b~c'd/clubs`);
    expect(resolveApiUrl('/clubs/a b', tenant)).toBe(`${BASE}/a.b~c'd/clubs/a%20b`);
  });

  it.each(['', '/', '?a=..', '/clubs', '/clubs/', '/a.b/c..d', '/A-Z_0~9?next=//evil.test/..%2f'])(
    'reads %j as it is written',
    (path) => {
      expect(isPlainBelow(ROOT, ROOT + path)).toBe(true);
      expect(new URL(ROOT + path).href).toBe(ROOT + path);
    },
  );

  it.each([
    'x',
    '//a',
    '/a//b',
    '/.',
    '/..',
    '/.a',
    '/a/..',
    '/a/../b',
    '/%61',
    '/a%2fb',
    '/a;b',
    '/é',
    '/a b',
    '/a\\b',
  ])('parses what comes with %j', (path) => {
    expect(isPlainBelow(ROOT, ROOT + path)).toBe(false);
  });

  it('gives a plain path as it is, byte for byte what a parser would make of it', () => {
    for (const url of ['clubs/1', '/clubs/A-Z_0~9', '/a.b/c.d', '/x?q=%%%', '/clubs/'])
      expect(new URL(resolveApiUrl(url, tenantOf(BASE)) ?? '').href).toBe(resolveApiUrl(url, tenantOf(BASE)));
  });
});

describe('combinedUrl', () => {
  it.each([
    { url: '/a' },
    { url: 'https://x.test/a' },
    { url: 'a', baseURL: 'https://x.test' },
    { url: '/a', baseURL: 'https://x.test/' },
    { url: '//a', baseURL: 'https://x.test/b//' },
    { url: '', baseURL: 'https://x.test/b' },
    { url: 'https://y.test/a', baseURL: 'https://x.test' },
    { url: '//y.test/a', baseURL: 'https://x.test' },
    { url: 'https://y.test/a', baseURL: 'https://x.test', allowAbsoluteUrls: false },
    { url: 'a', baseURL: '' },
  ])('combines %j as axios does', (parts) => {
    expect(combinedUrl(parts)).toBe(axios.getUri(parts));
  });

  it('is empty where nothing is given', () => {
    expect(combinedUrl({})).toBe('');
    expect(combinedUrl({ baseURL: 'https://x.test' })).toBe('https://x.test');
  });
});

describe('The parts of a URL', () => {
  it('end where a segment ends', () => {
    expect(isBelow(ROOT, ROOT)).toBe(true);
    for (const end of ['/', '?a', '#a', '/x']) expect(isBelow(ROOT, ROOT + end)).toBe(true);
    for (const end of ['x', '-x', '.x', '%2f', ';x', '@x', ':1'])
      expect(isBelow(ROOT, ROOT + end)).toBe(false);
  });

  it('begin with a slash, or there is no first segment', () => {
    expect(firstSegment('/a/b')).toBe('a');
    expect(firstSegment('/a?b')).toBe('a');
    expect(firstSegment('/a')).toBe('a');
    expect(firstSegment('/')).toBe('');
    expect(firstSegment('a/b')).toBeUndefined();
  });

  it('lie within no root where they are no URLs', () => {
    expect(within(ROOT, 'nonsense')).toBeUndefined();
  });
});
