// Installs the packages as they are published in fresh projects of many kinds, builds and runs these, and prints a table.
//   npm run test:consumers                     all rows
//   npm run test:consumers -- <name> ...       these rows
//   npm run test:consumers -- --short          four rows
//   npm run test:consumers -- --keep           leaves the projects where they are, and says where
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { installInto, nodeBinaries, pack } from './packages.js';
import { stopAll } from './processes.js';
import { failureOf, lineOf, tableOf } from './report.js';
import { ROWS } from './rows.js';
import { consume } from './steps.js';

const PACKAGES = ['resamania-auth', 'resamania-sandbox'];

const { values: options, positionals: names } = parseArgs({
  options: { short: { type: 'boolean' }, keep: { type: 'boolean' }, list: { type: 'boolean' } },
  allowPositionals: true,
});
const say = (text) => process.stdout.write(`${text}\n`);

const rows = chosenRows();
if (options.list) say(rows.map(({ name }) => name).join('\n'));
else process.exitCode = await runAll(rows);

function chosenRows() {
  const unknown = names.filter((name) => !ROWS.some((row) => row.name === name));
  if (unknown.length > 0) throw new Error(`No such row: ${unknown.join(', ')}. --list prints all.`);
  if (names.length > 0) return ROWS.filter((row) => names.includes(row.name));
  return options.short ? ROWS.filter((row) => row.short) : ROWS;
}

async function runAll(chosen) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'resamania-consumers-')));
  const remove = () => (options.keep ? say(folder) : rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(
      signal,
      () =>
        void stopAll()
          .then(remove)
          .then(() => process.exit(1)),
    );
  }
  try {
    return await consumeAll(chosen, folder);
  } finally {
    await stopAll();
    remove();
  }
}

async function consumeAll(chosen, folder) {
  const tarballs = {};
  for (const name of PACKAGES) {
    const path = await pack(name, folder);
    tarballs[name === 'resamania-auth' ? 'nestjs-resamania-auth' : name] = `file:${path}`;
  }
  const sandbox = join(folder, 'sandbox');
  await installInto(sandbox, { 'resamania-sandbox': tarballs['resamania-sandbox'] });
  const nodeOf = nodeBinaries(folder);

  const results = [];
  for (const row of chosen) {
    const place = join(folder, row.name);
    const result = await consume(row, { folder: place, tarballs, sandbox, nodeOf });
    say(lineOf(result));
    if (result.failed !== undefined) say(failureOf(result));
    if (!options.keep) rmSync(place, { recursive: true, force: true });
    results.push(result);
  }
  say(`\n${tableOf(results)}`);
  return results.some(({ failed }) => failed !== undefined) ? 1 : 0;
}
