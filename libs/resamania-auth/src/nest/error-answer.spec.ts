import { describe, expect, it } from '@jest/globals';
import { AxiosError, AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';

import { answerFor } from './error-answer.js';

const NOW = Date.parse('2026-01-01T00:00:00.400Z');

function failed(status: number, headers: Record<string, string> = {}): AxiosError {
  const config = { headers: new AxiosHeaders() } as InternalAxiosRequestConfig;
  const response = { status, statusText: '', data: '', headers: new AxiosHeaders(headers), config };
  return new AxiosError('Request failed', 'E', config, undefined, response);
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
    expect(answerFor(failed(status, headers), NOW)).toMatchObject({ status, retryAfterSeconds });
  });

  it("leaves a call that the application gave up to the application's own handling", () => {
    expect(answerFor(new AxiosError('canceled', 'ERR_CANCELED'), NOW)).toBeUndefined();
  });
});
