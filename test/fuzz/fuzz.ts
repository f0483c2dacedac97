import { appendFileSync } from 'node:fs';

import { describe, it } from '@jest/globals';
import * as fc from 'fast-check';

/** Every target, with its share of the cases of `npm run fuzz` in percent. */
export const TARGETS = {
  'token answers': 21,
  'answers on the wire': 1,
  'token requests': 3,
  'stored values': 14,
  'sealed values': 4,
  'limits in headers': 15,
  'API errors': 12,
  'API calls': 2,
  'pages of collections': 6,
  'paths and URLs': 12,
  'calls by URL': 4,
  'names and ids': 2,
  'environment variables': 4,
} as const;
export type Target = keyof typeof TARGETS;

/** A case may take this much of the processor's time, in milliseconds: most take less than one. */
const MOST_MS = 1500;
/** What `npm test` runs of each target: once with this seed, and once with another one every time. */
const SHORT_SEED = 20_260_101;
const SHORT_LIMIT_MS = 90_000;
const PROGRESS_MS = 3000;

/** The long run: seed, cases of all targets, when the time is up in milliseconds since the epoch, and where to count. */
const { FUZZ_SEED, FUZZ_CASES, FUZZ_UNTIL, FUZZ_TALLY } = process.env;
const LONGEST_MS = 3_600_000;

/**
 * Holds a property against random cases. One definition serves both runs: the long one of `npm run fuzz`, which says seed
 * and number of cases by environment variables, and the short one of `npm test`.
 * @param check - Throws where the property does not hold.
 */
export function holds<T>(
  target: Target,
  cases: fc.Arbitrary<T>,
  check: (value: T) => void | Promise<void>,
): void {
  describe(target, () => {
    if (FUZZ_CASES === undefined) {
      it.each([SHORT_SEED, Date.now() % 1_000_000_007])(
        'hold with seed %d',
        async (seed) => {
          await run(target, cases, check, { seed, numRuns: shortCases(target) });
        },
        SHORT_LIMIT_MS,
      );
      return;
    }
    const numRuns = Math.ceil((Number(FUZZ_CASES) * TARGETS[target]) / 100);
    it(
      `hold in ${numRuns} cases`,
      async () => {
        const leftMs = FUZZ_UNTIL === undefined ? LONGEST_MS : Math.max(1, Number(FUZZ_UNTIL) - Date.now());
        const limits = { interruptAfterTimeLimit: leftMs, markInterruptAsFailure: false };
        const done = await run(target, cases, check, { seed: Number(FUZZ_SEED), numRuns, ...limits });
        if (FUZZ_TALLY !== undefined) appendFileSync(FUZZ_TALLY, `${JSON.stringify({ target, done })}\n`);
      },
      LONGEST_MS,
    );
  });
}

async function run<T>(
  target: Target,
  cases: fc.Arbitrary<T>,
  check: (value: T) => void | Promise<void>,
  { seed, numRuns, ...limits }: fc.Parameters<[T]> & { seed: number; numRuns: number },
): Promise<number> {
  let done = 0;
  let toldAt = Date.now();
  const property = fc.asyncProperty(cases, async (value) => {
    const before = process.cpuUsage();
    await check(value);
    const { user } = process.cpuUsage(before);
    if (user > MOST_MS * 1000) throw new Error(`took ${Math.round(user / 1000)} ms of the processor's time`);
    done += 1;
    if (FUZZ_CASES !== undefined && Date.now() - toldAt > PROGRESS_MS) {
      toldAt = Date.now();
      process.stderr.write(`  ${target}: ${done} of ${numRuns} cases\n`);
    }
  });
  const details = await fc.check(property, { seed, numRuns, ...limits });
  if (details.failed) {
    const again = `FUZZ_SEED=${seed} FUZZ_CASES=${FUZZ_CASES ?? casesFor(target)} npm run fuzz -- -t '${target}'`;
    const report = fc.defaultReportMessage(details) ?? 'failed';
    const { errorInstance: cause } = details;
    throw new Error(`${target}: ${report}\n\nTo repeat it: ${again}\n`, { cause });
  }
  return done;
}

/** Fewer of those that take long, and have a small share of the long run for that reason. */
function shortCases(target: Target): number {
  return Math.min(150, 20 * TARGETS[target]);
}

/** How many cases in all give a target as many as it has in the short form. */
function casesFor(target: Target): number {
  return Math.ceil((shortCases(target) * 100) / TARGETS[target]);
}
