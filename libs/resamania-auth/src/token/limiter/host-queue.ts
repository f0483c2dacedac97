import { NEVER } from '../../clock.js';
import type { GatewayPace, Pause } from '../../gateway/gateway-pace.js';
import type { HostPlaces } from './host-places.js';
import { Line, type Rank, RANKS, type Row, Turns, type Waiting } from './lines.js';
import type { Trouble } from './trouble.js';

/** How long the schedule stands in a line that is paused, in milliseconds: longer than a window of the rate limit. */
const SCHEDULE_PATIENCE_MS = 120_000;

/** Something of each rank. */
type ByRank<T> = readonly [T, T, T, T];

/** Where somebody stands. */
interface Stand {
  readonly line: Line;
  rank: Rank;
  readonly unwatch: () => void;
}

/**
 * One host's queue of token requests. A longer queue makes nothing here take longer, but what is done once for a pause: ten
 * thousand tenants may start at once, and a thousand gateway keys may be paused.
 */
export class HostQueue {
  readonly places: HostPlaces;
  readonly #trouble: Trouble;
  /** How long a caller stands in a line that is paused, in milliseconds. */
  readonly #patienceMs: number;
  readonly #stands = new Map<Waiting, Stand>();
  readonly #lines = new Map<GatewayPace, Line>();
  readonly #turns: ByRank<Turns> = [new Turns(), new Turns(), new Turns(), new Turns()];
  /** When the first of the lines opens that keep somebody from a free place. */
  #opensAt = NEVER;
  /** When `next()` was asked last. */
  #seen = 0;
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
    const line = this.#lines.get(one.pace) ?? this.#newLine(one.pace);
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
    if (!stand.line.isEmpty) return true;
    this.#lines.delete(stand.line.pace);
    stand.line.unwatch();
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
    // The clock was set back: pauses that begin in the future are over.
    if (now < this.#seen) for (const turns of this.#turns) turns.reopenAll();
    this.#seen = now;
    this.#opensAt = NEVER;
    for (const [rank, who] of RANKS.entries()) {
      const turns = this.#turns[rank as Rank];
      if (turns.isEmpty || !this.places.hasRoom(who, now)) continue;
      for (let row = turns.next(now); row !== undefined; row = turns.next(now)) {
        const opensAt = row.line.pace.opensAt(who, now);
        if (opensAt <= now) return this.#takeFrom(row, turns);
        turns.shut(row, opensAt);
        this.sendAway(row.line.pace, now);
      }
      this.#opensAt = Math.min(this.#opensAt, turns.opensAt);
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
    for (const one of line.waiting)
      if (this.#isTooLong(pause, one, now) && this.remove(one)) one.refuse(pause);
  }

  /** Who has used up a quota waits for nothing. */
  #isTooLong({ limiter, until }: Pause, { ticket }: Waiting, now: number): boolean {
    const patienceMs = ticket.isUrgent ? this.#patienceMs : SCHEDULE_PATIENCE_MS;
    return limiter === 'quota' || until - now >= patienceMs;
  }

  #newLine(pace: GatewayPace): Line {
    const line = new Line(pace);
    this.#lines.set(pace, line);
    line.unwatch = pace.watch(() => {
      for (const [rank, row] of line.rows.entries())
        if (row !== undefined) this.#turns[rank as Rank].reopen(row);
    });
    return line;
  }

  #takeFrom(row: Row, turns: Turns): Waiting | undefined {
    const [first] = row.waiting;
    if (first !== undefined) this.remove(first);
    // The other lines of this rank come before it now.
    if (row.waiting.size > 0) turns.toEnd(row);
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
    const row = line.row(rank);
    if (row.waiting.size === 0) this.#turns[rank].toEnd(row);
    row.waiting.add(one);
  }

  #leave(one: Waiting, { line, rank }: Stand): void {
    const row = line.row(rank);
    row.waiting.delete(one);
    if (row.waiting.size === 0) this.#turns[rank].remove(row);
  }

  #rankOf({ tenant, ticket }: Waiting): Rank {
    const isTroubled = this.#trouble.has(tenant);
    return RANKS.findIndex(
      (rank) => rank.isUrgent === ticket.isUrgent && rank.isTroubled === isTroubled,
    ) as Rank;
  }
}
