import { readFileSync } from 'node:fs';

import { Command, InvalidArgumentError, Option } from 'commander';

import { DEFAULT_CHAINS } from '../chains/chain-options.js';

/** What the command line says. */
export interface CommandOptions {
  readonly port: number;
  readonly host: string;
  readonly environment: string;
  readonly apiKey?: string;
  /** False for `--no-gateway`. */
  readonly gateway: boolean;
  /** The chains to print lines for; all by default. */
  readonly chain?: readonly string[];
  readonly tokensLive: number;
  readonly latency: number;
  readonly log?: boolean;
}

/** The command, with `run` to be called once its arguments make sense. Bad ones print one line and exit with 1. */
export function buildProgram(run: (options: CommandOptions) => Promise<void>): Command {
  return new Command('resamania-sandbox')
    .description(
      'A stand-in for the Resamania API, for development and tests.\n' +
        'Standard output gets the lines for a .env file, and nothing else: resamania-sandbox > .env',
    )
    .version(version())
    .addOption(
      new Option('--chain <client_token...>', 'print the lines of these chains only').choices(
        DEFAULT_CHAINS.map(({ clientToken }) => clientToken),
      ),
    )
    .option('-p, --port <number>', 'port to listen on, 0 for any free one', wholeNumber(0, 65_535), 4010)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option(
      '--environment <name>',
      'path prefix of the environment; "" for none',
      pathSegment,
      'resa2-staging',
    )
    .option('--api-key <key>', 'gateway key to ask for (default: a fixed one)')
    .option('--no-gateway', 'ask for no gateway key')
    .option('--tokens-live <seconds>', 'lifetime of tokens', wholeNumber(1), 3600)
    .option('--latency <ms>', 'pause before every answer', wholeNumber(0), 0)
    .option('--log', 'say every request on standard error')
    .allowExcessArguments(false)
    .action(run);
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function wholeNumber(least: number, most = 2 ** 31 - 1): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}

function pathSegment(text: string): string {
  if (/^[\w.-]*$/.test(text)) return text;
  throw new InvalidArgumentError('Give one path segment, without slashes.');
}
