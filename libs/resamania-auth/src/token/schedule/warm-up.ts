import type { Clock, Random } from '../../clock.js';

/** At the start, first tokens are asked for this far apart on average, in milliseconds… */
const STEP_MS = 25;
/** …over this long at most, in milliseconds… */
const MAX_WINDOW_MS = 300_000;
/** …and all at once for no more tenants than this. */
const AT_ONCE = 50;
/** So many are planned before the event loop gets its turn. */
const PLANNED_AT_ONCE = 2000;

/** Something whose first token can be planned. */
interface Plannable {
  /** @param instant - In milliseconds since the epoch. */
  planFirst(instant: number): void;
}

/** What planning needs to know. */
interface WarmUpPorts {
  readonly clock: Clock;
  readonly random: Random;
  /** Asked now and then whether to stop. */
  readonly isStopped: () => boolean;
}

/** Spreads the first requests of many tenants evenly, and the work of planning them over turns of the event loop. */
export function planFirstTokens(
  entries: ReadonlyMap<string, Plannable>,
  { clock, random, isStopped }: WarmUpPorts,
): void {
  const count = entries.size;
  const window = count <= AT_ONCE ? 0 : Math.min(count * STEP_MS, MAX_WINDOW_MS);
  const now = clock.now();
  const rest = entries.values();
  let index = 0;
  const planSome = () => {
    if (isStopped()) return;
    for (const end = index + PLANNED_AT_ONCE; index < end; index += 1) {
      const { value: entry } = rest.next();
      if (entry === undefined) return;
      entry.planFirst(now + (window * (index + random())) / count);
    }
    clock.after(0, planSome);
  };
  planSome();
}
