import type { Clock } from '../../clock.js';
import { waitFor } from '../../waiting.js';

/** Wakes who waits for a key to be settled. */
export class Hints {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  give(key: string): void {
    for (const wake of this.#waiting.get(key) ?? []) wake();
  }

  /**
   * Waits for a hint, or for this long.
   * @throws the signal's reason
   */
  async wait(key: string, ms: number, signal: AbortSignal): Promise<void> {
    const waiting = this.#waiting.get(key) ?? new Set();
    this.#waiting.set(key, waiting);
    let wake = () => {};
    let cancel = () => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
      cancel = this.#clock.after(ms, resolve);
    });
    waiting.add(wake);
    try {
      await waitFor(woken, signal);
    } finally {
      cancel();
      waiting.delete(wake);
      if (waiting.size === 0 && this.#waiting.get(key) === waiting) this.#waiting.delete(key);
    }
  }
}
