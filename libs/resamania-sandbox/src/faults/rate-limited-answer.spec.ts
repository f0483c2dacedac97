import { describe, expect, it } from '@jest/globals';
import { rateLimitedAnswer } from './rate-limited-answer.js';

const NOW = 1_700_000_000_000;

describe('rateLimitedAnswer', () => {
  it('shows by the remaining counts which limiter fired', () => {
    const remaining = (['quota', 'rate', 'spike'] as const).map((kind) => {
      const { headers } = rateLimitedAnswer({ kind }, '*/*', NOW);
      return [headers['X-Quota-Remaining'] === '0', headers['X-Rate-Limit-Remaining'] === '0'];
    });
    expect(remaining).toEqual([
      [true, false],
      [false, true],
      [false, false],
    ]);
  });

  it('gives resets in epoch milliseconds, the one asked for to the limiter that fired', () => {
    const { headers } = rateLimitedAnswer({ kind: 'rate', resetAt: NOW + 5 }, '*/*', NOW);
    expect(headers).toMatchObject({
      'X-Quota-Reset': String(NOW + 86_400_000),
      'X-Rate-Limit-Reset': String(NOW + 5),
      'X-Spike-Arrest-Reset': String(NOW + 1_000),
    });
  });

  it.each([
    ['minus-one', '-1'],
    ['seconds', '1700000060'],
    ['without-reset', undefined],
    ['none', undefined],
  ] as const)('can give resets as %s', (style, expected) => {
    const { headers } = rateLimitedAnswer({ kind: 'rate', headers: style }, '*/*', NOW);
    expect(headers['X-Rate-Limit-Reset']).toBe(expected);
    expect('X-Rate-Limit-Remaining' in headers).toBe(style !== 'none');
  });

  it('can carry Retry-After and a false Date', () => {
    const date = new Date(NOW).toUTCString();
    expect(rateLimitedAnswer({ kind: 'spike', retryAfter: 3, date }, '*/*', NOW).headers).toMatchObject({
      'Retry-After': '3',
      Date: date,
    });
    expect(rateLimitedAnswer({ kind: 'spike', retryAfter: date }, '*/*', NOW).headers).toMatchObject({
      'Retry-After': date,
    });
  });

  it('has the body that Accept asks for', () => {
    expect(JSON.parse(rateLimitedAnswer({ kind: 'rate' }, 'application/json', NOW).body)).toMatchObject({
      http_status_code: 429,
    });
    expect(rateLimitedAnswer({ kind: 'rate' }, 'application/ld+json', NOW).headers['content-type']).toBe(
      'text/plain',
    );
  });
});
