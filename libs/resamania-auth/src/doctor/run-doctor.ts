import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { styleText } from 'node:util';

import { ConfigModule } from '@nestjs/config';
import { create } from 'axios';

import { systemClock } from '../clock.js';
import { environmentByTenant, type EnvironmentByTenant } from '../environment/load-environment.js';
import { hasResamaniaEnvironment, printVariableProblem } from '../environment/environment-variables.js';
import { HttpTokenTransport } from '../token/request/http-token-transport.js';
import { systemProbe } from './checks/connection-probe.js';
import type { Report } from './checks/diagnosis.js';
import { Doctor } from './doctor.js';
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
      http: create(),
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

export const DEFAULT_ENV_FILE = '.env';

/** The file of variables cannot be read. */
export class EnvironmentFileError extends Error {}

/**
 * Adds the variables of a file to those of the process, which win, the way an application does it: by Nest's own
 * `ConfigModule`, since parsers of such files differ.
 * @param path - `undefined` for `.env`, which need not be there.
 * @throws EnvironmentFileError
 */
export async function loadEnvironmentFile(path: string | undefined): Promise<void> {
  const file = resolve(path ?? DEFAULT_ENV_FILE);
  try {
    readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (path === undefined && code === 'ENOENT') return;
    throw new EnvironmentFileError(`${path ?? DEFAULT_ENV_FILE} cannot be read (${code})`);
  }
  await ConfigModule.forRoot({ envFilePath: file });
}

/** The tenants that were asked for; all where none was. What is wrong for all of them stays. */
export function chooseTenants(
  environment: EnvironmentByTenant,
  wanted: readonly string[],
): EnvironmentByTenant {
  if (wanted.length === 0) return environment;
  const { tenants, general } = environment;
  const known = tenants.flatMap(({ name }) => name ?? []);
  const unknown = wanted.filter((name) => !known.includes(name));
  // A single tenant without a name may be the one that was asked for.
  if (unknown.length === 0 || tenants.some(({ name }) => name === undefined)) {
    const chosen = tenants.filter(({ name }) => name === undefined || wanted.includes(name));
    return { tenants: chosen, general };
  }
  const list = known.length > 0 ? `the environment has ${known.join(', ')}` : 'the environment has none';
  return {
    tenants: [],
    general: [...general, { variable: '--tenant', text: `no tenant of that name; ${list}` }],
  };
}
