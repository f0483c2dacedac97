import type { JournalEntry } from '../journal/journal-entry.js';
import { ResamaniaSandbox } from '../resamania-sandbox.js';
import type { CommandOptions } from './program.js';

/** Where the command writes, line by line. */
export interface CommandOutput {
  /** Lines for an `.env` file, and nothing else. */
  readonly env: (line: string) => void;
  /** What is for people. */
  readonly hint: (line: string) => void;
}

/**
 * Starts a sandbox and says how to connect to it.
 * @throws Error with one line for people if the port is taken or not ours to use
 */
export async function run(options: CommandOptions, { env, hint }: CommandOutput): Promise<ResamaniaSandbox> {
  const sandbox = await start(options);
  for (const [name, value] of Object.entries(sandbox.env(options.chain))) env(`${name}=${value}`);
  hint(`The sandbox runs at ${sandbox.apiBaseUrl}, tokens live ${options.tokensLive} s. Ctrl-C ends it.`);
  if (options.log) sandbox.journal.entries$.subscribe((entry) => hint(logLine(entry)));
  return sandbox;
}

async function start(options: CommandOptions): Promise<ResamaniaSandbox> {
  const { port, host, environment, apiKey, gateway, tokensLive, latency } = options;
  try {
    return await ResamaniaSandbox.start({
      port,
      host,
      environment,
      ...(gateway ? {} : { apiKey: null }),
      ...(gateway && apiKey !== undefined ? { apiKey } : {}),
      tokenLifetimeSeconds: tokensLive,
      tokenLatencyMs: latency,
      apiLatencyMs: latency,
    });
  } catch (error) {
    throw new Error(explain(error, `${host}:${port}`), { cause: error });
  }
}

function explain(error: unknown, address: string): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `${address} is in use; choose another with --port.`;
  if (code === 'EACCES') return `${address} needs more rights; choose a port above 1023 with --port.`;
  return `${address} cannot be listened on (${String(error)}).`;
}

function logLine(entry: JournalEntry): string {
  const at = new Date(entry.at).toISOString();
  const what = entry.error ?? entry.fault ?? '';
  return `${at} ${entry.method} ${entry.path} ${entry.status ?? '-'} ${entry.outcome} ${what}`.trimEnd();
}
