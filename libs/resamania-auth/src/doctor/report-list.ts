import Table from 'cli-table3';

import type { Report, Step, TenantReport, Verdict } from './checks/diagnosis.js';

/** How the report is laid out. */
export interface Layout {
  /** Columns of the terminal. */
  readonly width: number;
  /** Colours a text; leaves it as it is where there are no colours. */
  readonly paint: (colour: 'green' | 'yellow' | 'red' | 'dim' | 'bold', text: string) => string;
}

const COLOURS = { ok: 'green', warning: 'yellow', failed: 'red', 'not checked': 'dim' } as const;
const MARKS: Readonly<Record<Verdict, string>> = {
  ok: '✔ ok',
  warning: '! warning',
  failed: '✖ failed',
  'not checked': '- not checked',
};

/** Columns of the first two cells, their padding included. */
const STEP_WIDTH = 16;
const VERDICT_WIDTH = 15;
/** The lines between and around three cells. */
const BORDERS = 4;
const PADDING = 2;
const [LEAST_WIDTH, MOST_WIDTH] = [60, 120];

/** The report for people: a table for each tenant, and a line that sums it up. */
export function reportTable({ tenants, problems }: Report, layout: Layout): string {
  const tables = tenants.map(
    (tenant) => `${layout.paint('bold', tenant.tenant)}\n${tableOf(tenant, layout)}`,
  );
  return [...tables, ...problemList(problems), summary(tenants, problems)].join('\n\n');
}

function tableOf({ steps }: TenantReport, { width, paint }: Layout): string {
  const columns = Math.min(Math.max(width, LEAST_WIDTH), MOST_WIDTH);
  const findingWidth = columns - STEP_WIDTH - VERDICT_WIDTH - BORDERS;
  const table = new Table({
    // No lines between the rows: seven checks are to fit on a screen.
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
    colWidths: [STEP_WIDTH, VERDICT_WIDTH, findingWidth],
    // Colours are ours to give: the table's own know nothing of the terminal.
    style: { head: [], border: [] },
  });
  for (const step of steps) {
    const colour = COLOURS[step.verdict];
    const lines = wrapped(textOf(step), findingWidth - PADDING);
    const shown = step.verdict === 'not checked' ? lines.map((line) => paint('dim', line)) : lines;
    table.push([step.step, paint(colour, MARKS[step.verdict]), shown.join('\n')]);
  }
  return table.toString();
}

function textOf({ detail, remedy }: Step): string {
  return remedy === undefined ? detail : `${detail}\n→ ${remedy}`;
}

/** Lines of at most this many characters. A word that is longer is cut up, so that nothing of it is lost. */
export function wrapped(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.split(' ').flatMap((whole) => pieces(whole, width))) {
      const longer = line === '' ? word : `${line} ${word}`;
      if (longer.length <= width) line = longer;
      else {
        lines.push(line);
        line = word;
      }
    }
    lines.push(line);
    return lines;
  });
}

function pieces(word: string, width: number): string[] {
  const found: string[] = [];
  for (let at = 0; at < word.length; at += width) found.push(word.slice(at, at + width));
  return found;
}

function problemList(problems: readonly string[]): string[] {
  if (problems.length === 0) return [];
  return [`Nothing was checked:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`];
}

function summary(tenants: readonly TenantReport[], problems: readonly string[]): string {
  if (problems.length > 0) return 'Put this right first.';
  const worst = (verdict: Verdict) =>
    tenants.filter(({ steps }) => steps.some((step) => step.verdict === verdict)).map(({ tenant }) => tenant);
  const failed = worst('failed');
  const warned = worst('warning').filter((tenant) => !failed.includes(tenant));
  const count = tenants.length === 1 ? '1 tenant' : `${tenants.length} tenants`;
  if (failed.length > 0) return `${count} checked. Failed: ${failed.join(', ')}.`;
  return warned.length > 0
    ? `${count} checked. Warnings: ${warned.join(', ')}.`
    : `${count} checked. All is well.`;
}
