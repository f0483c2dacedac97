/**
 * The long run of the properties in this folder: `npm run fuzz`. FUZZ_SEED, FUZZ_CASES and FUZZ_MINUTES change seed,
 * number of cases and time limit. What stands after `--` goes to jest: `npm run fuzz -- -t 'token answers'`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const {
  FUZZ_SEED = String(Date.now() % 1_000_000_007),
  FUZZ_CASES = '100000',
  FUZZ_MINUTES = '5',
} = process.env;
const again = `FUZZ_SEED=${FUZZ_SEED} FUZZ_CASES=${FUZZ_CASES} npm run fuzz`;
const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
const tally = join(folder, 'tally.jsonl');
writeFileSync(tally, '');
process.stdout.write(
  `${FUZZ_CASES} cases, seed ${FUZZ_SEED}, ${FUZZ_MINUTES} minutes at most. To repeat it: ${again}\n`,
);

const start = Date.now();
const until = String(start + Number(FUZZ_MINUTES) * 60_000);
const args = [
  '--experimental-vm-modules',
  '--no-warnings=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
];
const child = spawn(
  process.execPath,
  [...args, '--selectProjects', 'fuzz', '--runInBand', ...process.argv.slice(2)],
  { stdio: 'inherit', env: { ...process.env, FUZZ_SEED, FUZZ_CASES, FUZZ_UNTIL: until, FUZZ_TALLY: tally } },
);
const code = await new Promise((resolve) => {
  child.once('exit', (status) => resolve(status ?? 1));
});
const lines = readFileSync(tally, 'utf8').split('\n').filter(Boolean);
rmSync(folder, { recursive: true });

const rows = lines.map((line) => JSON.parse(line));
const total = rows.reduce((sum, { done }) => sum + done, 0);
for (const { target, done } of rows) process.stdout.write(`${String(done).padStart(8)}  ${target}\n`);
process.stdout.write(
  `${String(total).padStart(8)}  in all, in ${Math.round((Date.now() - start) / 1000)} s\n`,
);
const isPart = process.argv.length > 2;
const isShort = !isPart && total < Number(FUZZ_CASES);
if (isShort && code === 0)
  process.stdout.write(`Fewer than ${FUZZ_CASES}: the time was up. FUZZ_MINUTES gives it more.\n`);
if (code !== 0) process.stdout.write(`To repeat it: ${again}\n`);
process.exitCode = code === 0 && isShort ? 1 : code;
