import { describe, expect, it } from '@jest/globals';
import { AxiosError, AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';

import { noteNotReplayed, readApiError } from './api-error.js';

function failed(status: number, data: unknown, headers: Record<string, string> = {}): AxiosError {
  const config = { headers: new AxiosHeaders() } as InternalAxiosRequestConfig;
  const response = { status, statusText: '', data, headers: new AxiosHeaders(headers), config };
  return new AxiosError('Request failed', 'ERR_BAD_REQUEST', config, undefined, response);
}

describe('readApiError', () => {
  it('reads what the API says, parsed or not', () => {
    const body = {
      'hydra:description': 'name: must not be blank',
      violations: [{ propertyPath: 'name', message: 'must not be blank' }, null, {}],
    };
    for (const data of [body, JSON.stringify(body), Buffer.from(JSON.stringify(body))]) {
      expect(readApiError(failed(422, data))).toEqual({
        status: 422,
        description: 'name: must not be blank',
        violations: [
          { path: 'name', message: 'must not be blank' },
          { path: '', message: '' },
          { path: '', message: '' },
        ],
        limits: {},
        notReplayed: false,
      });
    }
    expect(readApiError(failed(404, { detail: 'Item not found' }))).toMatchObject({
      description: 'Item not found',
    });
    expect(readApiError(failed(401, { error: 'x', error_description: 'Jeton expiré' }))).toMatchObject({
      description: 'Jeton expiré',
      unauthorizedBy: 'token',
    });
  });

  it('reads what the gateway says', () => {
    const json = { message: 'API rate limit exceeded', http_status_code: 429 };
    expect(readApiError(failed(429, json))).toMatchObject({ gatewayMessage: 'API rate limit exceeded' });
    expect(readApiError(failed(401, 'Unauthorized', { 'content-type': 'text/plain' }))).toMatchObject({
      gatewayMessage: 'Unauthorized',
      unauthorizedBy: 'gateway',
    });
    expect(readApiError(failed(500, { message: 'oops' }))).not.toHaveProperty('gatewayMessage');
  });

  it('reads the limits, as far as they are told', () => {
    const before = Date.now();
    const info = readApiError(
      failed(429, '', {
        'X-Quota-Limit': '10000',
        'X-Quota-Remaining': '0',
        'X-Quota-Reset': '1700000000000',
        'X-Rate-Limit-Limit': '60',
        'X-Rate-Limit-Reset': '-1',
        'X-Spike-Arrest-Limit': 'none',
        'Retry-After': '30',
      }),
    );
    expect(info?.limits).toEqual({
      quota: { limit: 10_000, remaining: 0, resetAt: new Date(1_700_000_000_000) },
      rateLimit: { limit: 60 },
    });
    expect(info?.retryAt?.getTime()).toBeGreaterThanOrEqual(before + 30_000);
  });

  it('takes a reset in seconds for what it is', () => {
    const info = readApiError(failed(429, '', { 'X-Quota-Reset': '1700000000' }));
    expect(info?.limits.quota).toEqual({ resetAt: new Date(1_700_000_000_000) });
  });

  it('tells that there was no answer, and that there was no replay', () => {
    expect(readApiError(new AxiosError('timeout', 'ECONNABORTED'))).toEqual({
      violations: [],
      limits: {},
      notReplayed: false,
    });
    const error = noteNotReplayed(failed(401, ''));
    expect(readApiError(error)).toMatchObject({ status: 401, notReplayed: true });
    expect(error).toHaveProperty('message', expect.stringMatching(/^Request failed\. It was not sent again/));
  });

  it.each([null, 7, [], new Date(0)])('bears with a body such as %j', (data) => {
    expect(readApiError(failed(500, data))).toMatchObject({ status: 500, violations: [] });
  });

  it('has nothing to say about other errors', () => {
    expect(readApiError(new Error('x'))).toBeUndefined();
    expect(readApiError(undefined)).toBeUndefined();
    const other = new Error('x');
    expect(noteNotReplayed(other)).toBe(other);
    expect(other.message).toBe('x');
  });
});
