import { describe, expect, it } from '@jest/globals';
import { create } from 'axios';
import * as floor from 'axios-floor';

import { assertAxiosVersion, createOwnAxios } from './own-axios.js';

describe('assertAxiosVersion', () => {
  it.each(['1.18.0', '1.21.1', '2.0.0', '10.0.0', floor.default.VERSION])('takes %s', (version) => {
    expect(() => assertAxiosVersion(version)).not.toThrow();
  });

  it.each(['0.32.0', '1.7.0', '1.17.9'])('refuses %s, and says which it needs', (version) => {
    expect(() => assertAxiosVersion(version)).toThrow(/1\.18\.0 or newer, found \d+\.\d+\.\d+/);
  });
});

describe('The oldest axios that is supported', () => {
  it.each([
    'AxiosError',
    'AxiosHeaders',
    'CanceledError',
    'create',
    'getAdapter',
    'isAxiosError',
    'mergeConfig',
  ])('has %s by name', (name) => {
    expect(floor).toHaveProperty(name, expect.any(Function));
  });
});

describe('createOwnAxios', () => {
  it('has the defaults of a fresh axios under what is given, and gives them on', () => {
    const own = createOwnAxios({ timeout: 5 });
    const { timeout, validateStatus: _own, ...defaults } = own.defaults;
    const { timeout: _none, validateStatus: _axios, ...fresh } = create().defaults;
    expect(timeout).toBe(5);
    expect(defaults).toEqual(fresh);
    expect(own.create().defaults.timeout).toBe(5);
    own.defaults.headers.common['X-Mine'] = '1';
    expect(createOwnAxios({}).defaults.headers.common).not.toHaveProperty('X-Mine');
  });
});
