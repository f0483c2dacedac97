import { describe, expect, it } from '@jest/globals';
import { AxiosError, AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';

import { OurHeaders } from '../http/call/api-headers.js';
import { SentRequest } from '../http/call/sent-request.js';
import { describeFailedCall, resamaniaErrorAnswer } from './error-answer.js';

const NOW = Date.parse('2026-01-01T00:00:00.400Z');

function failed(status: number, headers: Record<string, string> = {}, data: unknown = ''): AxiosError {
  const config = { headers: new AxiosHeaders() } as InternalAxiosRequestConfig;
  const response = { status, statusText: '', data, headers: new AxiosHeaders(headers), config };
  return new AxiosError('Request failed', 'E', config, sent('/demoapi/clubs/7'), response);
}

function sent(path: string): SentRequest {
  const request = { method: 'GET', protocol: 'https:', host: 'gateway.example', path };
  return new SentRequest(request, new OurHeaders('X-Gravitee-Api-Key'));
}

describe('The answer to a failed API call', () => {
  it.each<[string, number, Record<string, string>, number | undefined]>([
    ['passes on a Retry-After in seconds as it is', 503, { 'Retry-After': '7' }, 7],
    ['passes on one of 0 as the least that a client understands', 503, { 'Retry-After': '0' }, 1],
    [
      'rounds up to a Retry-After that is a date',
      503,
      { 'Retry-After': 'Thu, 01 Jan 2026 00:00:10 GMT' },
      10,
    ],
    [
      'counts from the clock of the server',
      429,
      { 'Retry-After': 'Thu, 01 Jan 2026 01:00:05 GMT', Date: 'Thu, 01 Jan 2026 01:00:00 GMT' },
      5,
    ],
    [
      'takes the reset of the limit that fired',
      429,
      { 'X-Rate-Limit-Remaining': '0', 'X-Rate-Limit-Reset': String(NOW + 2000) },
      2,
    ],
    [
      'takes a reset that has passed for one second',
      429,
      { 'X-Quota-Remaining': '0', 'X-Quota-Reset': String(NOW - 5000) },
      1,
    ],
    ['says nothing where nothing was said', 503, {}, undefined],
    ['says nothing where nonsense was said', 503, { 'Retry-After': 'soon' }, undefined],
  ])('%s', (_what, status, headers, retryAfterSeconds) => {
    expect(resamaniaErrorAnswer(failed(status, headers), {}, NOW)).toMatchObject({
      status,
      retryAfterSeconds,
    });
  });

  it("leaves a call that the application gave up to the application's own handling", () => {
    const cancelled = new AxiosError('canceled', 'ERR_CANCELED', undefined, sent('/clubs'));
    expect(resamaniaErrorAnswer(cancelled, {}, NOW)).toBeUndefined();
  });

  const violations = [{ path: 'email', message: 'is taken' }];
  const invalid = { violations: [{ propertyPath: 'email', message: 'is taken' }] };

  it.each<[string, AxiosError, Record<number, number>, object]>([
    ['a 404', failed(404, {}, { detail: 'Item not found' }), {}, { status: 404, code: 'api_not_found' }],
    ['a 404 to a HEAD', failed(404), {}, { status: 404, code: 'api_not_found' }],
    ['a 409 as bytes', failed(409, {}, Buffer.from('{}')), {}, { status: 409, code: 'api_conflict' }],
    ['a 422', failed(422, {}, invalid), {}, { status: 422, code: 'api_unprocessable_entity', violations }],
    ['a 422 as a 400', failed(422, {}, invalid), { 422: 400 }, { status: 400, violations }],
    ['a 403 that is handed on', failed(403, {}, {}), { 403: 403 }, { status: 403, code: 'api_forbidden' }],
    ['a 409 that is not', failed(409, {}, {}), { 409: 502 }, { status: 502, code: 'api_refused' }],
    ['a 403', failed(403, {}, {}), {}, { status: 502, code: 'api_refused' }],
    [
      "the gateway's 404",
      failed(404, {}, 'No context-path matches'),
      {},
      { status: 502, code: 'api_refused' },
    ],
    ["the gateway's 404 as bytes", failed(404, {}, Buffer.from('Not here')), {}, { status: 502 }],
    [
      "the gateway's 404 as JSON",
      failed(404, {}, { message: 'x', http_status_code: 404 }),
      {},
      { status: 502 },
    ],
  ])('to %s', (_what, error, handedOn, expected) => {
    expect(resamaniaErrorAnswer(error, handedOn, NOW)).toMatchObject(expected);
  });
});

describe('The log line of a failed API call', () => {
  it('names the call, its status and what the API says', () => {
    const error = failed(404, {}, { 'hydra:description': 'Item not found' });
    expect(describeFailedCall(error)).toBe(
      'GET https://gateway.example/demoapi/clubs/7: HTTP 404, "Item not found"',
    );
  });

  it('is one line without a query and without e-mail addresses, however long the description', () => {
    const error = failed(409, {}, { detail: `contact a.b@gym.example\n is there ${'x'.repeat(100_000)}` });
    error.request = sent('/demoapi/contacts/c%40gym.example?token=canary');
    const line = describeFailedCall(error);
    expect(line).toMatch(/contacts\/\[e-mail\]: HTTP 409, "contact \[e-mail\]/);
    expect(line).not.toMatch(/canary|gym|\n/);
    expect(line.length).toBeLessThan(500);
  });

  it('says so where no answer came', () => {
    const error = new AxiosError('x', 'ECONNRESET', undefined, sent('/demoapi/clubs'));
    expect(describeFailedCall(error)).toBe('GET https://gateway.example/demoapi/clubs: ECONNRESET');
  });
});
