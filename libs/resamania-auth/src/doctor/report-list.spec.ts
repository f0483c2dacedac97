import { describe, expect, it } from '@jest/globals';

import type { Report, Step, Verdict } from './checks/diagnosis.js';
import { duration, moment } from './checks/words.js';
import { type Layout, reportList } from './report-list.js';

const plain: Layout = { width: 80, paint: (_colour, text) => text };
const PATH = `/run/secrets/${'x'.repeat(70)}`;

function report(...steps: Partial<Step>[]): Report {
  const made = steps.map(({ step = 'config', verdict = 'ok', detail = 'found', remedy }): Step => ({
    step,
    verdict,
    detail,
    remedy,
    durationMs: 0,
  }));
  return { tenants: [{ tenant: 'alpha', steps: made }], problems: [], exitCode: 0 };
}

function ofVerdicts(...verdicts: Verdict[]): Report {
  return report(...verdicts.map((verdict) => ({ verdict })));
}

describe('reportList', () => {
  it('has a line for each check, and one for each remedy', () => {
    const found = report(
      { detail: 'https://host, client token alpha' },
      { step: 'credentials', verdict: 'failed', detail: 'refused', remedy: 'Check them.' },
      { step: 'API call', verdict: 'not checked', detail: 'Fix credentials first.' },
    );
    expect(reportList(found, plain)).toBe(
      [
        'alpha',
        '  ✔ config          https://host, client token alpha',
        '  ✖ credentials     refused',
        '      → Check them.',
        '  - API call        Fix credentials first.',
        '',
        '1 tenant checked. Failed: alpha.',
      ].join('\n'),
    );
  });

  it.each([60, 80, 120])('wraps at spaces, below where the text began, in %d columns', (width) => {
    const detail = Array.from({ length: 60 }, (_, index) => `w${index}`).join(' ');
    const [, ...lines] = reportList(report({ detail, remedy: detail }), { ...plain, width }).split('\n');
    const arrow = lines.findIndex((line) => line.startsWith('      → '));
    const parts = [lines.slice(0, arrow), lines.slice(arrow, lines.indexOf(''))];
    for (const [index, start] of [20, 8].entries()) {
      const part = parts[index] ?? [];
      expect(part.map((line) => line.slice(start)).join(' ')).toBe(detail);
      expect(part.slice(1).every((line) => line.search(/\S/) === start)).toBe(true);
      const lengths = part.map((line) => line.length);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(width);
      expect(Math.max(...lengths)).toBeGreaterThan(width - 5);
    }
  });

  it.each([20, 80, 500, Infinity])('leaves a long path whole in %d columns', (width) => {
    const text = reportList(report({ detail: `before ${PATH} after` }), { ...plain, width });
    expect(text.split(/\s+/)).toContain(PATH);
  });

  it('keeps to 120 columns, and wraps nothing where the width is unknown', () => {
    const found = report({ detail: 'word '.repeat(100).trim() });
    const longest = (width: number) =>
      Math.max(
        ...reportList(found, { ...plain, width })
          .split('\n')
          .map((line) => line.length),
      );
    expect([longest(500), longest(Infinity)]).toEqual([119, 519]);
  });

  it('shows several findings of a check below each other, and several remedies', () => {
    for (const width of [80, Infinity]) {
      const text = reportList(
        report({ verdict: 'failed', detail: 'A: wrong\nB: wrong', remedy: 'Do C.\nDo D.' }),
        {
          ...plain,
          width,
        },
      );
      expect(text).toContain(
        `  ✖ config          A: wrong\n${' '.repeat(20)}B: wrong\n      → Do C.\n      → Do D.\n`,
      );
    }
  });

  it('marks verdicts in colours', () => {
    const paint: Layout['paint'] = (colour, text) => `<${colour}>${text}</>`;
    const text = reportList(ofVerdicts('ok', 'warning', 'failed', 'not checked'), { ...plain, paint });
    expect(text).toContain('<bold>alpha</>\n  <green>✔</> config');
    expect(text).toContain('  <yellow>!</> config');
    expect(text).toContain('  <red>✖</> config');
    expect(text).toContain('<dim>  - config          found</>\n');
  });

  it('sums up', () => {
    expect(reportList(ofVerdicts('ok'), plain)).toContain('\n\n1 tenant checked. No problems found.');
    expect(reportList(ofVerdicts('ok', 'warning'), plain)).toContain('Warnings: alpha.');
    const { tenants } = ofVerdicts('failed', 'warning');
    expect(reportList({ tenants: [...tenants, ...tenants], problems: [], exitCode: 1 }, plain)).toContain(
      '2 tenants checked. Failed: alpha, alpha. Warnings: alpha, alpha.',
    );
  });

  it('lists what kept it from checking anything', () => {
    expect(reportList({ tenants: [], problems: ['X: wrong', 'Y: wrong'], exitCode: 2 }, plain)).toBe(
      'Nothing was checked. Fix this first:\n  ✖ X: wrong\n  ✖ Y: wrong',
    );
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
