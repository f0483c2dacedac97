#!/usr/bin/env node
import { buildProgram } from './command/program.js';
import { run } from './command/run.js';

// Nothing outlives the process, so there is nothing to wait for.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));

const program = buildProgram(async (options) => {
  await run(options, (line) => void process.stdout.write(`${line}\n`));
});

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`resamania-sandbox: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
