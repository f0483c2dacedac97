import type { AxiosInstance } from 'axios';

import type { EnvironmentByTenant, TenantEnvironment } from '../environment/load-environment.js';
import { inVariablesOf, printVariableProblem } from '../environment/environment-variables.js';
import { resolveOptions } from '../options/resolve-options.js';
import { Tenant } from '../tenants/tenant.js';
import { AccessToken } from '../token/cache/access-token.js';
import { SEE_DOCTOR } from '../token/request/token-failure.js';
import type { TokenTransport } from '../token/request/http-token-transport.js';
import { checkApi } from './checks/api-check.js';
import { checkConnection, type ConnectionPorts } from './checks/connection-check.js';
import {
  exitCodeOf,
  failed,
  type Finding,
  notChecked,
  nothingChecked,
  ok,
  type Report,
  type Step,
  type StepFinding,
  STEPS,
  type TenantReport,
} from './checks/diagnosis.js';
import { checkLifetime } from './checks/lifetime-check.js';
import { tokenFindings } from './checks/token-findings.js';
import { isFailure, requestToken } from './checks/token-request.js';
import type { Progress } from './progress.js';

interface DoctorPorts extends ConnectionPorts {
  readonly env: NodeJS.ProcessEnv;
  readonly transport: TokenTransport;
  readonly http: AxiosInstance;
  readonly progress: Progress;
}

/** Checks tenants one after the other, so as not to be the burst of requests that it would report. */
export class Doctor {
  readonly #ports: DoctorPorts;
  /** Tenants of one host share the check of its connection. */
  readonly #connections = new Map<string, Finding>();

  constructor(ports: DoctorPorts) {
    this.#ports = ports;
  }

  async examine({ tenants, general }: EnvironmentByTenant): Promise<Report> {
    if (general.length > 0)
      return nothingChecked([...general, ...tenants.flatMap(({ problems }) => problems)]);
    const reports: TenantReport[] = [];
    for (const tenant of tenants) reports.push(await this.#examine(tenant));
    return { tenants: reports, problems: [], warnings: [], exitCode: exitCodeOf(reports) };
  }

  /** Makes the checks of a tenant up to the first that fails. */
  async #examine(environment: TenantEnvironment): Promise<TenantReport> {
    const { clock, env, progress } = this.#ports;
    const tenant = environment.name ?? '(no name)';
    const inVariables = inWordsOfTheCommand(inVariablesOf(environment.variablesOf, env));
    const steps: Step[] = [];
    let startedAt = clock.now();
    for await (const { step, ...finding } of this.#findings(environment, tenant)) {
      const detail = inVariables(finding.detail);
      const remedy = finding.remedy && inVariables(finding.remedy);
      const made = { step, ...finding, detail, remedy, durationMs: Math.round(clock.now() - startedAt) };
      steps.push(made);
      progress.ends(tenant, made);
      if (made.verdict === 'failed') break;
      startedAt = clock.now();
    }
    const { detail, verdict } = notChecked(`Fix ${steps.at(-1)?.step} first.`);
    const missing = STEPS.slice(steps.length).map((step) => ({ step, verdict, detail, durationMs: 0 }));
    return { tenant, steps: [...steps, ...missing] };
  }

  /** What the checks find, in the order of `STEPS`. Whoever reads it stops at the first that failed. */
  async *#findings(environment: TenantEnvironment, name: string): AsyncGenerator<StepFinding> {
    const { http, progress } = this.#ports;
    const options = environment.options && resolveOptions(environment.options);
    const [resolved] = options?.tenants ?? [];
    if (options === undefined || resolved === undefined) {
      yield { step: 'config', ...wrongConfig(environment.problems.map(printVariableProblem)) };
      return;
    }
    const tenant = new Tenant(resolved);
    yield { step: 'config', ...ok(`${tenant.apiBaseUrl}, client token ${tenant.clientToken}`) };

    progress.starts(name, 'connection');
    yield { step: 'connection', ...(await this.#connection(tenant.apiBaseUrl)) };

    progress.starts(name, 'token endpoint');
    const outcome = await requestToken(tenant, this.#ports);
    yield* tokenFindings(outcome, tenant, options.quotaWarningShare);
    if (isFailure(outcome.result)) return;
    yield { step: 'token lifetime', ...checkLifetime(outcome.result, outcome, options.refresh) };

    progress.starts(name, 'API call');
    const { value, scope, requestedAt: issuedAt, lifetimeMs } = outcome.result;
    const token = new AccessToken({ value, scope, issuedAt, expiresAt: issuedAt + lifetimeMs });
    const credentials = { tenant, token, apiKey: tenant.knownApiKey };
    yield { step: 'API call', ...(await checkApi(http, credentials, this.#ports)) };
  }

  async #connection(baseUrl: string): Promise<Finding> {
    const { origin } = new URL(baseUrl);
    const finding = this.#connections.get(origin) ?? (await checkConnection(baseUrl, this.#ports));
    this.#connections.set(origin, finding);
    return finding;
  }
}

function wrongConfig(problems: readonly string[]): Finding {
  const remedy = problems.length === 1 ? 'Correct this variable.' : 'Correct these variables.';
  return failed(problems.join('\n'), remedy, 'invalid_options');
}

function inWordsOfTheCommand(inVariables: (text: string) => string): (text: string) => string {
  return (text) => inVariables(text.replace(SEE_DOCTOR, '').replace('`tokenRequest.timeoutMs`', '--timeout'));
}
