import http from 'node:http';
import https from 'node:https';

import { afterEach, describe, expect, it } from '@jest/globals';
import { AxiosHeaders, type AxiosRequestConfig } from 'axios';

import { isWithinUndici } from './capability.js';

const { globalAgent } = http;

afterEach(() => {
  http.globalAgent = globalAgent;
  delete https.globalAgent.options.ca;
});

function within(config: AxiosRequestConfig, environment: NodeJS.ProcessEnv = {}): boolean {
  return isWithinUndici({ ...config, headers: new AxiosHeaders() }, environment);
}

describe('isWithinUndici', () => {
  it.each<AxiosRequestConfig>([
    {},
    { timeout: 0 },
    { timeout: 5000, maxRedirects: 0, proxy: false },
    { httpVersion: 1 },
  ])('takes %j', (config) => {
    expect(within(config)).toBe(true);
  });

  it.each<AxiosRequestConfig>([
    { httpsAgent: new https.Agent() },
    { proxy: { host: 'a', port: 1 } },
    { socketPath: '/a' },
    { maxRate: 1 },
    { onUploadProgress: () => undefined },
    { httpVersion: 2 },
    { timeout: 1.5 },
    { timeout: 2 ** 31 },
    { sensitiveHeaders: ['x'] },
  ])('leaves %o', (config) => {
    expect(within(config)).toBe(false);
  });

  it.each(['HTTP_PROXY', 'https_proxy', 'ALL_PROXY'])(
    'leaves all to the proxy of %s, unless none is wanted',
    (name) => {
      expect(within({}, { [name]: 'http://proxy' })).toBe(false);
      expect(within({ proxy: false }, { [name]: 'http://proxy' })).toBe(true);
    },
  );

  it('leaves all to agents that were put in place of those of Node', () => {
    http.globalAgent = new http.Agent();
    expect(within({})).toBe(false);
  });

  it('leaves all to an authority that the global agent was given', () => {
    https.globalAgent.options.ca = 'x';
    expect(within({})).toBe(false);
  });
});
