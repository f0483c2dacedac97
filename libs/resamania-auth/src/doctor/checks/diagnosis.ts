import { printVariableProblem, type VariableProblem } from '../../environment/environment-variables.js';

/** What a check came to. */
export type Verdict = 'ok' | 'warning' | 'failed' | 'not checked';

/** The checks of a tenant, in the order in which they are made. */
export const STEPS = [
  'config',
  'connection',
  'token endpoint',
  'gateway key',
  'credentials',
  'token lifetime',
  'API call',
] as const;

export type StepName = (typeof STEPS)[number];

/** What a check found. Holds no secret. */
export interface Finding {
  readonly verdict: Verdict;
  /** What was found: a phrase without a full stop, one a line. */
  readonly detail: string;
  /** The library's code for what is wrong, where it has one. */
  readonly code?: string | undefined;
  /** What to do about it: sentences, a line for each thing to do. */
  readonly remedy?: string | undefined;
}

export interface StepFinding extends Finding {
  readonly step: StepName;
}

/** One check of a tenant. */
export interface Step extends StepFinding {
  /** How long it took. Checks that share a request name the time of that request once. */
  readonly durationMs: number;
}

/** One tenant's checks, all of `STEPS`. */
export interface TenantReport {
  readonly tenant: string;
  readonly steps: readonly Step[];
}

/** 0: nothing failed. 1: a check failed. 2: nothing could be checked. */
type ExitCode = 0 | 1 | 2;

/** What the doctor has to say; `--json` prints it as it is. */
export interface Report {
  readonly tenants: readonly TenantReport[];
  /** What kept it from checking anything, apart from what is wrong with single tenants. */
  readonly problems: readonly string[];
  /** What is worth a thought about all tenants together. */
  readonly warnings: readonly string[];
  readonly exitCode: ExitCode;
}

export function ok(detail: string): Finding {
  return { verdict: 'ok', detail };
}

export function warning(detail: string, remedy: string): Finding {
  return { verdict: 'warning', detail, remedy };
}

export function failed(detail: string, remedy: string, code?: string): Finding {
  return { verdict: 'failed', detail, code, remedy };
}

export function notChecked(detail: string): Finding {
  return { verdict: 'not checked', detail };
}

/** The report where something keeps the doctor from checking any tenant. */
export function nothingChecked(problems: readonly VariableProblem[]): Report {
  return { tenants: [], problems: problems.map(printVariableProblem), warnings: [], exitCode: 2 };
}

/** The exit code: 2 also where no tenant got past its config, for then nothing was checked. */
export function exitCodeOf(tenants: readonly TenantReport[]): ExitCode {
  const failures = tenants.map(({ steps }) => steps.find(({ verdict }) => verdict === 'failed')?.step);
  if (failures.every((step) => step === 'config')) return 2;
  return failures.some((step) => step !== undefined) ? 1 : 0;
}
