import { describe, expect, it, jest } from '@jest/globals';

import { LimitMemory, type PassedQuota } from './limit-memory.js';

const RESET = Date.parse('2026-01-02T00:00:00Z');
const NOW = RESET - 3_600_000;

function quota(remaining: number, limit = 1000) {
  return {
    'x-quota-limit': String(limit),
    'x-quota-remaining': String(remaining),
    'x-quota-reset': String(RESET),
  };
}

function memory() {
  const report = jest.fn<(tenant: string, quota: PassedQuota) => void>();
  return { report, limits: new LimitMemory(0.8, report) };
}

describe('LimitMemory', () => {
  it('keeps what was told last, tenant by tenant', () => {
    const { limits } = memory();
    limits.note('a', quota(900), NOW + 1);
    limits.note('b', { 'x-rate-limit-limit': '10', 'x-rate-limit-remaining': '3' }, NOW + 2);
    limits.note('a', { ...quota(899), 'x-spike-arrest-limit': '5' }, NOW + 3);
    expect(limits.of('a')).toEqual({
      limits: {
        quota: { limit: 1000, remaining: 899, resetAt: new Date(RESET) },
        spikeArrest: { limit: 5 },
      },
      at: NOW + 3,
    });
    expect(limits.of('b')).toEqual({ limits: { rateLimit: { limit: 10, remaining: 3 } }, at: NOW + 2 });
    expect(limits.of('c')).toBeUndefined();
  });

  it('keeps what it knows when an answer tells nothing, or not all', () => {
    const { limits } = memory();
    limits.note('a', quota(900), NOW + 1);
    limits.note('a', { 'content-type': 'x' }, NOW + 2);
    expect(limits.of('a')?.at).toBe(NOW + 1);
    limits.note('a', { 'x-rate-limit-remaining': '1' }, NOW + 3);
    expect(limits.of('a')?.limits).toMatchObject({ quota: { remaining: 900 }, rateLimit: { remaining: 1 } });
  });

  it('reports a quota once when its share is passed, and again when it has started over', () => {
    const { report, limits } = memory();
    limits.note('a', quota(201), NOW + 1);
    expect(report).not.toHaveBeenCalled();
    for (const remaining of [200, 150, 0]) limits.note('a', quota(remaining), NOW + 2);
    expect(report.mock.calls).toEqual([
      ['a', { share: 0.8, limit: 1000, remaining: 200, resetAt: new Date(RESET) }],
    ]);
    limits.note('a', quota(1000), NOW + 3);
    limits.note('a', quota(10), NOW + 4);
    limits.note('b', quota(0), NOW + 4);
    expect(report.mock.calls.map(([tenant, { share }]) => [tenant, share])).toEqual([
      ['a', 0.8],
      ['a', 0.99],
      ['b', 1],
    ]);
  });

  it.each([
    ['no limit', { 'x-quota-remaining': '0' }],
    ['nothing remaining told', { 'x-quota-limit': '10' }],
    ['a limit of zero', quota(0, 0)],
    ['nonsense', { 'x-quota-limit': 'many', 'x-quota-remaining': 'few' }],
    ['a used rate limit', { 'x-rate-limit-limit': '10', 'x-rate-limit-remaining': '0' }],
  ])('does not report %s', (_what, headers) => {
    const { report, limits } = memory();
    limits.note('a', headers, NOW + 1);
    expect(report).not.toHaveBeenCalled();
  });

  it('stays within 0 and 1, whatever the gateway counts', () => {
    const { report, limits } = memory();
    limits.note('a', quota(-5), NOW + 1);
    limits.note('b', quota(5000), NOW + 1);
    expect(report.mock.calls.map(([tenant, { share }]) => [tenant, share])).toEqual([['a', 1]]);
  });

  it('forgets a tenant that is gone', () => {
    const { report, limits } = memory();
    limits.note('a', quota(0), NOW + 1);
    limits.forget('a');
    expect(limits.of('a')).toBeUndefined();
    limits.note('a', quota(0), NOW + 2);
    expect(report).toHaveBeenCalledTimes(2);
  });
});
