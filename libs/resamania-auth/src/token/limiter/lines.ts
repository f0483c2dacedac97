import { NEVER } from '../../clock.js';
import type { GatewayPace, Pause } from '../../gateway/gateway-pace.js';
import { Heap, type HeapEntry } from '../../heap.js';
import type { Ticket } from './ticket.js';

/** Who goes first: callers before the schedule, and among each the tenants that fare well before those in trouble. */
export const RANKS = [
  { isUrgent: true, isTroubled: false },
  { isUrgent: true, isTroubled: true },
  { isUrgent: false, isTroubled: false },
  { isUrgent: false, isTroubled: true },
] as const;
export type Rank = 0 | 1 | 2 | 3;

/** Somebody in the queue. */
export interface Waiting {
  readonly tenant: object;
  readonly ticket: Ticket;
  readonly pace: GatewayPace;
  readonly admit: () => void;
  /** The line stays shut for longer than it can wait. */
  readonly refuse: (pause: Pause) => void;
}

/** Those of one rank who wait behind one gateway key, in order of arrival. */
export class Row implements HeapEntry {
  heapIndex = -1;
  readonly line: Line;
  readonly waiting = new Set<Waiting>();
  /** Its number in the order of turns. */
  turn = 0;
  /** When it opens, where it was found shut. */
  opensAt: number | undefined;

  constructor(line: Line) {
    this.line = line;
  }
}

/** Those who wait behind one gateway key. */
export class Line {
  readonly pace: GatewayPace;
  /** By rank, where somebody of it has come. */
  readonly rows: (Row | undefined)[] = [];
  /** The end of the last pause that all of them were asked about. */
  askedUntil = 0;
  /** Ends what the pace tells of itself. */
  unwatch = () => {};

  constructor(pace: GatewayPace) {
    this.pace = pace;
  }

  row(rank: Rank): Row {
    return (this.rows[rank] ??= new Row(this));
  }

  get waiting(): Waiting[] {
    return this.rows.flatMap((row) => Array.from(row?.waiting ?? []));
  }

  get isEmpty(): boolean {
    return this.rows.every((row) => row === undefined || row.waiting.size === 0);
  }
}

/**
 * Whose turn it is among the rows of one rank: of those that may be open, the one that has waited for longest since its
 * last turn. Rows that were found shut stand apart until they open, however many they are, and keep their turn.
 */
export class Turns {
  readonly #open = new Heap<Row>(({ turn }) => turn);
  readonly #shut = new Heap<Row>(({ opensAt = NEVER }) => opensAt);
  #last = 0;

  get isEmpty(): boolean {
    return this.#open.size + this.#shut.size === 0;
  }

  /** When the first of the shut rows opens. */
  get opensAt(): number {
    return this.#shut.first?.opensAt ?? NEVER;
  }

  /** The row to look at next. */
  next(now: number): Row | undefined {
    for (let first = this.#shut.first; first !== undefined; first = this.#shut.first) {
      if ((first.opensAt ?? NEVER) > now) break;
      this.reopen(first);
    }
    return this.#open.first;
  }

  /** All others come before this open row now; a new one comes in. */
  toEnd(row: Row): void {
    this.#last += 1;
    row.turn = this.#last;
    this.#open.set(row);
  }

  shut(row: Row, opensAt: number): void {
    this.#open.remove(row);
    row.opensAt = opensAt;
    this.#shut.set(row);
  }

  /** It may be open again. */
  reopen(row: Row): void {
    if (row.opensAt === undefined) return;
    this.remove(row);
    this.#open.set(row);
  }

  reopenAll(): void {
    for (const row of Array.from(this.#shut.entries)) this.reopen(row);
  }

  remove(row: Row): void {
    if (row.opensAt === undefined) this.#open.remove(row);
    else this.#shut.remove(row);
    row.opensAt = undefined;
  }
}
