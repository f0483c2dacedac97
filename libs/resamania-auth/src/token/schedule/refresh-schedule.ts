import { type Clock, NEVER } from '../../clock.js';
import { Heap, type HeapEntry } from '../../heap.js';

/** The one timer that the schedule runs on. */
export interface ScheduleTimer {
  /** Calls `task` once after `ms` milliseconds, in place of whatever was armed before. */
  arm(ms: number, task: () => void): void;
  disarm(): void;
}

/** Something that wants a turn at an instant of its own. */
export interface Scheduled extends HeapEntry {
  /** The instant of its turn, in milliseconds since the epoch. Written by the schedule only. */
  scheduledAt: number;
  /** Takes its turn. The promise tells the end of it, and never rejects; none means that it is over at once. */
  turn(): Promise<unknown> | undefined;
}

/**
 * How long the timer sleeps at most, in milliseconds. Timers do not count the time that a machine sleeps, so the clock
 * is looked at now and then.
 */
const MAX_SLEEP_MS = 60_000;
/** A timer that is early by more shows that the clock was set back. */
const TOLERANCE_MS = 1000;
/** How many turns may run at once: enough to keep the token requests busy, few enough to start no crowd. */
const MAX_RUNNING = 64;

/** Gives every entry its turn when it is due: a heap of instants, and one timer, however many entries. */
export class RefreshSchedule<T extends Scheduled> {
  readonly #timer: ScheduleTimer;
  readonly #clock: Clock;
  readonly #heap = new Heap<T>(({ scheduledAt }) => scheduledAt);
  #running = 0;
  #isStarted = false;
  #isOver = false;
  #armedFor = NEVER;
  /** When the clock was read last. */
  #seen = 0;

  constructor(timer: ScheduleTimer, clock: Clock) {
    this.#timer = timer;
    this.#clock = clock;
  }

  /** How many entries wait for their turn. */
  get size(): number {
    return this.#heap.size;
  }

  start(): void {
    this.#isStarted = true;
    this.#arm();
  }

  /** Ends it: no entry gets a turn any more, and none is taken in. */
  stop(): void {
    this.#isStarted = false;
    this.#isOver = true;
    this.#armedFor = NEVER;
    this.#timer.disarm();
    this.#heap.clear();
  }

  /** Gives an entry its turn at `instant`, and at no other; `NEVER` takes it off. */
  set(entry: T, instant: number): void {
    if (instant === NEVER || this.#isOver) return this.#heap.remove(entry);
    this.#look();
    entry.scheduledAt = instant;
    this.#heap.set(entry);
    if (this.#heap.first === entry) this.#arm();
  }

  #wake(): void {
    const now = this.#look(this.#armedFor);
    this.#armedFor = NEVER;
    while (this.#running < MAX_RUNNING) {
      const next = this.#heap.first;
      if (next === undefined || next.scheduledAt > now) break;
      this.#heap.remove(next);
      this.#run(next);
    }
    this.#arm();
  }

  /**
   * Reads the clock. Where it was set back, all turns come earlier by as much, in the same order; where it was set forward
   * or the machine slept, it decides as it is.
   * @param reached - An instant that has been reached, by what timers count.
   */
  #look(reached = this.#seen): number {
    const now = this.#clock.now();
    const back = reached - now;
    if (back > TOLERANCE_MS) {
      for (const entry of this.#heap.entries) entry.scheduledAt -= back;
      this.#armedFor -= back;
    }
    this.#seen = now;
    return now;
  }

  #run(entry: T): void {
    const turn = entry.turn();
    if (turn === undefined) return;
    this.#running += 1;
    void turn.finally(() => {
      this.#running -= 1;
      this.#arm();
    });
  }

  #arm(): void {
    const next = this.#heap.first;
    if (!this.#isStarted || next === undefined || this.#running >= MAX_RUNNING) return;
    if (this.#armedFor <= next.scheduledAt && this.#armedFor !== NEVER) return;
    const now = this.#look();
    const sleep = Math.min(Math.max(next.scheduledAt - now, 0), MAX_SLEEP_MS);
    this.#armedFor = now + sleep;
    this.#timer.arm(sleep, () => this.#wake());
  }
}
