import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { median } from '../measure.js';
import { under } from '../targets.js';

const FILE = new URL('../tenants.js', import.meta.url).pathname;
const REPEATS = 5;
const COUNTS = [10_000, 100_000];
const FIGURES = ['bytes of heap each', 'arming, ms', 'longest event-loop delay, ms'];
const MAX_MS = 60_000;

export const title = 'Many tenants';

export async function run({ progress }) {
  const rows = [];
  for (const count of COUNTS) {
    progress(`${count} tenants, ${REPEATS} processes one after the other`);
    const runs = [];
    for (let n = 0; n < REPEATS; n += 1) runs.push(await measured(count));
    rows.push([count.toLocaleString('en'), ...FIGURES.map((name) => median(runs.map((row) => row[name])))]);
  }
  const [, heap, arming, delay] = rows.at(-1);
  return {
    tables: [{ caption: '', head: ['tenants', ...FIGURES], rows }],
    targets: [
      under('100,000 tenants: heap each beside the token string', heap, 512, 'bytes'),
      under('100,000 tenants: arming them all', arming, 200, 'ms'),
      under('100,000 tenants: event-loop delay', delay, 50, 'ms'),
    ],
  };
}

async function measured(count) {
  const args = ['--expose-gc', FILE, String(count)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: MAX_MS });
  return JSON.parse(stdout);
}
