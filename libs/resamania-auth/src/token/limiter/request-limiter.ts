import { LRUCache } from 'lru-cache';

import { type Clock, NEVER } from '../../clock.js';
import type { Pause } from '../../gateway/gateway-pace.js';
import type { GatewayPaces } from '../../gateway/gateway-paces.js';
import { type HeaderBag, hasLimits } from '../../gateway/limits.js';
import type { TokenRequestPolicy } from '../../options/resolved-options.js';
import { HostPlaces, type Outcome } from './host-places.js';
import { HostQueue } from './host-queue.js';
import type { Waiting } from './lines.js';
import type { Ticket } from './ticket.js';
import { Trouble } from './trouble.js';

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
  /** It is sent now: from here on it may be late. */
  sent(): void;
  /** An answer has come, whatever it says. */
  answered(answer: { readonly status: number; readonly headers: HeaderBag }): void;
  /** Gives the place back; once is enough. */
  leave(outcome: Outcome): void;
}

/** A limit does not allow a request for longer than it can wait. */
export class LineIsShut extends Error {
  constructor(readonly pause: Pause) {
    super('the line of the gateway is shut');
  }
}

type LinePolicy = Pick<TokenRequestPolicy, 'concurrency' | 'deadlineMs'>;

/** How many hosts are known; the least recently used are forgotten. */
const MAX_HOSTS = 1000;

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
  readonly #trouble = new Trouble();

  constructor(policy: LinePolicy, clock: Clock, paces: GatewayPaces) {
    this.#policy = policy;
    this.#clock = clock;
    this.#paces = paces;
  }

  /**
   * Waits until there is room on this host and the gateway's limits allow it.
   * @throws LineIsShut
   * @throws the signal's reason; the place in the queue is given up then
   */
  enter({ tenant, host, apiKey, ticket }: Applicant, signal: AbortSignal): Promise<Place> {
    const queue = this.#queue(host);
    return new Promise((resolve, reject) => {
      const done = () => signal.removeEventListener('abort', giveUp);
      const one: Waiting = {
        tenant,
        ticket,
        pace: this.#paces.of(host, apiKey),
        admit: () => {
          done();
          resolve(this.#place(queue, one));
        },
        refuse: (pause) => {
          done();
          reject(new LineIsShut(pause));
        },
      };
      const giveUp = () => {
        queue.remove(one);
        reject(signal.reason as Error);
        this.#admit(queue);
      };
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      ticket.onHurry(() => {
        queue.hurried(one, this.#clock.now());
        this.#admit(queue);
      });
      queue.add(one, this.#clock.now());
      return this.#admit(queue);
    });
  }

  #queue(host: string): HostQueue {
    const { concurrency, deadlineMs } = this.#policy;
    const places = () => new HostPlaces(concurrency, this.#trouble);
    const queue = this.#hosts.get(host) ?? new HostQueue(places(), this.#trouble, deadlineMs);
    this.#hosts.set(host, queue);
    return queue;
  }

  #place(queue: HostQueue, { tenant, pace }: Waiting): Place {
    const takenAt = this.#clock.now();
    const attempt = queue.places.take(tenant, takenAt);
    const takeBack = pace.left(takenAt);
    let isAnswered = false;
    return {
      sent: () => {
        queue.places.sent(attempt, this.#clock.now());
        this.#admit(queue);
      },
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
        queue.sendAway(pace, this.#clock.now());
        this.#admit(queue);
      },
    };
  }

  /** Lets in as many as there is room for, and looks again when time alone may let one go. */
  #admit(queue: HostQueue): void {
    const now = this.#clock.now();
    queue.disarm();
    queue.places.look(now);
    for (let next = queue.next(now); next !== undefined; next = queue.next(now)) next.admit();
    this.#lookLater(queue, queue.isEmpty ? NEVER : queue.nextLookAt(now));
  }

  #lookLater(queue: HostQueue, instant: number): void {
    const now = this.#clock.now();
    // Whole milliseconds: of a fraction too little remains now and then, and no time would pass.
    const ms = Math.ceil(instant - now);
    queue.places.lookedAtNext = now + ms;
    if (ms < NEVER) queue.disarm = this.#clock.after(ms, () => this.#admit(queue));
  }
}
