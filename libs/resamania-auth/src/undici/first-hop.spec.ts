import { describe, expect, it } from '@jest/globals';
import { AxiosHeaders, type AxiosRequestConfig } from 'axios';

import { firstHop } from './first-hop.js';
import { Hop } from './hop.js';

const ADDRESS = 'https://u%40x:p@api.example/a?b#c';

function first(config: AxiosRequestConfig): Hop | undefined {
  return firstHop({ method: 'get', url: ADDRESS, ...config, headers: new AxiosHeaders() });
}

function urlOf(config: AxiosRequestConfig): string | undefined {
  const hop = first(config);
  return hop && Hop.url(hop);
}

describe('firstHop', () => {
  it('adds parameters to the path, escaped as axios does', () => {
    expect(urlOf({ params: { d: ["e'", 'f:'] } })).toBe("https://api.example/a?b&d%5B%5D=e'&d%5B%5D=f:");
  });

  it('joins a base and a path', () => {
    expect(urlOf({ baseURL: 'https://x.example/y/', url: '/z' })).toBe('https://x.example/y/z');
    expect(urlOf({ baseURL: 'https://x.example/y/' })).toBe('https://api.example/a?b');
  });

  it('has credentials of the URL, unless there are others', () => {
    const authOf = (hop: Hop | undefined) => hop && Hop.content(hop).auth;
    expect(authOf(first({}))).toBe('u@x:p');
    expect(authOf(first({ auth: { username: 'a', password: '' } }))).toBe('a:');
  });

  it.each<AxiosRequestConfig>([
    { url: '/relative' },
    { url: 'data:,x' },
    { url: 'http:api.example' },
    { method: 'connect' },
    { data: Buffer.alloc(0) },
    { data: { a: 1 } },
    { data: 'ab', maxBodyLength: 1 },
    { params: { a: 1 }, paramsSerializer: { serialize: () => 'a b' } },
    { params: { a: 1 }, paramsSerializer: { serialize: () => JSON.parse('{') as string } },
  ])('declines %j', (config) => {
    expect(first(config)).toBeUndefined();
  });
});
