import { parseArgs } from 'node:util';

import type { DoctorOptions } from './run-doctor.js';

export const USAGE = `Usage: resamania-auth doctor [options]

Checks the connection to Resamania of every tenant in the environment.

Options:
  --tenant <name>      check this tenant only; may be repeated
  --env <path>         file of variables, as Nest reads it (default: .env, if there is one)
  --timeout <seconds>  time limit of each check, from 0.1 to 600 (default: 10)
  --json               print the report as JSON
  -h, --help           print this help
  -V, --version        print the version

Exit codes:
  0  nothing failed; there may be warnings
  1  a check failed
  2  nothing could be checked: wrong arguments, nothing configured, or the configuration is wrong`;

const OPTIONS = {
  tenant: { type: 'string', multiple: true },
  // Not --env-file: Node.js 20 takes that for its own, wherever it stands.
  env: { type: 'string' },
  timeout: { type: 'string', default: '10' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const;

/** The arguments are wrong. The message says what is, and where to look. */
export class WrongArguments extends Error {
  constructor(what: string) {
    super(`${what.replace(/\.?$/, '.')}\nRun "resamania-auth --help" for usage.`);
  }
}

/**
 * What the arguments of the command ask for.
 * @throws WrongArguments
 */
export function readCommand(args: readonly string[]): 'help' | 'version' | DoctorOptions {
  const [first = ''] = args;
  const command = first.startsWith('-') ? '' : first;
  if (command === 'help') return 'help';
  if (command !== '' && command !== 'doctor') throw new WrongArguments(`Unknown command '${command}'`);
  const { help, version, timeout, ...options } = parse(command === '' ? args : args.slice(1));
  if (help) return 'help';
  if (version) return 'version';
  if (command === '') throw new WrongArguments("The command is missing; try 'resamania-auth doctor'");
  return { ...options, timeout: seconds(timeout) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    // All that it throws is about the arguments.
    throw new WrongArguments((error as Error).message);
  }
}

function seconds(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value >= 0.1 && value <= 600) return value;
  throw new WrongArguments(`Option '--timeout <seconds>' takes a number from 0.1 to 600, not '${text}'`);
}
