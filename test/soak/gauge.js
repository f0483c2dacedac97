import { monitorEventLoopDelay } from 'node:perf_hooks';

const MEGABYTE = 1024 * 1024;

/** Heap, handles and delays of this process. Needs `--expose-gc`. */
export class Gauge {
  /** What each calm time came to: at which minute, heap in MB, open handles and timers. */
  points = [];
  #delay = monitorEventLoopDelay({ resolution: 5 });
  #samples = [];
  #startedAt = Date.now();
  worstMs = 0;

  constructor() {
    this.#delay.enable();
  }

  /** The event loop's delay since the last time, in milliseconds. */
  delays() {
    const [p50, p99, max] = [this.#delay.percentile(50), this.#delay.percentile(99), this.#delay.max].map(
      (nanoseconds) => Math.round(nanoseconds / 1e6),
    );
    this.worstMs = Math.max(this.worstMs, max);
    this.#delay.reset();
    return { p50, p99, max };
  }

  /** Looks at heap and handles, after a garbage collection. Its pause is not counted as a delay. */
  sample() {
    this.#delay.disable();
    globalThis.gc();
    this.#samples.push({
      heap: process.memoryUsage().heapUsed / MEGABYTE,
      handles: process.getActiveResourcesInfo().length,
    });
    setImmediate(() => this.#delay.enable());
  }

  /** Ends a calm time: what was seen in it becomes one point. */
  closePoint() {
    if (this.#samples.length === 0) return;
    const minute = (Date.now() - this.#startedAt) / 60_000;
    const heap = median(this.#samples.map((sample) => sample.heap));
    // The fewest: others belong to calls that were under way.
    const handles = Math.min(...this.#samples.map((sample) => sample.handles));
    this.points.push({ minute, heap, handles });
    this.#samples = [];
  }
}

/** What a series grows by in a minute: the median of the slopes between all pairs (Theil and Sen). */
export function slopeOf(points, name) {
  const slopes = points.flatMap((a, at) =>
    points.slice(at + 1).map((b) => (b[name] - a[name]) / (b.minute - a.minute)),
  );
  return slopes.length === 0 ? 0 : median(slopes);
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
