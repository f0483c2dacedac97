import { describe, expect, it, jest } from '@jest/globals';
import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';

import type { HttpOptions } from '../options/http-options.js';
import { DEFAULTS } from '../options/option-table.js';
import { OwnInstances } from './own-instances.js';

function instances(http: HttpOptions): OwnInstances {
  return new OwnInstances({ http: { ...DEFAULTS.http, ...http } }, { attachToOwn: () => undefined });
}

function config(given: AxiosRequestConfig): AxiosRequestConfig {
  return instances({ axios: given }).create(undefined).defaults as AxiosRequestConfig;
}

describe('OwnInstances', () => {
  it('makes instances of its own, with the config that was given over the defaults', () => {
    const own = instances({ axios: { timeout: 5000 } });
    const [one, two] = [own.create(undefined), own.create(undefined)];
    expect(one).not.toBe(two);
    expect(one.interceptors).not.toBe(axios.interceptors);
    expect(one.defaults).toMatchObject({ timeout: 5000, maxContentLength: 50 * 1024 * 1024 });
    one.defaults.timeout = 1;
    expect(two.defaults.timeout).toBe(5000);
  });

  it('hands agents and adapters on as they are', () => {
    const httpAgent = { isAgent: true };
    const adapter = () => Promise.reject(new Error('not called'));
    expect(config({ httpAgent, adapter })).toMatchObject({ httpAgent, adapter });
  });

  it('limits the time of a call, unless the config says otherwise', () => {
    expect(instances({ timeoutMs: 7 }).create(undefined).defaults.timeout).toBe(7);
    expect(instances({ timeoutMs: 7, axios: { timeout: 0 } }).create(undefined).defaults.timeout).toBe(0);
  });

  it('has each instance configured once, as it is made', () => {
    const configure = jest.fn((instance: AxiosInstance) => {
      instance.defaults.headers.common['X-Mine'] = 'yes';
    });
    const own = instances({ configure });
    const made = [own.create(undefined), own.create('nordgym')];
    expect(configure.mock.calls).toEqual([
      [made[0], undefined],
      [made[1], 'nordgym'],
    ]);
    expect(made[1]?.defaults.headers.common).toHaveProperty('X-Mine', 'yes');
  });
});
