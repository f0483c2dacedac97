import type { AxiosInstance } from 'axios';

import type { Clock } from '../clock.js';
import { type EnvironmentByTenant, type TenantEnvironment } from '../environment/environment-by-tenant.js';
import { printVariableProblem } from '../environment/environment-variables.js';
import { resolveOptions } from '../options/resolve-options.js';
import type { ResolvedOptions } from '../options/resolved-options.js';
import { Tenant } from '../tenants/tenant.js';
import { AccessToken } from '../token/cache/access-token.js';
import type { TokenTransport } from '../token/request/token-transport.js';
import { callApi } from './checks/api-check.js';
import { apiFinding } from './checks/api-findings.js';
import { checkConnection } from './checks/connection-check.js';
import type { ConnectionProbe } from './checks/connection-probe.js';
import {
  exitCodeOf,
  type Finding,
  notChecked,
  ok,
  type Report,
  type Step,
  type StepName,
  STEPS,
  type TenantReport,
} from './checks/diagnosis.js';
import { checkLifetime } from './checks/lifetime-check.js';
import { type InVariables, inVariablesOf } from './remedy-words.js';
import { tokenFindings } from './checks/token-findings.js';
import { isFailure, requestToken } from './checks/token-request.js';

/** What the doctor works with. */
export interface DoctorPorts {
  readonly env: NodeJS.ProcessEnv;
  readonly probe: ConnectionProbe;
  readonly proxyFor: (url: string) => string;
  readonly transport: TokenTransport;
  readonly http: AxiosInstance;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly progress: Progress;
}

/** Where the doctor says what it does. */
export interface Progress {
  starts(tenant: string, step: StepName): void;
  ends(tenant: string, step: Step): void;
}

/** Checks tenants one after the other, so as not to be the burst of requests that it would report. */
export class Doctor {
  /** Tenants of one host share the look at its connection. */
  readonly #connections = new Map<string, Promise<Finding>>();

  constructor(private readonly ports: DoctorPorts) {}

  async examine({ tenants, general }: EnvironmentByTenant): Promise<Report> {
    const reports: TenantReport[] = [];
    if (general.length === 0) for (const tenant of tenants) reports.push(await this.#tenant(tenant));
    const own = general.length === 0 ? [] : tenants.flatMap(({ problems }) => problems);
    const problems = [...general, ...own].map(printVariableProblem);
    return { tenants: reports, problems, exitCode: exitCodeOf(reports, problems) };
  }

  async #tenant(environment: TenantEnvironment): Promise<TenantReport> {
    const name = environment.name ?? '(no name)';
    const words = inVariablesOf(environment.variablesOf, this.ports.env);
    const chart = new Chart(name, words, this.ports);
    if (environment.options === undefined) {
      chart.note('config', wrongConfig(environment.problems.map(printVariableProblem)));
    } else {
      await this.#steps(resolveOptions(environment.options), chart);
    }
    return { tenant: name, steps: chart.complete() };
  }

  async #steps(options: ResolvedOptions, chart: Chart): Promise<void> {
    const [resolved] = options.tenants;
    if (resolved === undefined) return;
    const { ports } = this;
    const tenant = new Tenant(resolved);
    chart.note('config', ok(`Complete. ${tenant.apiBaseUrl}, client token ${tenant.clientToken}.`));
    const connection = await chart.take('connection', () => this.#connection(tenant.apiBaseUrl));
    if (connection.verdict === 'failed') return;

    chart.begins('token endpoint');
    const outcome = await requestToken(tenant, ports);
    const found = tokenFindings(outcome, tenant, options.quotaWarningShare);
    chart.note('token endpoint', found['token endpoint'], outcome.durationMs);
    chart.note('gateway key', found['gateway key']);
    chart.note('credentials', found.credentials);
    if (isFailure(outcome.result)) return;

    const { value, scope, requestedAt, lifetimeMs } = outcome.result;
    chart.note('token lifetime', checkLifetime(outcome.result, outcome, options.refresh));
    const token = new AccessToken({
      value,
      scope,
      issuedAt: requestedAt,
      expiresAt: requestedAt + lifetimeMs,
    });
    await chart.take('API call', async () => {
      const credentials = { tenant, token, apiKey: tenant.knownApiKey };
      const answer = await callApi(ports.http, credentials, ports.timeoutMs);
      return apiFinding(answer, tenant, ports.clock.now());
    });
  }

  #connection(baseUrl: string): Promise<Finding> {
    const { origin } = new URL(baseUrl);
    const known = this.#connections.get(origin) ?? checkConnection(baseUrl, this.ports);
    this.#connections.set(origin, known);
    return known;
  }
}

function wrongConfig(problems: readonly string[]): Finding {
  return {
    verdict: 'failed',
    detail: problems.join('\n'),
    code: 'invalid_options',
    remedy: problems.length === 1 ? 'Set this variable as it says.' : 'Set these variables as the lines say.',
  };
}

/** One tenant's steps as they are made. */
class Chart {
  readonly #steps = new Map<StepName, Step>();

  constructor(
    private readonly tenant: string,
    private readonly words: InVariables,
    private readonly ports: Pick<DoctorPorts, 'clock' | 'progress'>,
  ) {}

  begins(step: StepName): void {
    this.ports.progress.starts(this.tenant, step);
  }

  async take(step: StepName, check: () => Promise<Finding>): Promise<Finding> {
    this.begins(step);
    const startedAt = this.ports.clock.now();
    const finding = await check();
    this.note(step, finding, this.ports.clock.now() - startedAt);
    return finding;
  }

  note(step: StepName, finding: Finding, durationMs = 0): void {
    const { verdict, detail, code, remedy } = finding;
    const noted: Step = {
      step,
      verdict,
      detail: sentence(this.words(detail)),
      ...(code !== undefined && { code }),
      ...(remedy !== undefined && { remedy: this.words(remedy) }),
      durationMs: Math.round(durationMs),
    };
    this.#steps.set(step, noted);
    if (verdict !== 'not checked') this.ports.progress.ends(this.tenant, noted);
  }

  /** All steps; what was not reached waits for the first that failed. */
  complete(): Step[] {
    const failed = STEPS.find((step) => this.#steps.get(step)?.verdict === 'failed');
    return STEPS.map((step) => {
      const made = this.#steps.get(step);
      if (made !== undefined && made.verdict !== 'not checked') return made;
      const detail = made?.step === 'connection' || failed === undefined ? made?.detail : undefined;
      const { verdict, detail: text } = notChecked(detail ?? `First put right: ${failed}.`);
      return { step, verdict, detail: text, durationMs: 0 };
    });
  }
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
