// Starts several replicas of the sample that share their tokens through Redis.
import { existsSync } from 'node:fs';

import { readLaunchSettings } from './launcher/launch-settings.js';
import { Launcher } from './launcher/launcher.js';

let exitCode: number | undefined;
const launcher = new Launcher((line) => void process.stdout.write(`${line}\n`));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void finish(0));
// Nobody reads any more, as with `| head`. What was started must not stay for that.
process.stdout.on('error', () => void finish(1));

try {
  if (existsSync('.env')) process.loadEnvFile();
  await launcher.start(readLaunchSettings(process.env));
  await launcher.over();
  complain('No replica is left.');
} catch (error) {
  complain((error as Error).message);
}
await finish(1);

/** What comes up because everything ends is no news. */
function complain(text: string): void {
  if (exitCode === undefined) process.stderr.write(`${text}\n`);
}

/** Ends everything. The first to call says with which code. */
async function finish(code: number): Promise<void> {
  exitCode ??= code;
  await launcher.end();
  process.exit(exitCode);
}
