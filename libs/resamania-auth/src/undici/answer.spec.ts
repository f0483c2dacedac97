import type { IncomingHttpHeaders } from 'node:http';

import { describe, expect, it } from '@jest/globals';
import { AxiosHeaders } from 'axios';

import { accepted, decoderFor, nodeHeaders, textOf } from './answer.js';

describe('nodeHeaders', () => {
  it('joins what repeats, as Node does', () => {
    const headers = nodeHeaders({ a: ['1', '2'], etag: ['"1"', '"2"'] as never, 'x-one': 'é' });
    expect({ ...headers.toJSON() }).toEqual({ a: '1, 2', etag: '"1"', 'x-one': 'é' });
  });

  it('has cookies as a list', () => {
    expect(nodeHeaders({ 'set-cookie': ['a', 'b'] }).get('set-cookie')).toEqual(['a', 'b']);
    expect(nodeHeaders({ 'set-cookie': 'a' as never }).get('set-cookie')).toEqual(['a']);
  });

  it('survives names of methods', () => {
    const headers = nodeHeaders(JSON.parse('{"get":"x","__proto__":"y"}') as IncomingHttpHeaders);
    expect(headers.get('get')).toBe('x');
    expect(Object.getPrototypeOf(headers)).toBe(AxiosHeaders.prototype);
  });
});

describe('decoderFor', () => {
  it('knows what axios asks for, in any letter case', () => {
    for (const encoding of ['gzip', 'X-GZIP', 'compress', 'deflate', 'br'])
      expect(decoderFor(encoding)).toBeDefined();
    for (const encoding of ['identity', 'gzip, br', undefined, ['gzip']])
      expect(decoderFor(encoding)).toBeUndefined();
  });
});

describe('textOf', () => {
  it('drops a byte order mark, once', () => {
    expect(textOf(Buffer.from('\uFEFF\uFEFFa'))).toBe('\uFEFFa');
    expect(textOf(Buffer.alloc(0))).toBe('');
  });
});

describe('accepted', () => {
  const answer = (status: number, validateStatus?: ((status: number) => boolean) | null) => ({
    status,
    statusText: '',
    headers: {},
    data: '',
    config: { headers: new AxiosHeaders(), ...(validateStatus !== undefined && { validateStatus }) },
  });

  it('lets everything through where the caller does not say what is accepted', () => {
    for (const response of [answer(500), answer(500, null)]) expect(accepted(response)).toBe(response);
  });

  it.each([
    [404, 'ERR_BAD_REQUEST'],
    [500, 'ERR_BAD_RESPONSE'],
    [302, 'ERR_BAD_RESPONSE'],
  ])('refuses %d as %s', (status, code) => {
    const message = `Request failed with status code ${status}`;
    expect(() => accepted(answer(status, () => false))).toThrow(expect.objectContaining({ message, code }));
  });
});
