import { Command, InvalidArgumentError } from 'commander';

import type { DoctorOptions } from './run-doctor.js';

const EXIT_CODES = `
Exit codes:
  0  nothing failed; there may be warnings
  1  a check failed
  2  nothing could be checked: wrong arguments, nothing configured, or the configuration is wrong`;

/** The command, with `doctor` to be called once its arguments make sense. Wrong ones exit with 2. */
export function buildProgram(version: string, doctor: (options: DoctorOptions) => Promise<void>): Command {
  const program = new Command('resamania-auth')
    .description('Tools of nestjs-resamania-auth')
    .version(version)
    .exitOverride();
  program
    .command('doctor')
    .description('Check the connection to Resamania of every tenant in the environment')
    .option('--tenant <name>', 'check this tenant only; may be repeated', collect)
    // Not --env-file: Node.js 20 takes that for its own, wherever it stands.
    .option('--env <path>', 'file of variables, as Nest reads it (default: .env, if there is one)')
    .option('--timeout <seconds>', 'time limit of each check', seconds, 10)
    .option('--json', 'print the report as JSON')
    .allowExcessArguments(false)
    .addHelpText('after', EXIT_CODES)
    .exitOverride()
    .action(doctor);
  return program;
}

function collect(name: string, names: readonly string[] = []): string[] {
  return [...names, name];
}

function seconds(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value >= 0.1 && value <= 600) return value;
  throw new InvalidArgumentError('Give a number from 0.1 to 600.');
}
