import { describe, expect, it } from '@jest/globals';

import {
  baseUrlFlaw,
  isInsecure,
  normaliseBaseUrl,
  ownEndOf,
  parseUrl,
  pathFlaw,
  portOf,
} from './base-url.js';

describe('baseUrlFlaw', () => {
  it.each([
    'https://api.resamania.com',
    'https://api.resamania.com/',
    'HTTPS://API.Resamania.com:443/Prefix/',
    'http://[::1]:3000/a/b',
    'https://host/a%20b',
  ])('takes %s', (url) => expect(baseUrlFlaw(url)).toBeUndefined());

  it.each([
    [undefined, 'absolute URL'],
    [42, 'found a number'],
    ['', 'found an empty string'],
    ['api.resamania.com', 'absolute URL'],
    ['/some/path', 'absolute URL'],
    ['https:api.example.com', 'absolute URL'],
    ['https:/api.example.com', 'absolute URL'],
    ['https:///api.example.com', 'absolute URL'],
    ['ftp://host', 'absolute URL'],
    ['file:///etc/passwd', 'absolute URL'],
    ['javascript:alert(1)', 'absolute URL'],
    ['https://host:99999', 'absolute URL'],
    [' https://host', 'absolute URL'],
    ['https://user:pass@host', 'user name and password'],
    ['https://@host', 'user name and password'],
    ['https://host?', 'query and fragment'],
    ['https://host/a?b=c', 'query and fragment'],
    ['https://host/a#', 'query and fragment'],
    ['https://host/a ', 'visible ASCII'],
    ['https://host\n', 'visible ASCII'],
    ['https://host/a\nb', 'visible ASCII'],
    ['https://ho\u00ADst/', 'visible ASCII'],
    ['https://host/caf\u00E9', 'visible ASCII'],
    ['https://host//', 'double slashes'],
    ['https://host//a', 'double slashes'],
    ['https://host/a/../b', 'dot segments'],
    ['https://host/..', 'dot segments'],
    ['https://host/./', 'dot segments'],
    ['https://host/%2E%2e/b', 'encoded dots'],
    ['https://host/a%2fb', 'encoded dots'],
    ['https://host/a%5Cb', 'encoded dots'],
    ['https://host/100%', 'every %'],
    ['https://host\\evil', 'backslashes'],
  ])('refuses %j: %s', (url, words) => {
    const flaw = baseUrlFlaw(url);
    expect(flaw).toContain(words);
    if (typeof url === 'string' && url !== '') expect(flaw).not.toContain(url);
  });
});

describe('baseUrlFlaw of an international host', () => {
  it('stays the same once the function is optimised', () => {
    const url = 'https://b\u00fccher.example';
    const flaws = new Set(Array.from({ length: 50_000 }, () => baseUrlFlaw(url)));
    expect([...flaws]).toEqual([undefined]);
  });
});

describe('pathFlaw', () => {
  it('lets dots inside a segment pass', () => expect(pathFlaw('/v1.2/..a/b..')).toBeUndefined());
});

describe('normaliseBaseUrl', () => {
  it.each([
    ['HTTPS://API.Resamania.com:443/', 'https://api.resamania.com'],
    ['https://host:8443/Resa2-Staging/', 'https://host:8443/Resa2-Staging'],
    ['http://localhost:80', 'http://localhost'],
    ['http://0x7f.1/a', 'http://127.0.0.1/a'],
    ['https://b\u00FCcher.example', 'https://xn--bcher-kva.example'],
  ])('%s becomes %s', (url, expected) => expect(normaliseBaseUrl(url)).toBe(expected));
});

describe('isInsecure', () => {
  it.each([
    'https://example.com',
    'http://localhost',
    'http://LOCALHOST:3000/x',
    'http://api.localhost',
    'http://127.0.0.1',
    'http://127.255.1.2',
    'http://127.1',
    'http://[::1]:1',
  ])('%s is fine', (url) => expect(isInsecure(url)).toBe(false));

  it.each([
    'http://example.com',
    'http://localhost.example.com',
    'http://notlocalhost',
    'http://127.0.0.1.example.com',
    'http://128.0.0.1',
    'http://10.0.0.1',
    'http://0.0.0.0',
    'http://[::2]',
  ])('%s is not', (url) => expect(isInsecure(url)).toBe(true));
});

describe('ownEndOf', () => {
  it.each([
    ['https://host/x/demo', 'clientToken'],
    ['https://host/demo/', 'clientToken'],
    ['https://host/mydemo', undefined],
    ['https://host/demo/x', undefined],
    ['https://demo', undefined],
    ['https://host/x/demo/oauth/v2/token', 'token path'],
    ['https://host/oauth/v2/token/', 'token path'],
    ['https://host/demo/oauth/v2', undefined],
    ['https://host/demo/login', 'token path'],
  ])('looks at whole segments of %s', (url, end) => {
    expect(ownEndOf(url, 'demo', '/{client_token}/login')).toBe(end);
  });
});

describe('parseUrl', () => {
  it('parses without a fuss', () => {
    expect(parseUrl('not a url')).toBeUndefined();
    expect(parseUrl('https://müller.test')?.host).toBe('xn--mller-kva.test');
  });
});

describe('portOf', () => {
  it.each([
    ['https://host', 443],
    ['http://host', 80],
    ['https://host:8443', 8443],
    ['http://[::1]:443', 443],
  ])('finds the port of %s', (url, port) => expect(portOf(new URL(url))).toBe(port));
});
