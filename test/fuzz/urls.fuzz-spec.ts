import assert from 'node:assert/strict';

import { AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import * as fc from 'fast-check';
import { firstValueFrom } from 'rxjs';

import { ResamaniaAuthError } from '../../libs/resamania-auth/src/errors.js';
import { isAbsolute, resolveApiUrl, tenantRoot } from '../../libs/resamania-auth/src/http/target/api-url.js';
import { resolveOptions } from '../../libs/resamania-auth/src/options/resolve-options.js';
import { Tenant } from '../../libs/resamania-auth/src/tenants/tenant.js';
import { createHttpSide } from '../support/http-client.js';
import { IssuingEndpoint } from '../support/issuing-endpoint.js';
import { outsideOf } from '../support/readings.js';
import { holds } from './fuzz.js';
import { CANARY, pieced } from './hostile.js';
import { ownErrorsOnly } from './invariants.js';

const OPTIONS = {
  apiBaseUrl: 'https://gw.test/resa2',
  apiKey: `${CANARY}-key`,
  tenants: [
    { clientToken: 'demoapi', clientId: '1_demo', clientSecret: `${CANARY}-secret` },
    { clientToken: 'nordgym', clientId: '2_nord', clientSecret: `${CANARY}-secret` },
  ],
};
const [demoapi, nordgym] = resolveOptions(OPTIONS).tenants.map((options) => new Tenant(options)) as [
  Tenant,
  Tenant,
];

const PIECES = [
  [
    '..',
    '.',
    '/',
    '\\',
    ';',
    '%',
    '%2e',
    '%2E',
    '%252e',
    '%25',
    '25',
    '2e',
    '2f',
    '%2f',
    '%5c',
    '%255c',
    '%3b',
  ],
  [
    '%09',
    '%00',
    '%20',
    '%0d%0a',
    '\t',
    '\n',
    '\r',
    ' ',
    '\0',
    '%c0%ae',
    '%ef%bc%8f',
    '．',
    '／',
    '。',
    '\u202e',
  ],
  [
    '//',
    'http:',
    'https:',
    'https://',
    '@',
    ':',
    ':443',
    ':8443',
    '?',
    '#',
    '&',
    '=',
    '[',
    ']',
    '%%',
    '%u002e',
  ],
  ['demoapi', 'nordgym', 'clubs', 'resa2', 'gw.test', 'evil.test', 'https://gw.test/resa2/demoapi'],
  ['https://gw.test/resa2', '/demoapi/', '/../', '/..;/', '/%2e%2e/', 'file://', 'javascript:', 'x'],
].flat();
const BEGINNINGS = [
  ['', '/', 'https://gw.test/resa2/demoapi/', 'https://gw.test/resa2/demoapi', '/demoapi/', 'clubs/'],
  ['https://gw.test/resa2/', 'HTTPS://GW.TEST/resa2/demoapi/', '//gw.test/resa2/demoapi/'],
].flat();
const url = fc.tuple(fc.constantFrom(...BEGINNINGS), pieced(PIECES, 8)).map((parts) => parts.join(''));

holds('paths and URLs', url, (given) => {
  const allowed = ownErrorsOnly(() => resolveApiUrl(given, demoapi));
  if (allowed === undefined) return;
  assert(isAbsolute(allowed));
  assert.deepEqual(outsideOf(tenantRoot(demoapi), allowed), [], `${given} became ${allowed}`);
});

const side = createHttpSide(OPTIONS, new IssuingEndpoint());
const call = fc.record(
  {
    url: fc.oneof(url, fc.constantFrom('clubs', 7, new URL('https://gw.test/resa2/demoapi/clubs'), {})),
    baseURL: fc.oneof(url, fc.constantFrom('https://evil.test', 'https://gw.test/resa2', '/', '')),
    allowAbsoluteUrls: fc.boolean(),
    tenant: fc.constantFrom('demoapi', 'nordgym'),
    params: fc.constantFrom({ a: '../..' }, { next: '//evil.test' }),
    auth: fc.constant(false),
  },
  { requiredKeys: ['url'] },
);

holds('calls by URL', call, async ({ tenant, auth, ...config }) => {
  const sent: InternalAxiosRequestConfig[] = [];
  const adapter = async (outgoing: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
    sent.push(outgoing);
    return { status: 200, statusText: '', headers: new AxiosHeaders(), data: {}, config: outgoing };
  };
  const resamania = { ...(tenant && { tenant }), ...(auth === false && { auth }) };
  const request = { ...config, adapter, resamania } as object;
  const outcome: unknown = await firstValueFrom(side.http.request(request)).catch((error: unknown) => error);
  if (outcome instanceof Error) assert(outcome instanceof ResamaniaAuthError, String(outcome.stack));
  for (const { url: target = '', baseURL, headers } of sent) {
    const carried = JSON.stringify(headers);
    if (!/Bearer|CANARY/.test(carried)) continue;
    assert.equal(baseURL, undefined);
    const owner = carried.includes('1_demo-token') ? demoapi : nordgym;
    assert(tenant === undefined || tenant === owner.name, `${tenant} got the token of ${owner.name}`);
    assert.deepEqual(outsideOf(tenantRoot(owner), target), [], `${JSON.stringify(config)} became ${target}`);
  }
});
