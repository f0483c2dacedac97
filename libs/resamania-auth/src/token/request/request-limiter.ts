import { LRUCache } from 'lru-cache';

import { type Clock, NEVER } from '../../clock.js';
import type { GatewayPace, GatewayPaces } from '../../gateway/gateway-pace.js';
import { hasLimits } from '../../gateway/limits.js';
import type { TokenRequestPolicy } from '../../options/resolved-options.js';
import type { HttpAnswer } from './http-token-transport.js';
import { HostPlaces, type Outcome, type Ticket } from './host-places.js';
import { tokenFailure, TokenRequestFailed } from './token-failure.js';

/** A request that wants to leave. */
export interface Applicant {
  /** Stands for the tenant: one object for all its requests. */
  readonly tenant: object;
  readonly host: string;
  /** The gateway key that it is sent with. */
  readonly apiKey: string | undefined;
  readonly ticket: Ticket;
}

/** A request's place among those under way. */
export interface Place {
  /** An answer has come, whatever it says. */
  answered(answer: HttpAnswer): void;
  /** Gives the place back; once is enough. */
  leave(outcome: Outcome): void;
}

type LinePolicy = Pick<TokenRequestPolicy, 'concurrency' | 'deadlineMs'>;

/** How many hosts are known; the least recently used are forgotten. */
const MAX_HOSTS = 1000;
/** How long the schedule stands in a line that is paused, in milliseconds: longer than a window of the rate limit. */
const SCHEDULE_PATIENCE_MS = 120_000;

/** Somebody in the queue. */
interface Waiting {
  readonly tenant: object;
  readonly ticket: Ticket;
  readonly pace: GatewayPace;
  /** Tells that it is out of the queue. */
  readonly gone: () => void;
  readonly admit: () => void;
  readonly refuse: (error: Error) => void;
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

  remove(one: Waiting): Waiting {
    this.waiting.delete(one);
    one.gone();
    return one;
  }

  /** Callers go before the schedule, and among each the tenants that fare well before those in trouble. */
  next(now: number): Waiting | undefined {
    let best: Waiting | undefined;
    let bestRank = 0;
    if (this.places.isFull(now)) return best;
    for (const one of this.waiting) {
      const rank = (one.ticket.isUrgent ? 3 : 1) + (this.places.isTroubled(one.tenant) ? 0 : 1);
      if (rank <= bestRank || !this.places.hasRoom(one, now)) continue;
      if (one.pace.opensAt(one.ticket, now) > now) continue;
      [best, bestRank] = [one, rank];
      if (rank === 4) break;
    }
    return best;
  }

  /** When time alone may let somebody go. */
  nextLookAt(now: number): number {
    const instants = Array.from(this.waiting, ({ pace, ticket }) => pace.opensAt(ticket, now));
    return instants.reduce((a, b) => (b > now && b < a ? b : a), this.places.nextLookAt(now));
  }

  /** Sends away whose line stays shut for longer than they can wait: who has used up a quota waits for nothing. */
  refuse(now: number, callerPatienceMs: number): void {
    for (const one of this.waiting) {
      const { pace, ticket } = one;
      const pause = pace.pauseAt(now);
      if (pause === undefined) continue;
      const patienceMs = ticket.isUrgent ? callerPatienceMs : SCHEDULE_PATIENCE_MS;
      if (pause.limiter !== 'quota' && pause.until - now < patienceMs) continue;
      this.remove(one).refuse(
        new TokenRequestFailed(tokenFailure(pause.limiter, { resetAt: pause.resetAt })),
      );
    }
  }
}

/**
 * The line of token requests: at most `concurrency` at once per host, by the rule of `HostPlaces`, and no faster than the
 * gateway allows, by that of `GatewayPace`. Callers go before the schedule.
 */
export class RequestLimiter {
  readonly #policy: LinePolicy;
  readonly #clock: Clock;
  readonly #paces: GatewayPaces;
  /** What is known of a host outlives its requests. */
  readonly #hosts = new LRUCache<string, HostQueue>({ max: MAX_HOSTS });
  readonly #inTrouble = new WeakSet<object>();

  constructor(policy: LinePolicy, clock: Clock, paces: GatewayPaces) {
    this.#policy = policy;
    this.#clock = clock;
    this.#paces = paces;
  }

  /**
   * Waits until there is room on this host and the gateway's limits allow it.
   * @throws TokenRequestFailed when a limit does not allow it for longer than can be waited
   * @throws the signal's reason; the place in the queue is given up then
   */
  enter({ tenant, host, apiKey, ticket }: Applicant, signal: AbortSignal): Promise<Place> {
    const queue = this.#queue(host);
    return new Promise((resolve, reject) => {
      const one: Waiting = {
        tenant,
        ticket,
        pace: this.#paces.of(host, apiKey),
        gone: () => signal.removeEventListener('abort', giveUp),
        admit: () => resolve(this.#place(queue, one)),
        refuse: reject,
      };
      const giveUp = () => {
        queue.remove(one).refuse(signal.reason as Error);
        this.#admit(queue);
      };
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      ticket.onHurry(() => {
        // Behind those who were urgent before.
        if (queue.waiting.delete(one)) queue.waiting.add(one);
        this.#admit(queue);
      });
      queue.waiting.add(one);
      return this.#admit(queue);
    });
  }

  #queue(host: string): HostQueue {
    const places = () => new HostPlaces(this.#policy.concurrency, this.#inTrouble);
    const queue = this.#hosts.get(host) ?? new HostQueue(places());
    this.#hosts.set(host, queue);
    return queue;
  }

  #place(queue: HostQueue, { tenant, pace }: Waiting): Place {
    const attempt = queue.places.take(tenant, this.#clock.now());
    const takeBack = pace.left(attempt.startedAt);
    let isAnswered = false;
    return {
      answered: (answer) => {
        isAnswered = true;
        const now = this.#clock.now();
        queue.places.answered(attempt, now);
        pace.over(answer, now);
        if (hasLimits(answer.headers)) this.#paces.remember(tenant, pace);
      },
      leave: (outcome) => {
        if (outcome === 'unsent') takeBack();
        else if (!isAnswered) pace.over(undefined, this.#clock.now());
        queue.places.leave(attempt, outcome);
        this.#admit(queue);
      },
    };
  }

  /** Lets in as many as there is room for, and looks again when time alone may let one go. */
  #admit(queue: HostQueue): void {
    const now = this.#clock.now();
    queue.disarm();
    queue.places.look(now);
    queue.refuse(now, this.#policy.deadlineMs);
    for (let next = queue.next(now); next !== undefined; next = queue.next(now)) queue.remove(next).admit();
    if (queue.waiting.size > 0) this.#lookLater(queue, queue.nextLookAt(now));
  }

  #lookLater(queue: HostQueue, instant: number): void {
    if (instant === NEVER) return;
    // Whole milliseconds: of a fraction too little remains now and then, and no time would pass.
    const ms = Math.ceil(instant - this.#clock.now());
    queue.disarm = this.#clock.after(ms, () => this.#admit(queue));
  }
}
