import type { Clock } from '../../clock.js';
import type { FetchRecording, ResamaniaTelemetry } from '../../telemetry/telemetry.js';
import { Ticket } from '../limiter/ticket.js';
import type { IssuedToken, TokenAtHand } from '../request/token-answer.js';
import { type TokenFailure, tokenFailure, TokenRequestFailed } from '../request/token-failure.js';
import type { ObtainOptions } from '../request/token-request.js';
import { recordedFetch } from '../request/recorded-fetch.js';
import { grantKey, type TokenGrant } from '../request/token-grant.js';

/**
 * Who wants a token: a caller who waits for it; a caller in a waiting period, who gets one attempt; or the schedule,
 * which goes behind all callers.
 */
export type Urgency = 'caller' | 'probe' | 'schedule';

/** What a flight takes along. */
interface FlightSource {
  /** The refresh token to spend. */
  takeRefreshToken(): string | undefined;
  atHand(): TokenAtHand;
}

/** What flights run on. */
interface TokenFlightPorts {
  /** Makes one token request, all attempts included. It must settle soon after the flight's signal aborts. */
  readonly obtain: (grant: TokenGrant, flight: ObtainOptions) => Promise<IssuedToken>;
  readonly clock: Clock;
  /** Time limit of a flight, in milliseconds. */
  readonly deadlineMs: number;
  readonly telemetry?: ResamaniaTelemetry | undefined;
}

/** One cache's place on a flight, which other caches of the same key may share. */
export interface Seat {
  /** Where flights are recorded. */
  readonly recording?: FetchRecording | undefined;
  /** The token, when the flight lands; `undefined` as soon as this place is given up. */
  readonly issued: Promise<IssuedToken | undefined>;
  /** Somebody waits now: go before the schedule, and start the deadline. */
  hurry(): void;
  /** Whether somebody waits. */
  isUrgent(): boolean;
  /** Gives the place up. The last one to leave ends the flight. */
  leave(): void;
}

type FlightDetails = Pick<ObtainOptions, 'refreshToken' | 'attempts' | 'atHand'>;

/**
 * One token request under way, shared by everybody who wants that token. It has a deadline of its own, counted from
 * the moment a caller waits on it or the request leaves, whichever is first: waiting in the schedule's queue is free.
 */
class TokenFlight {
  readonly #ports: TokenFlightPorts;
  readonly #ticket = new Ticket();
  readonly #abort = new AbortController();
  readonly #recording: FetchRecording | undefined;
  readonly result: Promise<IssuedToken>;
  #disarm: (() => void) | undefined;
  #passengers = 0;

  constructor(
    grant: TokenGrant,
    details: FlightDetails,
    ports: TokenFlightPorts,
    recording?: FetchRecording,
  ) {
    this.#ports = ports;
    this.#recording = recording;
    this.result = this.#run(grant, details);
    this.result.catch(() => undefined);
  }

  /** Aborted: its result is nobody's any more. */
  get isOver(): boolean {
    return this.#abort.signal.aborted;
  }

  board(urgency: Urgency): Seat {
    this.#passengers += 1;
    if (urgency !== 'schedule') this.#hurry();
    let giveUp = () => {};
    const left = new Promise<undefined>((resolve) => {
      giveUp = () => resolve(undefined);
    });
    return {
      recording: this.#recording,
      issued: Promise.race([this.result, left]),
      hurry: () => this.#hurry(),
      isUrgent: () => this.#ticket.isUrgent,
      leave: () => {
        giveUp();
        this.#passengers -= 1;
        if (this.#passengers === 0)
          this.#abort.abort(new Error('the flight was left by all who wanted its token'));
      },
    };
  }

  /** Fails it. */
  end(failure: TokenFailure): void {
    this.#abort.abort(new TokenRequestFailed(failure));
  }

  #hurry(): void {
    this.#ticket.hurry();
    this.#arm();
  }

  #arm(): void {
    const { clock, deadlineMs } = this.#ports;
    this.#disarm ??= clock.after(deadlineMs, () =>
      this.end(tokenFailure('deadline', { detail: String(deadlineMs) })),
    );
  }

  async #run(grant: TokenGrant, details: FlightDetails): Promise<IssuedToken> {
    const { signal } = this.#abort;
    const admitted = () => this.#arm();
    const flight = { signal, ticket: this.#ticket, admitted, ...details };
    const obtain = () => this.#ports.obtain(grant, flight);
    try {
      return await (this.#recording === undefined ? obtain() : recordedFetch(this.#recording, obtain));
    } finally {
      this.#disarm?.();
    }
  }
}

/** A seat after the end. */
const CLOSED_SEAT = (): Seat => ({
  issued: Promise.reject(new TokenRequestFailed(tokenFailure('closing'))),
  hurry: () => undefined,
  isUrgent: () => true,
  leave: () => undefined,
});

/** The flights under way, one per key. */
export class TokenFlights {
  readonly #flights = new Map<string, TokenFlight>();
  readonly #ports: TokenFlightPorts;
  #isClosed = false;

  constructor(ports: TokenFlightPorts) {
    this.#ports = ports;
  }

  /** Ends them all, whoever waits for them, and lets none depart any more. */
  close(): void {
    this.#isClosed = true;
    for (const flight of this.#flights.values()) flight.end(tokenFailure('closing'));
  }

  /**
   * Boards the flight of this grant's key, which departs now if there is none.
   * @param source - Gives what a flight takes along to one that departs.
   * @param cause - What telemetry knows the caller by who makes it depart.
   */
  board(grant: TokenGrant, urgency: Urgency, source: FlightSource, cause?: unknown): Seat {
    if (this.#isClosed) return CLOSED_SEAT();
    const key = grantKey(grant);
    const current = this.#flights.get(key);
    const flight =
      current === undefined || current.isOver ? this.#depart(key, grant, urgency, source, cause) : current;
    return flight.board(urgency);
  }

  #depart(
    key: string,
    grant: TokenGrant,
    urgency: Urgency,
    source: FlightSource,
    cause: unknown,
  ): TokenFlight {
    const details: FlightDetails = {
      refreshToken: source.takeRefreshToken(),
      atHand: source.atHand(),
      attempts: urgency === 'probe' ? 1 : undefined,
    };
    const flight = new TokenFlight(grant, details, this.#ports, this.#record(grant, urgency, cause));
    this.#flights.set(key, flight);
    const land = () => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    };
    flight.result.then(land, land);
    return flight;
  }

  #record({ tenant }: TokenGrant, urgency: Urgency, cause: unknown): FetchRecording | undefined {
    const { telemetry } = this.#ports;
    if (telemetry === undefined) return undefined;
    const trigger = urgency === 'schedule' ? 'schedule' : 'caller';
    return telemetry.startFetch({ tenant: tenant.name, trigger, cause, ...tenant.server });
  }
}
