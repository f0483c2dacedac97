import type { Report, Step, TenantReport, Verdict } from './checks/diagnosis.js';

/** How the report is laid out. */
export interface Layout {
  /** Columns that a line may have. With `Infinity` nothing is wrapped: one line a check, and one a remedy. */
  readonly width: number;
  /** Colours a text; leaves it as it is where there are no colours. */
  readonly paint: (colour: 'green' | 'yellow' | 'red' | 'dim' | 'bold', text: string) => string;
}

const MARKS = {
  ok: ['✔', 'green'],
  warning: ['!', 'yellow'],
  failed: ['✖', 'red'],
  'not checked': ['-', 'dim'],
} as const;

/** The longest name of a check, and two spaces. */
const NAME_WIDTH = 16;
const [LEAST_WIDTH, MOST_WIDTH] = [60, 120];

/** The report for people: a line for each check of each tenant, and one that sums it up. */
export function reportList({ tenants, problems }: Report, layout: Layout): string {
  if (problems.length > 0) {
    const list = problems.map((problem) => item('failed', problem, layout));
    return ['Nothing was checked. Fix this first:', ...list].join('\n');
  }
  const lists = tenants.map(({ tenant, steps }) =>
    [layout.paint('bold', tenant), ...steps.flatMap((step) => linesOf(step, layout))].join('\n'),
  );
  return [...lists, summary(tenants)].join('\n\n');
}

function linesOf({ step, verdict, detail, remedy }: Step, layout: Layout): string[] {
  const remedies = remedy?.split('\n') ?? [];
  return [
    item(verdict, detail, layout, step.padEnd(NAME_WIDTH)),
    ...remedies.map((text) => hanging('      → ', text, layout.width)),
  ];
}

function item(verdict: Verdict, text: string, { width, paint }: Layout, name = ''): string {
  const [mark, colour] = MARKS[verdict];
  const lines = hanging(`  ${mark} ${name}`, text, width);
  return verdict === 'not checked' ? paint(colour, lines) : lines.replace(mark, paint(colour, mark));
}

/** A text behind its prefix, and below each other where it is wrapped. Only spaces are broken at: a path stays whole. */
function hanging(prefix: string, text: string, width: number): string {
  const room = Math.min(Math.max(width, LEAST_WIDTH), MOST_WIDTH) - prefix.length;
  const line = new RegExp(`\\S.{0,${room - 1}}(?!\\S)|\\S+`, 'g');
  const lines = width === Infinity ? text.split('\n') : (text.match(line) ?? []);
  return prefix + lines.join(`\n${' '.repeat(prefix.length)}`);
}

function summary(tenants: readonly TenantReport[]): string {
  const having = (wanted: Verdict) =>
    tenants
      .filter(({ steps }) => steps.some(({ verdict }) => verdict === wanted))
      .map(({ tenant }) => tenant);
  const [failed, warned] = [having('failed'), having('warning')];
  const results = [
    ...(failed.length > 0 ? [`Failed: ${failed.join(', ')}.`] : []),
    ...(warned.length > 0 ? [`Warnings: ${warned.join(', ')}.`] : []),
  ];
  const count = tenants.length === 1 ? '1 tenant' : `${tenants.length} tenants`;
  return [`${count} checked.`, ...(results.length > 0 ? results : ['No problems found.'])].join(' ');
}
