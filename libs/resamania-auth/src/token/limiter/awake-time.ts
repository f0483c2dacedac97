import { NEVER } from '../../clock.js';

/**
 * The time in which this process runs, in milliseconds. When the process stands still (its machine is busy, or its own code
 * is), answers wait for it: that time counts against no request.
 */
export class AwakeTime {
  #missedMs = 0;
  #dueAt = NEVER;

  /** The awake time at this instant. */
  at(now: number): number {
    this.#missedMs += Math.max(0, now - this.#dueAt);
    this.#dueAt = Math.max(now, this.#dueAt);
    return now - this.#missedMs;
  }

  /** When the process is to look at the clock next. What it comes later is time in which it stood still. */
  set dueAt(instant: number) {
    this.#dueAt = instant;
  }
}
