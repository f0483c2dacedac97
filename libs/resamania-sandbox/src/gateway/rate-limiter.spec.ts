import { describe, expect, it } from '@jest/globals';
import { RateLimiter } from './rate-limiter.js';

describe('RateLimiter', () => {
  it('lets everything pass without headers when nothing is configured', () => {
    expect(new RateLimiter({}, () => 0).take()).toEqual({ headers: {} });
  });

  it('counts down, refuses, and opens again at the reset', () => {
    let now = 1_000;
    const limiter = new RateLimiter({ rate: { limit: 2 } }, () => now);
    expect(limiter.take().headers).toEqual({
      'X-Rate-Limit-Limit': '2',
      'X-Rate-Limit-Remaining': '1',
      'X-Rate-Limit-Reset': '61000',
    });
    limiter.take();
    expect(limiter.take()).toMatchObject({ refusedBy: 'rate', headers: { 'X-Rate-Limit-Remaining': '0' } });
    now = 61_000;
    expect(limiter.take()).not.toHaveProperty('refusedBy');
  });

  it('spends nothing on a refused request', () => {
    const limiter = new RateLimiter({ spike: { limit: 1, periodMs: 100 }, quota: { limit: 10 } }, () => 0);
    limiter.take();
    const { refusedBy, headers } = limiter.take();
    expect(refusedBy).toBe('spike');
    expect(headers).toEqual({
      'X-Spike-Arrest-Limit': '1',
      'X-Spike-Arrest-Reset': '100',
      'X-Spike-Arrest-Slice-Period': '100ms',
      'X-Quota-Limit': '10',
      'X-Quota-Remaining': '9',
      'X-Quota-Reset': '86400000',
    });
  });
});
