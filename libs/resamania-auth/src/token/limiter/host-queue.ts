import { NEVER } from '../../clock.js';
import type { GatewayPace, Pause } from '../../gateway/gateway-pace.js';
import type { HostPlaces } from './host-places.js';
import type { Ticket } from './ticket.js';
import type { Trouble } from './trouble.js';

/** How long the schedule stands in a line that is paused, in milliseconds: longer than a window of the rate limit. */
const SCHEDULE_PATIENCE_MS = 120_000;

/** Who goes first: callers before the schedule, and among each the tenants that fare well before those in trouble. */
const RANKS = [
  { isUrgent: true, isTroubled: false },
  { isUrgent: true, isTroubled: true },
  { isUrgent: false, isTroubled: false },
  { isUrgent: false, isTroubled: true },
] as const;
type Rank = 0 | 1 | 2 | 3;
/** Something of each rank. */
type ByRank<T> = readonly [T, T, T, T];

/** Somebody in the queue. */
export interface Waiting {
  readonly tenant: object;
  readonly ticket: Ticket;
  readonly pace: GatewayPace;
  readonly admit: () => void;
  /** The line stays shut for longer than it can wait. */
  readonly refuse: (pause: Pause) => void;
}

/** Those who wait behind one gateway key, in order of arrival. */
class Line {
  readonly pace: GatewayPace;
  readonly waiting: ByRank<Set<Waiting>> = [new Set(), new Set(), new Set(), new Set()];
  /** The end of the last pause that all of them were asked about. */
  askedUntil = 0;

  constructor(pace: GatewayPace) {
    this.pace = pace;
  }

  get isEmpty(): boolean {
    return this.waiting.every(({ size }) => size === 0);
  }
}

/** Where somebody stands. */
interface Stand {
  readonly line: Line;
  rank: Rank;
  readonly unwatch: () => void;
}

/**
 * One host's queue of token requests. A longer queue makes nothing here take longer, but what is done once for a pause, and
 * each gateway key whose line is shut: ten thousand tenants may start at once.
 */
export class HostQueue {
  readonly places: HostPlaces;
  readonly #trouble: Trouble;
  /** How long a caller stands in a line that is paused, in milliseconds. */
  readonly #patienceMs: number;
  readonly #stands = new Map<Waiting, Stand>();
  readonly #lines = new Map<GatewayPace, Line>();
  /** The lines that somebody of a rank waits in. Each has its turn. */
  readonly #linesOf: ByRank<Set<Line>> = [new Set(), new Set(), new Set(), new Set()];
  /** When the first of the lines opens that were found shut. */
  #opensAt = NEVER;
  /** Ends the wait for the next look at it. */
  disarm = () => {};

  constructor(places: HostPlaces, trouble: Trouble, patienceMs: number) {
    this.places = places;
    this.#trouble = trouble;
    this.#patienceMs = patienceMs;
  }

  get isEmpty(): boolean {
    return this.#stands.size === 0;
  }

  add(one: Waiting, now: number): void {
    const pause = one.pace.pauseAt(now);
    if (pause !== undefined && this.#isTooLong(pause, one, now)) return one.refuse(pause);
    const line = this.#lines.get(one.pace) ?? new Line(one.pace);
    this.#lines.set(one.pace, line);
    const unwatch = this.#trouble.watch(one.tenant, () => this.#move(one));
    const stand: Stand = { line, rank: this.#rankOf(one), unwatch };
    this.#stands.set(one, stand);
    this.#join(one, stand);
  }

  /** @returns whether it was there */
  remove(one: Waiting): boolean {
    const stand = this.#stands.get(one);
    if (stand === undefined) return false;
    this.#stands.delete(one);
    stand.unwatch();
    this.#leave(one, stand);
    if (stand.line.isEmpty) this.#lines.delete(stand.line.pace);
    return true;
  }

  /** Its ticket has become urgent. It goes behind those who were urgent before. */
  hurried(one: Waiting, now: number): void {
    this.#move(one);
    const pause = one.pace.pauseAt(now);
    if (pause !== undefined && this.#isTooLong(pause, one, now) && this.remove(one)) one.refuse(pause);
  }

  /** Who may leave now. Sends away those whose line is found to stay shut for longer than they can wait. */
  next(now: number): Waiting | undefined {
    this.#opensAt = NEVER;
    for (const [rank, who] of RANKS.entries()) {
      const lines = this.#linesOf[rank as Rank];
      if (lines.size === 0 || !this.places.hasRoom(who, now)) continue;
      for (const line of lines) {
        const opensAt = line.pace.opensAt(who, now);
        if (opensAt <= now) return this.#takeFrom(line, rank as Rank);
        this.#opensAt = Math.min(this.#opensAt, opensAt);
        this.sendAway(line.pace, now);
      }
    }
    return undefined;
  }

  /** When time alone may let somebody go. Follows `next()`. */
  nextLookAt(now: number): number {
    return Math.min(this.#opensAt, this.places.nextLookAt(now));
  }

  /** Sends away those whose line stays shut for longer than they can wait. All of them are asked once for each pause. */
  sendAway(pace: GatewayPace, now: number): void {
    const pause = pace.pauseAt(now);
    const line = this.#lines.get(pace);
    if (pause === undefined || line === undefined || line.askedUntil === pause.until) return;
    line.askedUntil = pause.until;
    const all = line.waiting.flatMap((waiting) => Array.from(waiting));
    for (const one of all) if (this.#isTooLong(pause, one, now) && this.remove(one)) one.refuse(pause);
  }

  /** Who has used up a quota waits for nothing. */
  #isTooLong({ limiter, until }: Pause, { ticket }: Waiting, now: number): boolean {
    const patienceMs = ticket.isUrgent ? this.#patienceMs : SCHEDULE_PATIENCE_MS;
    return limiter === 'quota' || until - now >= patienceMs;
  }

  #takeFrom(line: Line, rank: Rank): Waiting | undefined {
    const [first] = line.waiting[rank];
    if (first !== undefined) this.remove(first);
    // The other lines of this rank come before it now.
    if (this.#linesOf[rank].delete(line)) this.#linesOf[rank].add(line);
    return first;
  }

  #move(one: Waiting): void {
    const stand = this.#stands.get(one);
    if (stand === undefined) return;
    this.#leave(one, stand);
    stand.rank = this.#rankOf(one);
    this.#join(one, stand);
  }

  #join(one: Waiting, { line, rank }: Stand): void {
    line.waiting[rank].add(one);
    this.#linesOf[rank].add(line);
  }

  #leave(one: Waiting, { line, rank }: Stand): void {
    const waiting = line.waiting[rank];
    waiting.delete(one);
    if (waiting.size === 0) this.#linesOf[rank].delete(line);
  }

  #rankOf({ tenant, ticket }: Waiting): Rank {
    const isTroubled = this.#trouble.has(tenant);
    return RANKS.findIndex(
      (rank) => rank.isUrgent === ticket.isUrgent && rank.isTroubled === isTroubled,
    ) as Rank;
  }
}
