/** The longest delay that a Node.js timer can hold, in milliseconds: about 24.8 days. A longer one fires at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** An instant that does not come, in milliseconds since the epoch. The one notation for "never". */
export const NEVER = Infinity;

/** Time, as the engine sees it. Tests drive it by hand. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `task` once, after `ms` milliseconds or, for more than a timer can hold, earlier. Returns how to cancel. */
  after(ms: number, task: () => void): () => void;
}

/** Whether a span that began at `from` still lasts. One that begins in the future does not: the clock was set back. */
export function isWithin(spanMs: number, from: number, now: number): boolean {
  return from <= now && now < from + spanMs;
}

/** Runs work in an async context other than the caller's: nothing that is bound to a request goes along. */
export type InContext = <T>(work: () => T) => T;

/** A number from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number;

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, Math.min(Math.max(ms, 0), MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** Injection key of the clock. */
export const CLOCK = Symbol('ResamaniaAuth.Clock');
