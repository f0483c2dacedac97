import { type Clock, NEVER } from '../../clock.js';
import { HostPlaces, type Outcome } from './host-places.js';

/** A place in a queue. An urgent one goes first: callers wait for it. */
export class Ticket {
  #isUrgent = false;
  #onHurry: (() => void) | undefined;

  get isUrgent(): boolean {
    return this.#isUrgent;
  }

  /** Makes it urgent from now on. */
  hurry(): void {
    if (this.#isUrgent) return;
    this.#isUrgent = true;
    this.#onHurry?.();
  }

  /** Tells who holds the queue. */
  onHurry(move: () => void): void {
    this.#onHurry = move;
  }
}

/** A request that wants to leave. */
export interface Applicant {
  /** Stands for the tenant: one object for all its requests. */
  readonly tenant: object;
  readonly host: string;
  readonly ticket: Ticket;
}

/** A request's place among those under way. */
export interface Place {
  /** An answer has come, whatever it says. */
  answered(): void;
  /** Gives the place back; once is enough. */
  leave(outcome: Outcome): void;
}

/** Somebody in the queue. */
interface Waiting extends Applicant {
  readonly admit: () => void;
}

/** One host's requests: those under way, and who waits, in order of arrival. */
class HostQueue {
  readonly places: HostPlaces;
  readonly waiting = new Set<Waiting>();
  /** Ends the wait for the next look at it. */
  disarm = () => {};

  constructor(places: HostPlaces) {
    this.places = places;
  }

  /** Callers go before the schedule, and among each the tenants that fare well before those in trouble. */
  next(now: number): Waiting | undefined {
    let best: Waiting | undefined;
    let bestRank = 0;
    if (this.places.isFull(now)) return best;
    for (const one of this.waiting) {
      const rank = (one.ticket.isUrgent ? 3 : 1) + (this.places.isTroubled(one.tenant) ? 0 : 1);
      if (rank <= bestRank || !this.places.hasRoom(one, now)) continue;
      [best, bestRank] = [one, rank];
      if (rank === 4) break;
    }
    return best;
  }
}

/** At most `concurrency` token requests at once per host, by the rule of `HostPlaces`; callers go before the schedule. */
export class RequestLimiter {
  readonly #limit: number;
  readonly #clock: Clock;
  readonly #hosts = new Map<string, HostQueue>();
  readonly #inTrouble = new WeakSet<object>();

  constructor({ concurrency }: { readonly concurrency: number }, clock: Clock) {
    this.#limit = concurrency;
    this.#clock = clock;
  }

  /**
   * Waits until there is room on this host.
   * @throws the signal's reason; the place in the queue is given up then
   */
  enter(applicant: Applicant, signal: AbortSignal): Promise<Place> {
    const { host, tenant, ticket } = applicant;
    const queue = this.#hosts.get(host) ?? new HostQueue(new HostPlaces(this.#limit, this.#inTrouble));
    this.#hosts.set(host, queue);
    return new Promise((resolve, reject) => {
      const admit = () => {
        queue.waiting.delete(one);
        signal.removeEventListener('abort', giveUp);
        resolve(this.#place(host, queue, tenant));
      };
      const one = { ...applicant, admit };
      const giveUp = () => {
        queue.waiting.delete(one);
        this.#admit(host, queue);
        reject(signal.reason as Error);
      };
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      ticket.onHurry(() => {
        // Behind those who were urgent before.
        if (queue.waiting.delete(one)) queue.waiting.add(one);
        this.#admit(host, queue);
      });
      queue.waiting.add(one);
      return this.#admit(host, queue);
    });
  }

  #place(host: string, queue: HostQueue, tenant: object): Place {
    const attempt = queue.places.take(tenant, this.#clock.now());
    return {
      answered: () => queue.places.answered(attempt, this.#clock.now()),
      leave: (outcome) => {
        queue.places.leave(attempt, outcome);
        this.#admit(host, queue);
      },
    };
  }

  /** Lets in as many as there is room for, and looks again when time alone may make room. An idle host is forgotten. */
  #admit(host: string, queue: HostQueue): void {
    const now = this.#clock.now();
    queue.disarm();
    queue.places.look(now);
    for (let next = queue.next(now); next !== undefined; next = queue.next(now)) next.admit();
    if (queue.waiting.size > 0) this.#lookLater(host, queue, queue.places.nextLookAt(now));
    else if (queue.places.isEmpty && this.#hosts.get(host) === queue) this.#hosts.delete(host);
  }

  #lookLater(host: string, queue: HostQueue, instant: number): void {
    if (instant === NEVER) return;
    // Whole milliseconds: of a fraction too little remains now and then, and no time would pass.
    const ms = Math.ceil(instant - this.#clock.now());
    queue.disarm = this.#clock.after(ms, () => this.#admit(host, queue));
  }
}
