import { describe, expect, it } from '@jest/globals';
import { AxiosHeaders } from 'axios';

import { headerLines } from './header-lines.js';

const DEFAULTS = { acceptEncoding: 'gzip', contentLength: undefined, hasAuth: false };
const ADDED = ['User-Agent', expect.stringMatching(/^axios\/1\./), 'Accept-Encoding', 'gzip'];

describe('headerLines', () => {
  it('adds what is missing, to the config as well', () => {
    const headers = new AxiosHeaders({ Accept: '*/*' });
    expect(headerLines(headers, { ...DEFAULTS, contentLength: 3 })).toEqual([
      'Accept',
      '*/*',
      'User-Agent',
      expect.any(String),
      'Content-Length',
      '3',
      'Accept-Encoding',
      'gzip',
    ]);
    expect(headers.get('content-length')).toBe('3');
  });

  it('leaves what the caller set or does not want', () => {
    const headers = new AxiosHeaders({ 'user-agent': 'mine', 'accept-encoding': null, 'X-No': false });
    expect(headerLines(headers, DEFAULTS)).toEqual(['user-agent', 'mine']);
  });

  it('sends one header of those that were assigned in two spellings', () => {
    const headers = new AxiosHeaders();
    Object.assign(headers, { 'X-A': 'one', 'x-a': 'two' });
    expect(headerLines(headers, DEFAULTS)).toEqual(['X-A', 'two', ...ADDED]);
  });

  it('writes numbers and lists, and nothing that could begin another header', () => {
    const headers = new AxiosHeaders();
    Object.assign(headers, { a: 1, b: ['x', 'y'], c: ' d\r\nE: f€ ' });
    const written = ['a', '1', 'b', 'x', 'b', 'y', 'c', 'dE: f'];
    expect(headerLines(headers, DEFAULTS)).toEqual([...written, ...ADDED]);
  });

  it('drops the authorization that another one stands in for', () => {
    const headers = new AxiosHeaders({ authorization: 'Bearer x' });
    expect(headerLines(headers, { ...DEFAULTS, hasAuth: true })).toEqual(ADDED);
  });

  it.each([{ Connection: 'upgrade' }, { 'Content-Length': '5' }])('declines %j', (given) => {
    expect(headerLines(new AxiosHeaders(given), DEFAULTS)).toBeUndefined();
  });
});
