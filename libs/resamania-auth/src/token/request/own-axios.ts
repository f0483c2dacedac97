import axios, { type AxiosInstance, type AxiosRequestConfig, create, mergeConfig } from 'axios';

const { transitional, transformRequest, transformResponse, env } = axios.defaults;

/**
 * The defaults that axios comes with. What the application changes in the process-wide `axios.defaults` is meant for its
 * own requests: a base URL, a transform or an `Authorization` there must not get at a token or a secret. Functions and
 * classes are taken as they are when this library is loaded; all the rest is written down.
 */
const FACTORY_DEFAULTS: AxiosRequestConfig = Object.freeze({
  transitional: Object.freeze({ ...transitional }),
  adapter: Object.freeze(['xhr', 'http', 'fetch']) as string[],
  transformRequest: Object.freeze([transformRequest].flat()) as [],
  transformResponse: Object.freeze([transformResponse].flat()) as [],
  timeout: 0,
  xsrfCookieName: 'XSRF-TOKEN',
  xsrfHeaderName: 'X-XSRF-TOKEN',
  maxContentLength: -1,
  maxBodyLength: -1,
  ...(env && { env: Object.freeze({ ...env }) }),
  validateStatus: (status: number) => status >= 200 && status < 300,
  headers: Object.freeze({
    common: Object.freeze({ Accept: 'application/json, text/plain, */*' }),
    ...Object.fromEntries(
      ['delete', 'get', 'head', 'post', 'put', 'patch', 'query'].map((method) => [method, Object.freeze({})]),
    ),
  }) as object,
});

/** An axios instance that nothing of the application's reaches but what is given here. */
export function createOwnAxios(config: AxiosRequestConfig): AxiosInstance {
  const instance = create();
  // In place: the instance, and what is made from it, hold on to this object.
  const defaults: object = instance.defaults;
  for (const key of Object.keys(defaults)) Reflect.deleteProperty(defaults, key);
  Object.assign(defaults, mergeConfig(FACTORY_DEFAULTS, config));
  return instance;
}
