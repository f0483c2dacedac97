import assert from 'node:assert/strict';
import { inspect } from 'node:util';

import {
  AxiosError,
  AxiosHeaders,
  type AxiosResponse,
  isAxiosError,
  type InternalAxiosRequestConfig,
} from 'axios';
import * as fc from 'fast-check';
import { firstValueFrom, of } from 'rxjs';

import { readApiError } from '../../libs/resamania-auth/src/gateway/api-error.js';
import { GatewayPace } from '../../libs/resamania-auth/src/gateway/gateway-pace.js';
import { LimitMemory } from '../../libs/resamania-auth/src/gateway/limit-memory.js';
import { localLimit, readLimits, readRateLimit } from '../../libs/resamania-auth/src/gateway/limits.js';
import { classifyUnauthorized } from '../../libs/resamania-auth/src/gateway/unauthorized.js';
import { type HydraClient, paginate } from '../../libs/resamania-auth/src/hydra/collections.js';
import { createHttpSide, demoOptions } from '../support/http-client.js';
import { IssuingEndpoint } from '../support/issuing-endpoint.js';
import { holds } from './fuzz.js';
import { CANARY, mutated, nastyHeaders, nastyObject, nastyValue, pieced, status } from './hostile.js';
import { checkInstant, checkOwnError } from './invariants.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const YEAR_MS = 366 * 24 * 3_600_000;

const EXAMPLES = [
  '{"@type":"hydra:Error","hydra:title":"An error","hydra:description":"not found","violations":[{"propertyPath":"a","message":"b"}]}',
  '{"code":401,"message":"Expired JWT Token"}',
  '{"error":"invalid_grant","error_description":"The access token provided is invalid."}',
  '{"message":"Unauthorized","http_status_code":401}',
  'Unauthorized',
];
const MEMBERS = [
  ['code', 'message', 'detail', 'error', 'error_description', 'http_status_code', 'violations'],
  ['hydra:title', 'hydra:description', 'propertyPath'],
].flat();
const violations = fc.array(nastyObject(['propertyPath', 'message'])).map((list) => `[${list.join(',')}]`);
const text = fc.oneof(
  { weight: 4, arbitrary: nastyObject(MEMBERS, fc.oneof(nastyValue, violations)) },
  { weight: 2, arbitrary: mutated(EXAMPLES, ['"', '{', 'null', '1e999']) },
  { weight: 1, arbitrary: fc.constantFrom(...EXAMPLES) },
  { weight: 1, arbitrary: nastyValue },
);
/** As an adapter, a `responseType` or a transform may leave it. */
const data: fc.Arbitrary<unknown> = fc.oneof(
  text,
  text.map(parsed),
  text.map((words) => Buffer.from(words)),
  fc.constantFrom(undefined, null, 0, [], new ArrayBuffer(3)),
);

function parsed(words: string): unknown {
  try {
    return JSON.parse(words);
  } catch {
    return words;
  }
}

function failure(response: Partial<AxiosResponse>): AxiosError {
  const config = { headers: new AxiosHeaders() };
  return new AxiosError('failed', 'ERR', config, undefined, {
    statusText: '',
    config,
    ...response,
  } as AxiosResponse);
}

function checkLimits(limits: ReturnType<typeof readLimits>): void {
  for (const { limit, remaining, resetAt } of Object.values(limits)) {
    for (const number of [limit, remaining]) assert(number === undefined || Number.isFinite(number));
    checkInstant(resetAt?.getTime());
  }
}

holds(
  'API errors',
  fc.record({ status: fc.oneof(fc.constant(401), status), headers: nastyHeaders, data }),
  (answer) => {
    const info = readApiError(failure(answer));
    assert(info !== undefined);
    assert.equal(info.status, answer.status);
    checkLimits(info.limits);
    checkInstant(info.retryAt?.getTime());
    for (const words of [info.description, info.gatewayMessage])
      assert(['string', 'undefined'].includes(typeof words));
    for (const { path, message } of info.violations)
      assert(typeof path === 'string' && typeof message === 'string');
    assert(['gateway', 'token', 'unknown'].includes(classifyUnauthorized(answer.headers, answer.data)));
  },
);

