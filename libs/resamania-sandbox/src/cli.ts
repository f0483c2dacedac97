#!/usr/bin/env node
import { buildProgram } from './command/program.js';

// Nothing outlives the process, so there is nothing to wait for.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));

const program = buildProgram(async (options) => {
  // Loaded late, so that a bad argument and --help are answered at once.
  const { run } = await import('./command/run.js');
  await run(options, {
    env: (line) => void process.stdout.write(`${line}\n`),
    hint: (line) => void process.stderr.write(`${line}\n`),
  });
});

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`resamania-sandbox: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
