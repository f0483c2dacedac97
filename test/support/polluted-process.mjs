// Makes requests in a process whose `Object.prototype` somebody has polluted, with one key after the other: a token
// request, calls of services and of a client of the application. Prints what came of each, and which of the polluted
// functions were called. The values lead to a stranger, or would change what is sent or what comes back.
import 'reflect-metadata';

import { setMaxListeners } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';

import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { create } from 'axios';
import {
  ResamaniaAuthInterceptor,
  ResamaniaAuthModule,
  ResamaniaHttpService,
  ResamaniaTokenService,
} from 'nestjs-resamania-auth';
import { undiciAdapter } from 'nestjs-resamania-auth/undici';
import { firstValueFrom } from 'rxjs';

const { apiBaseUrl, strangersPort: port } = JSON.parse(process.argv[2]);
const signal = new AbortController().signal;
setMaxListeners(0, signal);
const stranger = `http://127.0.0.1:${port}`;
let called = [];
const thief = (name) =>
  function steal(...args) {
    called.push(name);
    return args[0];
  };
const agent = Object.assign(new Agent(), { createConnection: () => connect(port, '127.0.0.1') });
const headers = {
  Authorization: 'Bearer stranger',
  'X-Gravitee-Api-Key': 'stranger',
  'x-user-club-id': 'stranger',
};

// Without `timeout`, `host` and `createConnection`: Node's own clients take those, and break or go elsewhere.
const POLLUTIONS = {
  adapter: thief('adapter'),
  agent,
  allowAbsoluteUrls: false,
  allowedSocketPaths: ['/tmp/stranger.sock'],
  auth: { username: 'stranger', password: 'stranger' },
  Authorization: 'Bearer stranger',
  authorization: 'Bearer stranger',
  baseURL: stranger,
  beforeRedirect: thief('beforeRedirect'),
  cancelToken: {
    throwIfRequested: thief('throwIfRequested'),
    subscribe: (cancel) => cancel(),
    unsubscribe() {},
  },
  clubId: '/{chain}/clubs/666',
  common: headers,
  data: 'stranger',
  decompress: false,
  env: { fetch: thief('fetch') },
  family: 6,
  fetchOptions: { dispatcher: { dispatch: thief('dispatch') } },
  formSerializer: { visitor: thief('visitor') },
  headers,
  hostname: '127.0.0.1',
  httpAgent: agent,
  httpVersion: 2,
  http2Options: { createConnection: thief('http2Options.createConnection') },
  httpsAgent: agent,
  insecureHTTPParser: true,
  lookup: [],
  maxBodyLength: 1,
  maxContentLength: 1,
  maxRate: 1,
  maxRedirects: 0,
  method: 'delete',
  networkNodeId: '/{chain}/network_nodes/666',
  onDownloadProgress: thief('onDownloadProgress'),
  onUploadProgress: thief('onUploadProgress'),
  params: { stranger: '1' },
  paramsSerializer: { serialize: thief('serialize'), encode: thief('encode') },
  parseReviver: thief('parseReviver'),
  password: 'stranger',
  port: String(port),
  post: headers,
  principal: { club: '/{chain}/clubs/666' },
  proxy: { protocol: 'http', host: '127.0.0.1', port },
  resamania: { tenant: 'other' },
  responseEncoding: 'hex',
  responseType: 'stream',
  signal,
  socketPath: '/tmp/stranger.sock',
  tenant: 'other',
  timeoutErrorMessage: 'stranger',
  transformRequest: [thief('transformRequest')],
  transformResponse: [thief('transformResponse')],
  transitional: { forcedJSONParsing: false, silentJSONParsing: false },
  transport: { request: thief('request') },
  url: stranger,
  username: 'stranger',
  validateStatus: () => false,
  withCredentials: true,
  withXSRFToken: thief('withXSRFToken'),
  xsrfHeaderName: 'Authorization',
};
const CASES = [
  ...Object.entries(POLLUTIONS).map(([key, value]) => [key, { [key]: value }]),
  ['baseURL and allowAbsoluteUrls', { baseURL: stranger, allowAbsoluteUrls: false }],
].map(([name, pollution], index) => ({ name, pollution, chain: `chain-${index}` }));

class AppModule {}
Module({
  imports: [
    ResamaniaAuthModule.forRoot({
      apiBaseUrl,
      apiKey: 'gateway-key',
      tenants: ['other', ...CASES.map(({ chain }) => chain)].map((clientToken) => ({
        clientToken,
        clientId: `1_${clientToken}`,
        clientSecret: 'client-secret',
      })),
      defaultTenant: 'other',
      refresh: { enabled: false, warmUp: false },
      tokenRequest: { attempts: 1, timeoutMs: 2000, deadlineMs: 2500 },
      http: { timeoutMs: 2000 },
    }),
  ],
})(AppModule);
const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
const http = app.get(ResamaniaHttpService);
const tokens = app.get(ResamaniaTokenService);
const host = create({ timeout: 2000 });
app.get(ResamaniaAuthInterceptor).attachTo(host);
const byUndici = undiciAdapter();

const dataOf = async (answer) => (await answer).data;
/** Node's own `fetch` takes these from `Object.prototype`, whoever calls it. */
const READ_BY_FETCH = new Set(['headers', 'method']);
/** Each of them is answered with what arrived. */
const REQUESTS = {
  token: (chain) => tokens.getAccessToken(chain),
  get: (chain) => dataOf(firstValueFrom(http.forTenant(chain).get('clubs'))),
  post: (chain) => dataOf(firstValueFrom(http.forTenant(chain).post('clubs', { name: 'x' }))),
  settings: (chain) =>
    dataOf(firstValueFrom(http.get(`/${chain}/clubs`, { resamania: { networkNodeId: undefined } }))),
  redirected: (chain) => dataOf(firstValueFrom(http.forTenant(chain).get('moved'))),
  fetch: (chain) => dataOf(firstValueFrom(http.forTenant(chain).get('clubs', { adapter: 'fetch' }))),
  undici: (chain) => dataOf(firstValueFrom(http.forTenant(chain).get('clubs', { adapter: byUndici }))),
  host: (chain) => dataOf(host.get(`${apiBaseUrl}/${chain}/clubs`)),
};

const results = [];
for (const { name, pollution, chain } of CASES) {
  called = [];
  const outcome = { __proto__: null };
  const fill = (value) => JSON.parse(JSON.stringify(value).replace('{chain}', chain));
  for (const [key, value] of Object.entries(pollution)) {
    const isFilled = ['clubId', 'networkNodeId', 'principal'].includes(key);
    // oxlint-disable-next-line no-extend-native -- as a polluter does
    Object.prototype[key] = isFilled ? fill(value) : value;
  }
  for (const request of Object.keys(REQUESTS)) {
    if (request === 'fetch' && READ_BY_FETCH.has(name)) continue;
    outcome[request] = await REQUESTS[request](chain).catch((error) => `${error.code}: ${error.message}`);
  }
  for (const key of Object.keys(pollution)) delete Object.prototype[key];
  results.push({ name, chain, called, outcome });
}
await app.close();
await byUndici.close();
process.stdout.write(JSON.stringify(results));
