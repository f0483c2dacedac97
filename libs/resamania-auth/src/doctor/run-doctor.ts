import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { styleText } from 'node:util';

import { ConfigModule } from '@nestjs/config';
import { create } from 'axios';

import { systemClock } from '../clock.js';
import { environmentByTenant, type EnvironmentByTenant } from '../environment/load-environment.js';
import { hasResamaniaEnvironment, MODULE_VARIABLES } from '../environment/environment-variables.js';
import type { ResamaniaAuthOptions } from '../options/resamania-auth-options.js';
import { HttpTokenTransport } from '../token/request/http-token-transport.js';
import { systemProbe } from './checks/connection-probe.js';
import { nothingChecked, type Report } from './checks/diagnosis.js';
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
  const text = reportList(report, (colour, content) => (hasColours ? styleText(colour, content) : content));
  return { text: hasResamaniaEnvironment(env) ? text : `${text}\n${EXAMPLE}`, exitCode };
}

async function examine(options: DoctorOptions, progress: Progress): Promise<Report> {
  const problem = await loadEnvironmentFile(options.env);
  if (problem !== undefined) return nothingChecked([{ variable: '--env', text: problem }]);
  const { env } = process;
  const environment = environmentByTenant(env, (path) => readFileSync(path, 'utf8'));
  if (!hasResamaniaEnvironment(env))
    return nothingChecked(environment.tenants.flatMap(({ problems }) => problems));
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
    const report = await doctor.examine(chooseTenants(environment, options.tenant ?? []));
    return { ...report, warnings: defaultWarnings(environment.options) };
  } finally {
    progress.stop();
    transport.close();
  }
}

/** Several tenants and no default are no mistake, but calls that name no tenant fail then. */
function defaultWarnings({ tenants = [], defaultTenant }: ResamaniaAuthOptions): string[] {
  if (tenants.length < 2 || defaultTenant !== undefined) return [];
  const { defaultTenant: variable } = MODULE_VARIABLES;
  return [`${variable}: not set, calls that name no tenant fail; set it, or let each call name its tenant`];
}

/**
 * Adds the variables of a file to those of the process, which win, the way an application does it: by Nest's own
 * `ConfigModule`, since parsers of such files differ.
 * @param path - `undefined` for `.env`, which need not be there.
 * @returns why the file cannot be read; `undefined` where it can
 */
export async function loadEnvironmentFile(path: string | undefined): Promise<string | undefined> {
  const name = path ?? '.env';
  try {
    readFileSync(name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return path === undefined && code === 'ENOENT' ? undefined : `${name} cannot be read (${code})`;
  }
  await ConfigModule.forRoot({ envFilePath: resolve(name) });
  return undefined;
}

/** The tenants that were asked for; all where none was. What is wrong for all of them stays. */
export function chooseTenants(
  environment: EnvironmentByTenant,
  wanted: readonly string[],
): EnvironmentByTenant {
  const { tenants, general } = environment;
  const known = tenants.flatMap(({ name }) => name ?? []);
  // A single tenant without a name may be the one that was asked for.
  const isNameless = tenants.some(({ name }) => name === undefined);
  if (wanted.length === 0 || isNameless) return environment;
  if (wanted.every((name) => known.includes(name))) {
    return { tenants: tenants.filter(({ name = '' }) => wanted.includes(name)), general };
  }
  const text = `no tenant of that name; the environment has ${known.join(', ') || 'none'}`;
  return { tenants: [], general: [...general, { variable: '--tenant', text }] };
}
