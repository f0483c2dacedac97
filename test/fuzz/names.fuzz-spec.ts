import assert from 'node:assert/strict';

import * as fc from 'fast-check';
import { AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { firstValueFrom } from 'rxjs';

import { ResamaniaAuthError } from '../../libs/resamania-auth/src/errors.js';
import { createHttpSide } from '../support/http-client.js';
import { IssuingEndpoint } from '../support/issuing-endpoint.js';
import { holds } from './fuzz.js';
import { CANARY, pieced } from './hostile.js';
import { checkOwnError } from './invariants.js';

const PIECES = [
  [
    '\r\n',
    '\n',
    '\r',
    '\0',
    '\t',
    ' ',
    ':',
    ';',
    ',',
    '"',
    '\u2028',
    '\u0085',
    '\u010a',
    '\u560a',
    '\ud800',
    'ä',
  ],
  [
    '/demoapi/clubs/1',
    '/demoapi/network_nodes/',
    'demoapi',
    '1',
    '..',
    '{client_token}',
    'X-Evil: 1',
    'Host: evil',
  ],
].flat();
const piece = pieced(PIECES, 5);
/** What may be wrong, one or two at a time: with more, the options alone are refused. */
const FIELDS = {
  name: piece,
  clientToken: piece,
  clientId: piece,
  clientSecret: piece,
  apiKey: fc.oneof(
    piece,
    piece.map((key) => () => key),
  ),
  apiKeyHeader: piece,
  clubId: iri('clubs'),
  networkNodeId: iri('network_nodes'),
  scope: piece,
  token: piece,
  callClub: iri('clubs'),
  callTenant: piece,
  contact: piece.map((end) => `a@b.c${end}`),
};
type Given = { [K in keyof typeof FIELDS]?: (typeof FIELDS)[K] extends fc.Arbitrary<infer T> ? T : never };
const entry = fc
  .constantFrom(...(Object.keys(FIELDS) as (keyof typeof FIELDS)[]))
  .chain((field) => (FIELDS[field] as fc.Arbitrary<unknown>).map((value) => [field, value] as const));
const given = fc
  .array(entry, { minLength: 1, maxLength: 2 })
  .map((entries) => Object.fromEntries(entries) as Given);

/** An IRI that is all right, with something behind it; or anything. */
function iri(collection: string): fc.Arbitrary<string> {
  return fc.oneof(
    piece,
    piece.map((end) => `/demoapi/${collection}/1${end}`),
  );
}

/** No line break, nothing that is no header, and nothing that UTF-8 or Latin-1 would turn into one. */
function checkHeaders(headers: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(headers)) {
    assert.match(name, /^[\w!#$%&'*+.^`|~-]+$/);
    assert.match(String(value), /^[\x20-\x7e]*$/, `${name} holds what no header should`);
  }
}

holds(
  'names and ids',
  given,
  async ({ token, callClub, callTenant, contact, apiKey, apiKeyHeader, ...own }) => {
    const sent: Record<string, unknown>[] = [];
    const transport = new IssuingEndpoint();
    const issue = transport.post.bind(transport);
    transport.answer = () => ({
      status: 200,
      headers: {},
      body: JSON.stringify({ access_token: token ?? 'token' }),
    });
    transport.post = (request) => {
      sent.push({ ...request.headers });
      return issue(request);
    };
    const tenant = { clientToken: 'demoapi', clientId: '1', clientSecret: `${CANARY}-secret`, ...own };
    try {
      const options = {
        apiBaseUrl: 'https://gw.test',
        tenants: [tenant],
        apiKey,
        apiKeyHeader,
        tokenRequest: { attempts: 1 },
      };
      const defined = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
      const side = createHttpSide(
        defined as unknown as typeof options & { apiKey: string; apiKeyHeader: string },
        transport,
      );
      const adapter = async (config: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
        sent.push(AxiosHeaders.from(config.headers).toJSON());
        return { status: 200, statusText: '', headers: new AxiosHeaders(), data: {}, config };
      };
      const resamania = {
        ...(callClub !== undefined && { clubId: callClub }),
        ...(callTenant !== undefined && { tenant: callTenant }),
        ...(contact !== undefined && { principal: { contactEmail: contact } }),
      };
      await firstValueFrom(side.http.get('clubs', { adapter, resamania })).finally(() => side.stop());
    } catch (error) {
      assert(error instanceof ResamaniaAuthError, String((error as Error).stack));
      checkOwnError(error);
      assert(!/[\r\0\u2028\u0085]/.test(error.message), 'prints what a log would break at');
    }
    for (const headers of sent) checkHeaders(headers);
  },
);
