import { expect, it } from '@jest/globals';

import { resolveOptions } from './resolve-options.js';

const COUNT = 10_000;
/** Twice as many tenants take about twice as long; with a search through all for each of them it is four times. */
const MAX_GROWTH = 2.5;

/** What it takes to resolve so many tenants, in microseconds of the processor: what else runs on the machine takes others. */
function timed(count: number): number {
  const tenants = Array.from({ length: count }, (_, index) => ({
    clientToken: `chain${index}`,
    clientId: `${index}_x`,
    clientSecret: 's3cret',
  }));
  const start = process.cpuUsage();
  expect(resolveOptions({ apiBaseUrl: 'https://host', tenants }).tenants).toHaveLength(count);
  return process.cpuUsage(start).user;
}

it('resolving twice the tenants takes about twice the work', () => {
  let [once, twice] = [Infinity, Infinity];
  // The best of several: a collection of garbage only ever makes it more.
  for (let round = 0; round < 3 || (round < 8 && twice > MAX_GROWTH * once); round += 1) {
    once = Math.min(once, timed(COUNT));
    twice = Math.min(twice, timed(2 * COUNT));
  }
  expect(twice / once).toBeLessThanOrEqual(MAX_GROWTH);
});
