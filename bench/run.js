/**
 * Runs the benchmarks.
 *
 *   node bench/run.js [a b c d e f g h i j] [--quick] [--check] [--json <file>] [--update-readme]
 *
 * Without letters all scenarios run. Progress goes to stderr, the tables to stdout. `--check` makes a missed target a
 * failure; `--quick` measures this library and the floors alone, more briefly.
 */
import { fork } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { circumstances, toMarkdown } from './report.js';
import { scenarios } from './scenarios/scenarios.js';

const README = new URL('./README.md', import.meta.url);
const MARKS = ['<!-- results -->', '<!-- end of results -->'];
/** No scenario takes half of this; one that hangs is ended. */
const MAX_SCENARIO_MS = 480_000;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    json: { type: 'string' },
    'update-readme': { type: 'boolean', default: false },
  },
});
const letters = positionals.length > 0 ? positionals : Object.keys(scenarios);
const unknown = letters.filter((letter) => scenarios[letter] === undefined);
if (unknown.length > 0) fail(`There is no scenario ${unknown.join(', ')}.`);

let current;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    current?.kill();
    process.exit(130);
  });
}

const results = [];
for (const letter of letters) {
  try {
    results.push(await runScenario(letter));
  } catch (error) {
    // What the others measured is not lost for it.
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
if (flags['update-readme'] && process.exitCode === 1)
  fail('README.md stays as it is: not all scenarios were measured.');

const command = ['npm run bench', positionals, flags.quick ? '--quick' : []].flat();
if (command.length > 1) command.splice(1, 0, '--');
const report = { circumstances: circumstances(command.join(' ')), scenarios: results };
const markdown = toMarkdown(report);
process.stdout.write(`${markdown}\n`);
if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(report, undefined, 2)}\n`);
if (flags['update-readme']) updateReadme(markdown);
const missed = results.flatMap(({ targets }) => targets).filter(({ isMet }) => !isMet);
if (flags.check && missed.length > 0) process.exitCode = 1;

/** In a process of its own, bounded in time. Its end, however it comes, ends its server too. */
function runScenario(letter) {
  return new Promise((resolve, reject) => {
    const args = [letter, flags.quick ? 'quick' : 'full'];
    const file = new URL('./scenario-process.js', import.meta.url);
    const start = performance.now();
    let result;
    current = fork(file, args, { execArgv: ['--expose-gc'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const timer = setTimeout(() => current.kill(), MAX_SCENARIO_MS);
    current.on('message', (message) => {
      result = message;
    });
    current.on('exit', (code, signal) => {
      clearTimeout(timer);
      const seconds = Math.round((performance.now() - start) / 1000);
      if (result !== undefined) resolve({ ...result, seconds });
      else reject(new Error(`scenario ${letter} ended after ${seconds} s with ${signal ?? code}`));
    });
  });
}

function updateReadme(text) {
  const [begin, end] = MARKS;
  const readme = readFileSync(README, 'utf8');
  const [before, rest] = readme.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) fail(`bench/README.md has no ${MARKS.join(' … ')}.`);
  writeFileSync(README, `${before}${begin}\n\n${text}\n\n${end}${after}`);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
