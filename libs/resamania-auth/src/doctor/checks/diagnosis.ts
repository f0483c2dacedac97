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
  /** What was found, as a sentence. */
  readonly detail: string;
  /** The library's code for what is wrong, where it has one. */
  readonly code?: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/** One check of a tenant. */
export interface Step extends Finding {
  readonly step: StepName;
  /** How long it took. Checks that share a request name the time of that request once. */
  readonly durationMs: number;
}

/** One tenant's checks, all of `STEPS`. */
export interface TenantReport {
  readonly tenant: string;
  readonly steps: readonly Step[];
}

/** 0: nothing failed. 1: a check failed. 2: nothing could be checked. */
export type ExitCode = 0 | 1 | 2;

/** What the doctor has to say; `--json` prints it as it is. */
export interface Report {
  readonly tenants: readonly TenantReport[];
  /** What kept it from checking anything, apart from what is wrong with single tenants. */
  readonly problems: readonly string[];
  readonly exitCode: ExitCode;
}

export function ok(detail: string): Finding {
  return { verdict: 'ok', detail };
}

export function warning(detail: string, remedy: string): Finding {
  return { verdict: 'warning', detail, remedy };
}

export function notChecked(detail: string): Finding {
  return { verdict: 'not checked', detail };
}

/** Several findings of one check as one: the worst verdict, with all that is wrong. Without any it is `fine`. */
export function together(findings: readonly Finding[], fine: string): Finding {
  const [first] = findings;
  if (first === undefined) return ok(fine);
  const verdict = findings.some((finding) => finding.verdict === 'failed') ? 'failed' : first.verdict;
  const detail = findings.map((finding) => finding.detail).join(' ');
  const remedies = [...new Set(findings.flatMap(({ remedy }) => remedy ?? []))];
  return { ...first, verdict, detail, ...(remedies.length > 0 && { remedy: remedies.join(' ') }) };
}

/** The exit code: 2 also where no tenant got past its config, for then nothing was checked. */
export function exitCodeOf(tenants: readonly TenantReport[], problems: readonly string[]): ExitCode {
  const isStuck = ({ steps }: TenantReport) =>
    steps.some(({ step, verdict }) => step === 'config' && verdict === 'failed');
  if (problems.length > 0 || tenants.every((tenant) => isStuck(tenant))) return 2;
  const hasFailed = tenants.some(({ steps }) => steps.some(({ verdict }) => verdict === 'failed'));
  return hasFailed ? 1 : 0;
}
