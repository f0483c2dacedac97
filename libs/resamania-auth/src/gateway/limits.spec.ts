import { describe, expect, it } from '@jest/globals';

import { type HeaderBag, readLimits, readRateLimit, readRetryAfter } from './limits.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const LATER = NOW + 90_000;

describe('readRateLimit', () => {
  it.each<[string, HeaderBag, string, number | undefined]>([
    ['an empty answer', {}, 'unknown', undefined],
    ['the quota', { 'x-quota-remaining': '0', 'x-quota-reset': `${LATER}` }, 'quota', LATER],
    [
      'the rate limit',
      { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': `${LATER}` },
      'rate-limit',
      LATER,
    ],
    [
      'spike arrest',
      { 'x-spike-arrest-limit': '10', 'x-spike-arrest-reset': `${LATER}` },
      'spike-arrest',
      LATER,
    ],
    [
      'the quota before the others',
      {
        'x-rate-limit-remaining': '0',
        'x-rate-limit-reset': `${NOW + 1000}`,
        'x-quota-remaining': '0',
        'x-quota-reset': `${LATER}`,
        'x-spike-arrest-limit': '10',
      },
      'quota',
      LATER,
    ],
    [
      'spike arrest while the others have room',
      {
        'x-rate-limit-remaining': '7',
        'x-quota-remaining': '70',
        'x-quota-reset': `${LATER}`,
        'x-spike-arrest-limit': '10',
        'x-spike-arrest-reset': `${NOW + 200}`,
      },
      'spike-arrest',
      NOW + 200,
    ],
    ['a reset in seconds', { 'x-quota-remaining': '0', 'x-quota-reset': `${LATER / 1000}` }, 'quota', LATER],
    ['a reset of -1', { 'x-quota-remaining': '0', 'x-quota-reset': '-1' }, 'quota', undefined],
    [
      'a reset of 25 digits',
      { 'x-quota-remaining': '0', 'x-quota-reset': '9'.repeat(25) },
      'quota',
      undefined,
    ],
    [
      'a reset in the year 9999',
      { 'x-quota-remaining': '0', 'x-quota-reset': `${Date.UTC(9999, 0)}` },
      'quota',
      NOW + 31 * 86_400_000,
    ],
    ['no reset', { 'x-quota-remaining': '0' }, 'quota', undefined],
    ['a reset that is no number', { 'x-quota-remaining': '0', 'x-quota-reset': 'soon' }, 'quota', undefined],
    ['Retry-After alone', { 'retry-after': '90' }, 'unknown', LATER],
    [
      'the later of Retry-After and the reset',
      { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': `${NOW + 1000}`, 'retry-after': '90' },
      'rate-limit',
      LATER,
    ],
    [
      'a server clock ten minutes behind',
      {
        date: new Date(NOW - 600_000).toUTCString(),
        'x-quota-remaining': '0',
        'x-quota-reset': `${LATER - 600_000}`,
      },
      'quota',
      LATER,
    ],
  ])('reads %s', (_name, headers, limiter, resetAt) => {
    expect(readRateLimit(headers, NOW)).toEqual({ limiter, resetAt });
  });
});

describe('readRetryAfter', () => {
  it.each([
    ['seconds', '90', LATER],
    ['a date', new Date(LATER).toUTCString(), LATER],
    ['nothing', '', undefined],
    ['what is neither', 'a while', undefined],
    ['a negative number', '-5', undefined],
    ['a number beyond all dates', '99999999999999999999', undefined],
    ['a date beyond all sense', 'Fri, 31 Dec 9999 23:59:59 GMT', NOW + 31 * 86_400_000],
  ])('takes %s', (_name, text, expected) => {
    const read = readRetryAfter({ 'retry-after': text }, NOW);
    if (text === '-5') expect(read === undefined || read < NOW).toBe(true);
    else expect(read).toBe(expected);
  });
});

describe('readLimits', () => {
  it('tells no date that is none, and none beyond all sense', () => {
    const resets = ['9'.repeat(25), `${Date.UTC(9999, 0)}`, `${LATER}`].map((reset) =>
      readLimits({ 'x-quota-limit': '9', 'x-quota-reset': reset }, NOW).quota?.resetAt?.getTime(),
    );
    expect(resets).toEqual([undefined, NOW + 31 * 86_400_000, LATER]);
  });
});
