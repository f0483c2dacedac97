import { AsyncResource } from 'node:async_hooks';

import type { ScheduleTimer } from '../../libs/resamania-auth/src/token/schedule/refresh-schedule.js';
import type { Clock } from '../../libs/resamania-auth/src/clock.js';

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

/** Lets everything run that waits on promises alone. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/**
 * A clock driven by hand. `advance()` lets time pass and fires what is due on the way, in order, letting promises
 * settle in between. `jump()` moves the time alone, as a machine does that slept or whose clock was set.
 */
export class SimulatedClock implements Clock, ScheduleTimer {
  /** What timers count by: it knows no jumps. */
  #elapsed = 0;
  #offset: number;
  readonly #timers = new Set<Timer>();
  #scheduleTimer: (() => void) | undefined;

  constructor(start = Date.parse('2026-01-01T00:00:00Z')) {
    this.#offset = start;
  }

  now(): number {
    return this.#offset + this.#elapsed;
  }

  /** Milliseconds that have passed, jumps not counted. */
  get elapsed(): number {
    return this.#elapsed;
  }

  get timers(): number {
    return this.#timers.size;
  }

  after(ms: number, task: () => void): () => void {
    // As real timers do: the task runs in the async context of who set it.
    const timer = { at: this.#elapsed + Math.max(ms, 0), task: AsyncResource.bind(task) };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  arm(ms: number, task: () => void): void {
    this.disarm();
    this.#scheduleTimer = this.after(ms, task);
  }

  disarm(): void {
    this.#scheduleTimer?.();
    this.#scheduleTimer = undefined;
  }

  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#elapsed = Math.max(this.#elapsed, next.at);
      next.task();
      await settle();
    }
    this.#elapsed = end;
  }

  jump(ms: number): void {
    this.#offset += ms;
  }

  #next(end: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers)
      if (timer.at <= end && timer.at < (first?.at ?? Infinity)) first = timer;
    return first;
  }
}
