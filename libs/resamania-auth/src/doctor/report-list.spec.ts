import { describe, expect, it } from '@jest/globals';

import type { Report, Verdict } from './checks/diagnosis.js';
import { type Layout, reportTable, wrapped } from './report-list.js';
import { duration, moment } from './checks/words.js';

const plain: Layout = { width: 80, paint: (_colour, text) => text };

function report(...verdicts: Verdict[]): Report {
  const detail = `A finding of some length with a word that is long: ${'x'.repeat(60)}`;
  const steps = verdicts.map((verdict) => ({
    step: 'config' as const,
    verdict,
    detail,
    remedy: 'Do.',
    durationMs: 0,
  }));
  return { tenants: [{ tenant: 'alpha', steps }], problems: [], exitCode: 0 };
}

describe('reportTable', () => {
  it.each([20, 80, 500])('fits in %d columns, from 60 to 120', (width) => {
    const lines = reportTable(report('ok', 'not checked'), { ...plain, width }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBe(Math.min(Math.max(width, 60), 120));
  });

  it('marks verdicts in words and colours, and sums them up', () => {
    const coloured = { ...plain, paint: (colour: string, text: string) => `<${colour}>${text}` };
    expect(reportTable(report('failed'), coloured)).toContain('<red>✖ failed');
    expect(reportTable(report('ok', 'failed'), plain)).toContain('Failed: alpha.');
    expect(reportTable(report('ok', 'warning'), plain)).toContain('Warnings: alpha.');
    expect(reportTable(report('ok'), plain)).toContain('All is well.');
    const { tenants } = report('ok');
    expect(reportTable({ tenants: [...tenants, ...tenants], problems: [], exitCode: 0 }, plain)).toContain(
      '2 tenants',
    );
    expect(reportTable({ tenants: [], problems: ['X: wrong'], exitCode: 2 }, plain)).toContain(
      '  - X: wrong\n',
    );
  });

  it('loses nothing of a long word', () => {
    expect(wrapped('a bcdefgh i\nj', 4)).toEqual(['a', 'bcde', 'fgh', 'i', 'j']);
  });
});

describe('words', () => {
  it('are no more exact than need be', () => {
    expect([0, 1999, 2000, 119_000, 3_600_000, 7_200_000, 200_000_000].map(duration)).toEqual([
      '0 ms',
      '1999 ms',
      '2 s',
      '119 s',
      '60 min',
      '2 h',
      '2 days',
    ]);
    expect(moment(Date.parse('2026-01-31T12:00:00.5Z'))).toBe('2026-01-31 12:00:00 UTC');
  });
});
