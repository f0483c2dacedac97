import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';

import { getProxyForUrl } from 'proxy-from-env';

import { systemClock } from '../clock.js';
import { OwnInstances } from '../http/own-instances.js';
import { DEFAULT_HTTP } from '../options/defaults.js';
import { environmentByTenant } from '../environment/environment-by-tenant.js';
import { hasResamaniaEnvironment } from '../environment/load-environment.js';
import { HttpTokenTransport } from '../token/request/http-token-transport.js';
import { chooseTenants } from './choose-tenants.js';
import { systemProbe } from './checks/connection-probe.js';
import type { Report } from './checks/diagnosis.js';
import { Doctor } from './doctor.js';
import { EnvironmentFileError, loadEnvironmentFile } from './environment-file.js';
import { progressOn } from './progress.js';
import { reportTable } from './report-table.js';

/** What the command line says. */
export interface DoctorOptions {
  /** Path of a file of variables. */
  readonly env?: string;
  readonly tenant?: readonly string[];
  /** In seconds. */
  readonly timeout: number;
  readonly json?: boolean;
}

const EXAMPLE = `No RESAMANIA_… variable is set, neither here nor in a .env file. An example for .env:

  RESAMANIA_API_URL=https://gateway.prod.gravitee.stadline.tech/resa2-staging
  RESAMANIA_API_KEY_FILE=/run/secrets/resamania_api_key
  RESAMANIA_CLIENT_TOKEN=demoapi
  RESAMANIA_CLIENT_ID=123_xxxxxxxx
  RESAMANIA_CLIENT_SECRET_FILE=/run/secrets/resamania_client_secret
`;

/** Checks what the environment of this process describes. Returns the report, as text to print, and the exit code. */
export async function runDoctor(options: DoctorOptions): Promise<{ text: string; exitCode: number }> {
  const report = await examine(options);
  if (options.json === true) return { text: JSON.stringify(report, undefined, 2), exitCode: report.exitCode };
  const { stdout, env } = process;
  const hasColours = stdout.isTTY && stdout.hasColors(env);
  const text = reportTable(report, {
    // A pseudo-terminal without a size says 0.
    width: stdout.columns || 80,
    paint: (colour, content) => (hasColours ? styleText(colour, content) : content),
  });
  const example = hasResamaniaEnvironment(env) || report.tenants.length > 0 ? '' : `\n\n${EXAMPLE.trimEnd()}`;
  return { text: `${text}${example}`, exitCode: report.exitCode };
}

async function examine({ env: envFile, tenant = [], timeout }: DoctorOptions): Promise<Report> {
  try {
    await loadEnvironmentFile(envFile);
  } catch (error) {
    if (!(error instanceof EnvironmentFileError)) throw error;
    return { tenants: [], problems: [`--env: ${error.message}`], exitCode: 2 };
  }
  const { env } = process;
  const readFile = (path: string) => readFileSync(path, 'utf8');
  if (!hasResamaniaEnvironment(env)) return nothingConfigured(env, readFile);
  const transport = new HttpTokenTransport();
  const progress = progressOn(process.stderr, env);
  try {
    const doctor = new Doctor({
      env,
      probe: systemProbe,
      proxyFor: getProxyForUrl,
      transport,
      http: new OwnInstances({ http: DEFAULT_HTTP }).create(),
      clock: systemClock,
      timeoutMs: timeout * 1000,
      progress,
    });
    return await doctor.examine(chooseTenants(environmentByTenant(env, readFile), tenant));
  } finally {
    progress.stop();
    transport.close();
  }
}

function nothingConfigured(env: NodeJS.ProcessEnv, readFile: (path: string) => string): Report {
  const problems = environmentByTenant(env, readFile).tenants.flatMap((tenant) => tenant.problems);
  return { tenants: [], problems, exitCode: 2 };
}
