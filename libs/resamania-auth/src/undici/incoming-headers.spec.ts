import { describe, expect, it } from '@jest/globals';

import { incomingHeaders } from './incoming-headers.js';

function incoming(...raw: string[]): object {
  return { ...incomingHeaders(raw.map((text) => Buffer.from(text, 'latin1'))).toJSON() };
}

describe('incomingHeaders', () => {
  it('has names in lower case, and values as they are', () => {
    expect(incoming('Content-Type', 'a/b', 'X-É', 'é')).toMatchObject({ 'content-type': 'a/b' });
    expect(incoming('X-A', 'é')).toEqual({ 'x-a': 'é' });
  });

  it('joins what repeats, as Node does', () => {
    expect(incoming('A', '1', 'a', '2', 'Cookie', 'x', 'Cookie', 'y', 'ETag', '1', 'ETag', '2')).toEqual({
      a: '1, 2',
      cookie: 'x; y',
      etag: '1',
    });
  });

  it('has cookies as a list', () => {
    expect(incoming('Set-Cookie', 'a', 'set-cookie', 'b')).toEqual({ 'set-cookie': ['a', 'b'] });
  });

  it('survives names of methods', () => {
    const headers = incomingHeaders(['get', 'x', '__proto__', 'y'].map((text) => Buffer.from(text)));
    expect(headers.get('get')).toBe('x');
    expect(Object.getPrototypeOf(headers)).toBe(Object.getPrototypeOf(incomingHeaders([])));
  });
});
