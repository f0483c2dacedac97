import type { Report, Step, TenantReport, Verdict } from './checks/diagnosis.js';

/** Colours a text; leaves it as it is where there are no colours. */
export type Paint = (colour: 'green' | 'yellow' | 'red' | 'dim' | 'bold', text: string) => string;

const MARKS = {
  ok: ['✔', 'green'],
  warning: ['!', 'yellow'],
  failed: ['✖', 'red'],
  'not checked': ['-', 'dim'],
} as const;

/** The longest name of a check, and two spaces. */
const NAME_WIDTH = 16;

/** The report for people: a line for each check of each tenant, and one that sums it up. */
export function reportList({ tenants, problems, warnings }: Report, paint: Paint): string {
  if (problems.length > 0) {
    const list = problems.map((problem) => item('failed', problem, paint));
    return ['Nothing was checked. Fix this first:', ...list].join('\n');
  }
  const lists = tenants.map(({ tenant, steps }) =>
    [paint('bold', tenant), ...steps.flatMap((step) => linesOf(step, paint))].join('\n'),
  );
  const general = warnings.map((warning) => item('warning', warning, paint));
  return [...general, ...lists, summary(tenants)].join('\n\n');
}

function linesOf({ step, verdict, detail, remedy }: Step, paint: Paint): string[] {
  const remedies = remedy?.split('\n') ?? [];
  const aligned = detail.replaceAll('\n', `\n${' '.repeat(NAME_WIDTH + 4)}`);
  return [
    item(verdict, step.padEnd(NAME_WIDTH) + aligned, paint),
    ...remedies.map((text) => `      → ${text}`),
  ];
}

function item(verdict: Verdict, text: string, paint: Paint): string {
  const [mark, colour] = MARKS[verdict];
  return verdict === 'not checked' ? paint(colour, `  ${mark} ${text}`) : `  ${paint(colour, mark)} ${text}`;
}

function summary(tenants: readonly TenantReport[]): string {
  const results = (['failed', 'warning'] as const).flatMap((wanted) => {
    const having = tenants.filter(({ steps }) => steps.some(({ verdict }) => verdict === wanted));
    const names = having.map(({ tenant }) => tenant).join(', ');
    return names === '' ? [] : [`${wanted === 'failed' ? 'Failed' : 'Warnings'}: ${names}.`];
  });
  const count = tenants.length === 1 ? '1 tenant' : `${tenants.length} tenants`;
  return [`${count} checked.`, ...(results.length > 0 ? results : ['No problems found.'])].join(' ');
}
