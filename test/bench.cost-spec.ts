import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

/** A short form of the benchmarks: this library and the floors alone, on the built package. */
const RUN = new URL('../bench/run.js', import.meta.url).pathname;
const MAX_MS = 60_000;

/**
 * What a figure may be at most. Far above what is measured in quiet, and below one and a half times that, so that a hot
 * path that has become slower by half is noticed.
 */
const LIMITS: Readonly<Record<string, number>> = {
  '`peek`, 1,000 tenants, × the Map': 1.65,
  'awaited `getAccessToken`, 1,000 tenants, × the awaited floor': 1.65,
  'interceptor, tenant known, × a constant-header interceptor': 1.4,
  '`ResamaniaHttpService` call, × bare axios': 1.4,
};

interface Scenario {
  readonly targets: readonly { readonly what: string; readonly measured: number; readonly isMet: boolean }[];
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function targetsOf(...letters: string[]) {
  const file = join(folder, 'report.json');
  await promisify(execFile)(process.execPath, [RUN, ...letters, '--quick', '--json', file], {
    timeout: MAX_MS,
  });
  const { scenarios } = JSON.parse(await readFile(file, 'utf8')) as { scenarios: Scenario[] };
  return scenarios.flatMap(({ targets }) => targets);
}

/** The figures that are above their limits. */
async function exceeded() {
  const figures = new Map((await targetsOf('a', 'b')).map(({ what, measured }) => [what, measured]));
  expect([...figures.keys()].toSorted()).toEqual(Object.keys(LIMITS).toSorted());
  return [...figures].filter(([what, measured]) => !(measured <= (LIMITS[what] ?? 0)));
}

describe('What the library costs', () => {
  it(
    'is what it was: the header, the interceptor, the service',
    async () => {
      const slow = await exceeded();
      // Once more before judging: these are times, and where the memory of a process lies is a matter of luck.
      expect(slow.length === 0 ? [] : await exceeded()).toEqual([]);
    },
    2 * MAX_MS,
  );

  it(
    'is one token request for each tenant in a stampede, with no failed call',
    async () => {
      const targets = await targetsOf('c');
      expect(targets.map(({ measured }) => measured)).toEqual([1, 0, 50, 0]);
    },
    MAX_MS,
  );
});
