import axios, { type AxiosInstance, type AxiosRequestConfig, create, mergeConfig } from 'axios';

import { ResamaniaConfigError } from './errors.js';

const { transitional, transformRequest, transformResponse } = axios.defaults;
/** Those that have headers of their own. A header that the application has put beside them is none. */
const methods = Object.entries(axios.defaults.headers).flatMap(([key, value]) =>
  typeof value === 'object' && key !== 'common' ? [key] : [],
);

/**
 * The defaults that axios comes with. What the application changes in the process-wide `axios.defaults` is meant for its
 * own requests: a base URL, a transform or an `Authorization` there must not get at a token or a secret. Functions are
 * taken as they are when this library is loaded; all the rest is written down. axios merges every one of them at every
 * call, so those that change nothing on Node.js are left out.
 */
const FACTORY_DEFAULTS: AxiosRequestConfig = Object.freeze({
  transitional: Object.freeze({ ...transitional }),
  adapter: Object.freeze(['xhr', 'http', 'fetch']) as string[],
  transformRequest: Object.freeze([transformRequest].flat()) as [],
  transformResponse: Object.freeze([transformResponse].flat()) as [],
  timeout: 0,
  maxContentLength: -1,
  validateStatus: (status: number) => status >= 200 && status < 300,
  headers: Object.freeze({
    common: Object.freeze({ Accept: 'application/json, text/plain, */*' }),
    ...Object.fromEntries(methods.map((method) => [method, Object.freeze({})])),
  }) as object,
});

/**
 * Older ones send a token request to `https:` through an http proxy in the clear, and take a proxy from a polluted
 * `Object.prototype`.
 * @throws ResamaniaConfigError
 */
export function assertAxiosVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 1 || (major === 1 && minor >= 18)) return;
  throw new ResamaniaConfigError('axios', [
    `expected version 1.18.0 or newer, found ${version}: older ones may give secrets away. Run npm install axios@latest`,
  ]);
}

/**
 * An axios instance that nothing of the application's reaches but what is given here.
 * @throws ResamaniaConfigError where axios is too old
 */
export function createOwnAxios(config: AxiosRequestConfig): AxiosInstance {
  // oxlint-disable-next-line import/no-named-as-default-member -- the types of axios have no named export
  assertAxiosVersion(axios.VERSION);
  const instance = create();
  // In place: the instance, and what is made from it, hold on to this object.
  const defaults: object = instance.defaults;
  for (const key of Object.keys(defaults)) Reflect.deleteProperty(defaults, key);
  Object.assign(defaults, mergeConfig(FACTORY_DEFAULTS, config));
  return instance;
}
