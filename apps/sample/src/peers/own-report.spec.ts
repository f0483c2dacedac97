import { describe, expect, it } from '@jest/globals';
import type { ResamaniaTokenEvent, SharedStatus } from 'nestjs-resamania-auth';

import { OwnReport } from './own-report.js';
import { readReport } from './replica-report.js';

const AT = new Date('2026-01-01T00:00:00Z');
const LATER = new Date('2026-01-01T00:00:14Z');
const END = new Date('2026-01-01T00:00:20Z');

function obtained(tenant: string, origin: 'endpoint' | 'store', more: object = {}): ResamaniaTokenEvent {
  return {
    type: 'obtained',
    tenant,
    at: AT,
    renewal: true,
    expiresAt: END,
    nextRefreshAt: LATER,
    failures: 0,
    origin,
    ...more,
  };
}

describe('OwnReport', () => {
  it('counts what was renewed and adopted, and tells which came last, and when', () => {
    const report = new OwnReport('2', () => ({ state: 'up' }));
    report.note(obtained('nordgym', 'endpoint'));
    report.note(obtained('demoapi', 'store'));
    report.note(obtained('nordgym', 'store'));
    report.note(obtained('nordgym', 'store', { at: LATER }));
    const expiresAt = { expiresAt: END.toISOString() };
    expect(report.describe()).toEqual({
      name: '2',
      pid: process.pid,
      store: 'up',
      chains: [
        { tenant: 'nordgym', origin: 'store', at: LATER.toISOString(), ...expiresAt, renewed: 1, adopted: 2 },
        { tenant: 'demoapi', origin: 'store', at: AT.toISOString(), ...expiresAt, renewed: 0, adopted: 1 },
      ],
    });
    expect(readReport(JSON.parse(JSON.stringify(report.describe())))).toEqual(report.describe());
  });

  it('tells how the store fares now', () => {
    let state: SharedStatus['state'] = 'up';
    const report = new OwnReport('1', () => ({ state }));
    expect(report.describe().store).toBe('up');
    state = 'down';
    expect(report.describe().store).toBe('down');
  });

  it('leaves out tokens of principals, other events, and chains that are gone', () => {
    const report = new OwnReport('1', () => ({ state: 'off' }));
    report.note(obtained('nordgym', 'endpoint', { principal: '/nordgym/clubs/1' }));
    report.note({ type: 'store-down', at: AT, reason: 'timeout' });
    report.note({ type: 'rejected', tenant: 'nordgym', at: AT });
    expect(report.describe().chains).toEqual([]);
    report.note(obtained('nordgym', 'endpoint'));
    report.note({ type: 'tenant-removed', tenant: 'nordgym', at: AT });
    expect(report.describe().chains).toEqual([]);
  });
});
