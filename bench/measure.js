import { performance } from 'node:perf_hooks';

/** Nanoseconds that have passed. */
export const elapsedNs = () => performance.now() * 1e6;

/** Nanoseconds that this process has had the processor, all its threads together. */
const processorNs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1e3;
};

/**
 * How long and how often is measured, and with what clock. `quick` is for the check that runs with the tests, where the
 * machine may be busy with something else: that must not count.
 */
export const PACE = {
  full: { clock: elapsedNs, repeats: 9, sliceMs: 60, warmUpMs: 500, settleMs: 240 },
  quick: { clock: processorNs, repeats: 7, sliceMs: 40, warmUpMs: 500, settleMs: 160 },
};

/** How many names a loop goes round: a power of two, so that the remainder is a bit operation. */
const ROUND = 8192;

/** Takes the lengths that the loops add up, so that no result is unused and no loop can be left out. */
let sink = 0;

/**
 * A loop over a function that takes a name, in source text of its own: the engine then learns each contender's types
 * apart from the others', as it would in an application that has only one of them.
 * @param take - from what the function returns to the string: nothing is asked of the function that its users are not
 */
export function loopOf(title, isAwaited, ask, take = (value) => value) {
  const body = `// ${title.replaceAll(/\s/g, ' ')}
    let length = 0;
    for (let i = 0; i < count; i += 1) length += take(${isAwaited ? 'await ' : ''}ask(names[i & ${ROUND - 1}])).length;
    return length;`;
  const Kind = isAwaited ? (async () => undefined).constructor : Function;
  const loop = new Kind('names', 'ask', 'take', 'count', body);
  return (names) => async (count) => {
    sink += await loop(names, ask, take, count);
  };
}

/** The names in an order drawn at random, the same for every contender of a run. */
export function randomOrder(names) {
  return Array.from({ length: ROUND }, () => names[Math.floor(Math.random() * names.length)]);
}

/**
 * Times contenders against each other in one process: each is warmed up and its count set so that a slice takes
 * `sliceMs`; then every repeat has one slice of each, in an order that changes from repeat to repeat.
 * @param contenders - `{ name, run(count) }`
 * @returns `{ name, ns, samples }`, nanoseconds per operation, the median and all of them
 */
export async function compare(contenders, { clock, repeats, sliceMs, warmUpMs, settleMs }) {
  const counts = [];
  for (const { run } of contenders) counts.push(await calibrate(run, sliceMs, warmUpMs));
  const samples = contenders.map(() => []);
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    for (const index of turns(contenders.length, repeat)) {
      globalThis.gc?.();
      // A full collection also throws away compiled code whose objects have all died. Until it is back, some thousand
      // calls take up to three times as long: let it settle again.
      await settle(contenders[index].run, counts[index], settleMs);
      samples[index].push(await time(contenders[index].run, counts[index], clock));
    }
  }
  if (Number.isNaN(sink)) throw new Error('a contender returned something else than strings');
  return contenders.map(({ name }, index) => ({ name, ns: median(samples[index]), samples: samples[index] }));
}

/**
 * Times one contender against another in many short slices, first and second in turn, so that what slows the machine slows
 * both. Nothing is collected in between: code that was thrown away would take longer than a slice to come back.
 * @returns as `compare`, of the two; each sample of one has its neighbour of the other
 */
export async function alternate(contenders, { pairs, sliceMs, warmUpMs }) {
  const counts = [];
  for (const { run } of contenders) counts.push(await calibrate(run, sliceMs, warmUpMs));
  const samples = contenders.map(() => []);
  for (let pair = 0; pair < pairs; pair += 1) {
    for (const index of pair % 2 === 0 ? [0, 1] : [1, 0]) {
      samples[index].push(await time(contenders[index].run, counts[index]));
    }
  }
  return contenders.map(({ name }, index) => ({ name, ns: median(samples[index]), samples: samples[index] }));
}

/** Median over the repeats of one contender's time divided by another's in the same repeat. */
export function ratio(results, name, floor) {
  const [mine, its] = [name, floor].map((wanted) => results.find((result) => result.name === wanted));
  return median(mine.samples.map((ns, repeat) => ns / its.samples[repeat]));
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

async function calibrate(run, sliceMs, warmUpMs) {
  let count = 16;
  const end = performance.now() + warmUpMs;
  let ns = await time(run, count);
  while (performance.now() < end || count * ns < 2e6) {
    count = Math.min(count * 2, Math.max(16, Math.round((sliceMs * 1e6) / ns)));
    ns = await time(run, count);
    if (ns > sliceMs * 1e6) break;
  }
  return Math.max(1, Math.round((sliceMs * 1e6) / ns));
}

/** Calls without timing them, for so long. */
async function settle(run, count, ms) {
  const end = performance.now() + ms;
  while (performance.now() < end) await run(Math.ceil(count / 4));
}

async function time(run, count, clock = elapsedNs) {
  const start = clock();
  await run(count);
  return (clock() - start) / count;
}

/** Forwards and backwards in turn, from another start each time. */
function turns(length, repeat) {
  const order = Array.from({ length }, (_, n) => (n + repeat) % length);
  return repeat % 2 === 0 ? order : order.toReversed();
}
