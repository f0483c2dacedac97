import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import axios from 'axios';
import floor from 'axios-floor';

const run = promisify(execFile);

/** The oldest axios that is supported and the newest, by the names of their packages here. */
export const AXIOSES = [
  ['axios-floor', versionOf(floor)],
  ['axios', versionOf(axios)],
] as const;

function versionOf({ VERSION }: { readonly VERSION: string }): string {
  return VERSION;
}

/**
 * Runs a script on the built packages in a Node process of its own, which has this axios and no proxy but those given.
 * @returns what it printed, as JSON
 */
export async function printedWith(
  axiosPackage: string,
  script: string,
  { argument, env = {} }: { argument: unknown; env?: Record<string, string> },
): Promise<unknown> {
  const inherited = Object.entries(process.env).filter(([name]) => !/proxy|^NODE_/i.test(name));
  const { stdout, stderr } = await run(
    process.execPath,
    ['--import', pathOf('axios-hook.mjs'), pathOf(script), JSON.stringify(argument)],
    { timeout: 25_000, env: { ...Object.fromEntries(inherited), TEST_AXIOS: axiosPackage, ...env } },
  );
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(stdout);
}

function pathOf(script: string): string {
  return fileURLToPath(new URL(script, import.meta.url));
}
