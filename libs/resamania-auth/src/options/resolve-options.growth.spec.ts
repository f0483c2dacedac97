import { expect, it } from '@jest/globals';

import { resolveOptions } from './resolve-options.js';

const COUNT = 10_000;
/** Twice as many tenants take about twice as long; with a search through all for each of them it is four times. */
const MAX_GROWTH = 2.5;

/** How long it takes to resolve so many tenants, in milliseconds. */
function timed(count: number): number {
  const tenants = Array.from({ length: count }, (_, index) => ({
    clientToken: `chain${index}`,
    clientId: `${index}_x`,
    clientSecret: 's3cret',
  }));
  const start = performance.now();
  expect(resolveOptions({ apiBaseUrl: 'https://host', tenants }).tenants).toHaveLength(count);
  return performance.now() - start;
}

it('resolving twice the tenants takes about twice as long', () => {
  let [once, twice] = [Infinity, Infinity];
  // The best of several: a busy machine only ever makes it slower.
  for (let round = 0; round < 3 || (round < 8 && twice > MAX_GROWTH * once); round += 1) {
    once = Math.min(once, timed(COUNT));
    twice = Math.min(twice, timed(2 * COUNT));
  }
  expect(twice / once).toBeLessThanOrEqual(MAX_GROWTH);
});
