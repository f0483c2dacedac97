import { describe, expect, it } from '@jest/globals';

import type { Report, Step, Verdict } from './checks/diagnosis.js';
import { duration, moment } from './checks/words.js';
import { type Paint, reportList } from './report-list.js';

const plain: Paint = (_colour, text) => text;

function report(...steps: Partial<Step>[]): Report {
  const made = steps.map(({ step = 'config', verdict = 'ok', detail = 'found', remedy }): Step => ({
    step,
    verdict,
    detail,
    remedy,
    durationMs: 0,
  }));
  return { tenants: [{ tenant: 'alpha', steps: made }], problems: [], warnings: [], exitCode: 0 };
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

  it('has what is worth a thought about all tenants before them', () => {
    const text = reportList({ ...ofVerdicts('ok'), warnings: ['X: not set'] }, plain);
    expect(text).toMatch(/^ {2}! X: not set\n\nalpha\n/);
  });

  it('shows several findings of a check below each other, and several remedies', () => {
    const found = report({ verdict: 'failed', detail: 'A: wrong\nB: wrong', remedy: 'Do C.\nDo D.' });
    expect(reportList(found, plain)).toContain(
      `  ✖ config          A: wrong\n${' '.repeat(20)}B: wrong\n      → Do C.\n      → Do D.\n`,
    );
  });

  it('marks verdicts in colours', () => {
    const paint: Paint = (colour, text) => `<${colour}>${text}</>`;
    const text = reportList(ofVerdicts('ok', 'warning', 'failed', 'not checked'), paint);
    expect(text).toContain('<bold>alpha</>\n  <green>✔</> config');
    expect(text).toContain('  <yellow>!</> config');
    expect(text).toContain('  <red>✖</> config');
    expect(text).toContain('<dim>  - config          found</>\n');
  });

  it('sums up', () => {
    expect(reportList(ofVerdicts('ok'), plain)).toContain('\n\n1 tenant checked. No problems found.');
    expect(reportList(ofVerdicts('ok', 'warning'), plain)).toContain('Warnings: alpha.');
    const { tenants } = ofVerdicts('failed', 'warning');
    expect(
      reportList({ tenants: [...tenants, ...tenants], problems: [], warnings: [], exitCode: 1 }, plain),
    ).toContain('2 tenants checked. Failed: alpha, alpha. Warnings: alpha, alpha.');
  });

  it('lists what kept it from checking anything', () => {
    expect(
      reportList({ tenants: [], problems: ['X: wrong', 'Y: wrong'], warnings: [], exitCode: 2 }, plain),
    ).toBe('Nothing was checked. Fix this first:\n  ✖ X: wrong\n  ✖ Y: wrong');
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
