#!/usr/bin/env node
import { readFileSync } from 'node:fs';

import { readCommand, USAGE, WrongArguments } from './doctor/command.js';
import { progressOn } from './doctor/progress.js';
import { runDoctor } from './doctor/run-doctor.js';

/** How long a look-up of a name that nobody waits for any more may keep the process, in milliseconds: it cannot be cancelled. */
const LINGER_MS = 200;

const progress = progressOn(process.stderr, process.env);
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    progress.stop();
    process.exit(code);
  });
}
// Whoever read the output may have had enough, as `head` has.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

async function run(): Promise<{ text: string; exitCode: number }> {
  const command = readCommand(process.argv.slice(2));
  if (command === 'help') return { text: USAGE, exitCode: 0 };
  if (command === 'version') return { text: version(), exitCode: 0 };
  return runDoctor(command, progress);
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

try {
  const { text, exitCode } = await run();
  process.exitCode = exitCode;
  process.stdout.write(`${text}\n`, () => setTimeout(() => process.exit(), LINGER_MS).unref());
} catch (error) {
  // The message of any other error could hold anything, a request included; its name does not.
  const text = error instanceof WrongArguments ? error.message : `unexpected ${(error as Error).name}`;
  process.stderr.write(`error: ${text}\n`);
  process.exitCode = 2;
}
