import type { Clock } from '../../clock.js';
import { Ticket } from '../request/request-limiter.js';
import type { IssuedToken } from '../request/token-answer.js';
import { deadlineExceeded, TokenRequestFailed } from '../request/token-failure.js';
import { grantKey, type TokenGrant } from '../request/token-grant.js';

/** Makes one token request, all attempts included. It must settle soon after `signal` aborts. */
export type ObtainToken = (flight: {
  signal: AbortSignal;
  ticket: Ticket;
  admitted: () => void;
}) => Promise<IssuedToken>;

/**
 * One token request under way, shared by everybody who wants that token. It has a deadline of its own, counted from
 * the moment a caller waits on it or the request leaves, whichever is first: waiting in the schedule's queue is free.
 */
export class TokenFlight {
  readonly result: Promise<IssuedToken>;
  readonly #ticket = new Ticket();
  readonly #abort = new AbortController();
  #disarm: (() => void) | undefined;
  #passengers = 0;

  constructor(
    obtain: ObtainToken,
    private readonly clock: Clock,
    private readonly deadlineMs: number,
  ) {
    this.result = this.#run(obtain);
    this.result.catch(() => undefined);
  }

  /** Aborted: its result is nobody's any more. */
  get isOver(): boolean {
    return this.#abort.signal.aborted;
  }

  board(urgent: boolean): void {
    this.#passengers += 1;
    if (urgent) this.hurry();
  }

  /** The last one to leave ends the flight. */
  leave(reason: Error): void {
    this.#passengers -= 1;
    if (this.#passengers === 0) this.#abort.abort(reason);
  }

  /** Somebody waits now: go before the schedule, and start the deadline. */
  hurry(): void {
    this.#ticket.hurry();
    this.#arm();
  }

  #arm(): void {
    this.#disarm ??= this.clock.after(this.deadlineMs, () => {
      this.#abort.abort(new TokenRequestFailed(deadlineExceeded(this.deadlineMs)));
    });
  }

  async #run(obtain: ObtainToken): Promise<IssuedToken> {
    try {
      return await obtain({ signal: this.#abort.signal, ticket: this.#ticket, admitted: () => this.#arm() });
    } finally {
      this.#disarm?.();
    }
  }
}

/** The flights under way, one per key. */
export class TokenFlights {
  readonly #flights = new Map<string, TokenFlight>();

  constructor(
    private readonly clock: Clock,
    private readonly deadlineMs: number,
  ) {}

  /** Boards the flight of this grant's key, which departs now if there is none. */
  board(grant: TokenGrant, urgent: boolean, obtain: ObtainToken): TokenFlight {
    const key = grantKey(grant);
    const current = this.#flights.get(key);
    const flight = current === undefined || current.isOver ? this.#depart(key, obtain) : current;
    flight.board(urgent);
    return flight;
  }

  #depart(key: string, obtain: ObtainToken): TokenFlight {
    const flight = new TokenFlight(obtain, this.clock, this.deadlineMs);
    this.#flights.set(key, flight);
    const land = () => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    flight.result.then(land, land);
    return flight;
  }
}
