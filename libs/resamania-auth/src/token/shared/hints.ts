import type { Clock } from '../../clock.js';
import { waitFor } from '../../waiting.js';

/** Wakes who waits for a key to be settled. */
export class Hints {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Tells of each hint for this key.
   * @returns how to stop
   */
  on(key: string, tell: () => void): () => void {
    const waiting = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiting.add(tell));
    return () => {
      waiting.delete(tell);
      if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key);
    };
  }

  give(key: string): void {
    for (const wake of Array.from(this.#waiting.get(key) ?? [])) wake();
  }

  /**
   * Waits for a hint, or for this long.
   * @throws the signal's reason
   */
  async wait(key: string, ms: number, signal: AbortSignal): Promise<void> {
    let cancel = () => {};
    let stop = () => {};
    const woken = new Promise<void>((resolve) => {
      cancel = this.#clock.after(ms, resolve);
      stop = this.on(key, resolve);
    });
    try {
      await waitFor(woken, signal);
    } finally {
      cancel();
      stop();
    }
  }
}
