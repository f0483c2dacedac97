import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';

import axios from 'axios';

import { systemClock } from '../clock.js';
import { environmentByTenant } from '../environment/environment-by-tenant.js';
import { printVariableProblem } from '../environment/environment-variables.js';
import { hasResamaniaEnvironment } from '../environment/load-environment.js';
import { HttpTokenTransport } from '../token/request/http-token-transport.js';
import { systemProbe } from './checks/connection-probe.js';
import type { Report } from './checks/diagnosis.js';
import { chooseTenants } from './choose-tenants.js';
import { Doctor } from './doctor.js';
import { EnvironmentFileError, loadEnvironmentFile } from './environment-file.js';
import type { Progress } from './progress.js';
import { reportList } from './report-list.js';

/** What the command line says. */
export interface DoctorOptions {
  /** Path of a file of variables. */
  readonly env?: string | undefined;
  readonly tenant?: readonly string[] | undefined;
  /** In seconds. */
  readonly timeout: number;
  readonly json?: boolean | undefined;
}

const EXAMPLE = `
No RESAMANIA_… variable is set. An example for .env:

  RESAMANIA_API_URL=https://gateway.prod.gravitee.stadline.tech/resa2-staging
  RESAMANIA_API_KEY_FILE=/run/secrets/resamania_api_key
  RESAMANIA_CLIENT_TOKEN=demoapi
  RESAMANIA_CLIENT_ID=123_xxxxxxxx
  RESAMANIA_CLIENT_SECRET_FILE=/run/secrets/resamania_client_secret`;

/** Checks what the environment of this process describes. Returns the report, as text to print, and the exit code. */
export async function runDoctor(
  options: DoctorOptions,
  progress: Progress,
): Promise<{ text: string; exitCode: number }> {
  const report = await examine(options, progress);
  const { exitCode } = report;
  if (options.json === true) return { text: JSON.stringify(report, undefined, 2), exitCode };
  const { stdout, env } = process;
  const hasColours = stdout.isTTY && stdout.hasColors(env);
  const text = reportList(report, {
    // A file or a pipe has no columns, and a pseudo-terminal without a size says 0.
    width: stdout.columns || Infinity,
    paint: (colour, content) => (hasColours ? styleText(colour, content) : content),
  });
  const isConfigured = hasResamaniaEnvironment(env) || report.tenants.length > 0;
  return { text: isConfigured ? text : `${text}\n${EXAMPLE}`, exitCode };
}

async function examine(options: DoctorOptions, progress: Progress): Promise<Report> {
  try {
    await loadEnvironmentFile(options.env);
  } catch (error) {
    if (!(error instanceof EnvironmentFileError)) throw error;
    return { tenants: [], problems: [`--env: ${error.message}`], exitCode: 2 };
  }
  const { env } = process;
  const environment = environmentByTenant(env, (path) => readFileSync(path, 'utf8'));
  if (!hasResamaniaEnvironment(env)) {
    const problems = environment.tenants.flatMap((tenant) => tenant.problems);
    return { tenants: [], problems: problems.map(printVariableProblem), exitCode: 2 };
  }
  const transport = new HttpTokenTransport();
  try {
    const doctor = new Doctor({
      env,
      probe: systemProbe,
      transport,
      // oxlint-disable-next-line import/no-named-as-default-member -- older versions of axios have no named export
      http: axios.create(),
      clock: systemClock,
      timeoutMs: options.timeout * 1000,
      progress,
    });
    return await doctor.examine(chooseTenants(environment, options.tenant ?? []));
  } finally {
    progress.stop();
    transport.close();
  }
}
