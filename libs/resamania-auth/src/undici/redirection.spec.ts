import { describe, expect, it } from '@jest/globals';
import { AxiosHeaders, type AxiosRequestConfig } from 'axios';

import { Hop } from './hop.js';
import { nextHop, redirectionOf } from './redirection.js';

const LINES = ['Authorization', 'Bearer x', 'X-Key', 'k', 'Content-Type', 'a/b'];

function hop(method = 'GET', auth?: string): Hop {
  const target = { protocol: 'https:', authority: 'api.example:8443', path: '/a/b?c=1' };
  return new Hop(target, { method, lines: LINES, auth, body: Buffer.from('{}') });
}

function next(from: Hop, status: number, location: string, config: AxiosRequestConfig = {}): Hop {
  const redirection = redirectionOf(status, new AxiosHeaders({ location }));
  if (redirection === undefined) throw new Error('no redirection');
  return nextHop(from, redirection, config, 1, from);
}

describe('redirectionOf', () => {
  it.each([
    [200, 'x'],
    [302, ''],
    [400, 'x'],
  ])('is nothing for %d with %j', (status, location) => {
    expect(redirectionOf(status, new AxiosHeaders({ location }))).toBeUndefined();
  });
});

describe('nextHop', () => {
  it.each([
    ['../d', 'https://api.example:8443/d'],
    ['?e', 'https://api.example:8443/a/b?e'],
    ['//other.example/', 'https://other.example/'],
    ['http://[::1]:80/x#y', 'http://[::1]/x'],
  ])('leads by %s to %s', (location, url) => {
    expect(Hop.url(next(hop(), 302, location))).toBe(url);
  });

  it.each([
    [301, 'POST', 'GET'],
    [302, 'PUT', 'PUT'],
    [303, 'DELETE', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [307, 'POST', 'POST'],
  ])('%d makes of %s a %s', (status, before, after) => {
    const following = next(hop(before), status, '/x');
    expect(following.method).toBe(after);
    expect(following.hasHeader('content-type')).toBe(before === after);
    expect(Hop.content(following).body === undefined).toBe(before !== after);
  });

  it('takes confidential headers and credentials no further than their origin', () => {
    const from = hop('GET', 'u:p');
    expect(next(from, 302, '/x').getHeader('authorization')).toBe('Bearer x');
    expect(Hop.content(next(from, 302, '/x')).auth).toBe('u:p');
    for (const location of [
      'https://api.example/',
      'https://sub.api.example:8443/',
      'http://api.example:8443/',
    ]) {
      const following = next(from, 302, location);
      expect(following.getHeaders()).toMatchObject({ 'x-key': 'k' });
      expect(following.hasHeader('authorization')).toBe(false);
      expect(Hop.content(following).auth).toBeUndefined();
    }
  });

  it('lets the hook change what is sent', () => {
    const following = next(hop(), 302, 'https://other.example/x?y', {
      beforeRedirect: (options, { statusCode }, { url } = { url: '', method: '', headers: {} }) => {
        expect(options).toMatchObject({
          href: 'https://other.example/x?y',
          protocol: 'https:',
          hostname: 'other.example',
          path: '/x?y',
          method: 'GET',
        });
        expect([statusCode, url]).toEqual([302, 'https://api.example:8443/a/b?c=1']);
        Object.assign(options, { headers: { 'X-Other': '1' }, path: '/z' });
      },
    });
    expect(following.getHeaders()).toEqual({ 'x-other': '1', host: 'other.example' });
    expect(following.path).toBe('/z');
  });
});
