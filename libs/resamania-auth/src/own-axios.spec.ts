import { describe, expect, it } from '@jest/globals';
import { type AxiosAdapter, type AxiosInstance, create } from 'axios';
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

/** What browsers need, and what says once more what axios does anyway: no limit, and the same `FormData`. */
const OF_NO_EFFECT_ON_NODE = ['xsrfCookieName', 'xsrfHeaderName', 'maxBodyLength', 'env'];

describe('createOwnAxios', () => {
  it('has the defaults of a fresh axios under what is given, and gives them on', () => {
    const own = createOwnAxios({ timeout: 5 });
    const { timeout, validateStatus: _own, ...defaults } = own.defaults;
    const { timeout: _none, validateStatus: _axios, ...fresh } = create().defaults;
    expect(timeout).toBe(5);
    expect(Object.keys(fresh)).toEqual(expect.arrayContaining(OF_NO_EFFECT_ON_NODE));
    for (const key of OF_NO_EFFECT_ON_NODE) Reflect.deleteProperty(fresh, key);
    expect(defaults).toEqual(fresh);
    expect(own.create().defaults.timeout).toBe(5);
    own.defaults.headers.common['X-Mine'] = '1';
    expect(createOwnAxios({}).defaults.headers.common).not.toHaveProperty('X-Mine');
  });

  it('makes the same form of an object as a fresh axios, without the defaults that it does not need', async () => {
    const sent = async (instance: AxiosInstance) => {
      const adapter: AxiosAdapter = async (config) => ({
        config,
        data: config.data,
        headers: {},
        status: 200,
        statusText: '',
      });
      const form: unknown = (await instance.postForm('http://127.0.0.1/', { a: [1, 'b'] }, { adapter })).data;
      return {
        kind: form?.constructor,
        isPiped: typeof form === 'object' && form !== null && 'pipe' in form,
      };
    };
    expect(await sent(createOwnAxios({}))).toEqual(await sent(create()));
  });
});
