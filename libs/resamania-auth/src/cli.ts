#!/usr/bin/env node
import { readFileSync } from 'node:fs';

import { CommanderError } from 'commander';

import { buildProgram } from './doctor/command.js';
import { runDoctor } from './doctor/run-doctor.js';

/** How long a look-up of a name that nobody waits for any more may keep the process, in milliseconds: it cannot be cancelled. */
const LINGER_MS = 200;

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  process.on(signal, () => {
    // The spinner hides the cursor, and has no time to show it again.
    if (process.stderr.isTTY) process.stderr.write('\r\u001B[K\u001B[?25h');
    process.exit(code);
  });
}
// Whoever read the output may have had enough, as `head` has.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const program = buildProgram(manifest.version, async (options) => {
  const { text, exitCode } = await runDoctor(options);
  process.exitCode = exitCode;
  process.stdout.write(`${text}\n`, () => setTimeout(() => process.exit(), LINGER_MS).unref());
});

try {
  await program.parseAsync();
} catch (error) {
  const isCommanders = error instanceof CommanderError;
  // Its message could hold anything, a request included; its kind does not.
  if (!isCommanders) process.stderr.write(`resamania-auth: unexpected ${(error as Error).name}\n`);
  process.exitCode = isCommanders && error.exitCode === 0 ? 0 : 2;
}