holds('limits in headers', fc.record({ headers: nastyHeaders, more: nastyHeaders, status }), (given) => {
  const { headers, more } = given;
  checkLimits(readLimits(headers, NOW));
  const verdict = readRateLimit(headers, NOW);
  checkInstant(verdict.resetAt);
  assert((verdict.resetAt ?? NOW) <= NOW + YEAR_MS, 'holds a tenant up for years');
  for (const limit of Object.values(readLimits(headers, NOW)))
    checkInstant(localLimit(limit, headers, NOW).resetAt);
  new LimitMemory(0.8, (_tenant, { share, resetAt }) => {
    assert(share >= 0 && share <= 1);
    checkInstant(resetAt?.getTime());
  }).note('demoapi', headers, NOW);
  const pace = new GatewayPace(() => undefined);
  pace.learn(readLimits(headers, NOW), headers, NOW);
  pace.left(NOW);
  pace.over({ status: given.status, headers: more }, NOW);
  pace.learn(readLimits(more, NOW), more, NOW);
  for (const isUrgent of [true, false]) {
    const opensAt = pace.opensAt({ isUrgent }, NOW);
    assert(!Number.isNaN(opensAt) && opensAt <= NOW + YEAR_MS, `opens at ${opensAt}`);
  }
});

const LINK_PIECES = [
  '/',
  'demoapi',
  'clubs',
  '?page=2',
  '..',
  'https://api.test',
  '//',
  '\\',
  'nordgym',
  '#',
];
const link = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('clubs', ...[1, 2, 3].map((page) => `/demoapi/clubs?page=${page}`)),
  },
  { weight: 1, arbitrary: pieced(LINK_PIECES) },
);
const view = nastyObject(
  ['@id', 'hydra:next', 'hydra:view'],
  fc.oneof(
    nastyValue,
    link.map((iri) => JSON.stringify(iri)),
  ),
);
const page = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(
        nastyObject(
          ['@id', '@type'],
          link.map((iri) => JSON.stringify(iri)),
        ),
        fc.oneof(view, nastyValue),
      )
      .map(
        ([rest, its]) =>
          `{"hydra:member":[1],"hydra:view":${its}${rest === '{}' ? '}' : `,${rest.slice(1)}`}`,
      ),
  },
  { weight: 1, arbitrary: nastyObject(['hydra:member', 'hydra:view', '@id']) },
  { weight: 1, arbitrary: nastyValue },
);

holds('pages of collections', fc.array(page, { minLength: 1, maxLength: 6 }), async (pages) => {
  const asked: unknown[] = [];
  const http = {
    get: (url: string) => {
      asked.push(url);
      return of({ data: parsed(pages[asked.length - 1] ?? '{"hydra:member":[]}') });
    },
  } as unknown as HydraClient;
  try {
    for await (const found of paginate(http, 'clubs')) assert(Array.isArray(found['hydra:member']));
  } catch (error) {
    checkOwnError(error);
  }
  assert(
    asked.every((url) => typeof url === 'string'),
    `asked for ${inspect(asked)}`,
  );
  assert.equal(new Set(asked).size, asked.length, 'asked twice for one page');
});

const side = createHttpSide(demoOptions('https://api.test/env'), new IssuingEndpoint());
/** Ours, as the calls below carry them. */
const OURS = /1_demo-token-\d|gateway-key|Bearer /;

holds(
  'API calls',
  fc.array(fc.record({ status, headers: nastyHeaders, data: text }), { minLength: 1, maxLength: 3 }),
  async (answers) => {
    let sent = 0;
    const adapter = async (config: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
      const answer = answers[Math.min(sent, answers.length - 1)] as (typeof answers)[number];
      sent += 1;
      assert(sent <= 2, 'sent more than twice');
      const response = { ...answer, headers: new AxiosHeaders(answer.headers), statusText: '', config };
      if (config.validateStatus?.(answer.status) !== false) return response;
      throw new AxiosError('failed', AxiosError.ERR_BAD_REQUEST, config, { marker: 1 }, response);
    };
    const outcome: unknown = await firstValueFrom(side.http.get('clubs', { adapter })).catch(
      (error: unknown) => error,
    );
    if (outcome instanceof Error && !isAxiosError(outcome)) checkOwnError(outcome);
    const shown = inspect(outcome, { depth: 8, showHidden: true });
    // What the server says is the caller's to see; what we sent is not.
    assert(
      !OURS.test(shown.replaceAll(CANARY, '').replaceAll(/Bearer( realm="x")?['",]|Basic, Bearer/g, '')),
      shown,
    );
  },
);
