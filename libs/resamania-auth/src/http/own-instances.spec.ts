import { describe, expect, it } from '@jest/globals';
import axios, { type AxiosRequestConfig } from 'axios';

import { OwnInstances } from './own-instances.js';

function config({ axios: given }: { axios: AxiosRequestConfig }): AxiosRequestConfig {
  return new OwnInstances({ http: { axios: given } }).create().defaults as AxiosRequestConfig;
}

describe('OwnInstances', () => {
  it('makes instances of its own, with the config that was given over the defaults of axios', () => {
    const instances = new OwnInstances({ http: { axios: { timeout: 5000 } } });
    const [one, two] = [instances.create(), instances.create()];
    expect(one).not.toBe(two);
    expect(one.interceptors).not.toBe(axios.interceptors);
    expect(one.defaults).toMatchObject({ timeout: 5000, maxContentLength: -1 });
    one.defaults.timeout = 1;
    expect(two.defaults.timeout).toBe(5000);
  });

  it('hands agents and adapters on as they are', () => {
    const httpAgent = { isAgent: true };
    const adapter = () => Promise.reject(new Error('not called'));
    expect(config({ axios: { httpAgent, adapter } })).toMatchObject({ httpAgent, adapter });
  });
});
