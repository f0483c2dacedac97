import { NEVER } from '../../clock.js';
import type { ListenedSignal } from '../../waiting.js';
import { recordedWait } from '../request/recorded-fetch.js';
import type { IssuedToken } from '../request/token-answer.js';
import { failureOf, TokenPostponed } from '../request/token-failure.js';
import type { AccessToken } from './access-token.js';
import { departure, failuresIn, mayAsk, nextTurn, type Phase, RESTING } from './phase.js';
import type { TokenCachePorts, TokenSubject } from './token-cache-ports.js';
import type { Seat, Urgency } from './token-flight.js';
import type { TokenInHand } from './token-in-hand.js';
import { waitingError, waitingPeriod } from './waiting-period.js';

/**
 * The requests for the token of one subject, one at a time: what is under way, what came of the last one, and when the
 * schedule has its next turn. `#enter()` alone changes the phase.
 */
export class TokenRequests<Owner extends TokenSubject> {
  readonly #owner: Owner;
  readonly #hand: TokenInHand;
  readonly #ports: TokenCachePorts<Owner>;
  #phase: Phase = RESTING;
  /** Whether it was reported that callers go without a token, since the last one. */
  #isMissed = false;
  /** Nobody will ask for this cache any more, but for those who hold it. */
  #isRetired = false;

  constructor(owner: Owner, hand: TokenInHand, ports: TokenCachePorts<Owner>) {
    this.#owner = owner;
    this.#hand = hand;
    this.#ports = ports;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Starts over, with what changed meanwhile. A flight under way is left, unless its token is still the right one. */
  restart({ keepFlight }: { keepFlight: boolean }): void {
    const phase = this.#phase;
    this.#isMissed = false;
    this.#enter(phase.name === 'flying' && keepFlight ? { ...phase, after: undefined } : RESTING);
  }

  /** Ends it: no more requests, and everybody who waits or comes later gets this error. */
  close(makeError: () => Error): void {
    this.#enter({ name: 'closed', makeError });
  }

  /** Stays out of the schedule from now on: whoever holds the cache can still ask. */
  retire(): void {
    this.#isRetired = true;
    this.#enter(this.#phase);
  }

  /** Has the schedule obtain the next token at this instant. */
  planFor(instant: number): void {
    this.#hand.planFor(instant);
    this.#enter(this.#phase);
  }

  /** Renews a token that is due, where the phase allows it. Nobody waits for it. */
  renewBehind(now: number): void {
    if (mayAsk(this.#phase, now)) void this.request('schedule');
  }

  /** The schedule's turn: renews, unless nobody needs it. The promise never rejects. */
  turn(): Promise<unknown> | undefined {
    const isNeeded = this.#ports.policy.keepWarm || this.#hand.used || this.#isFirst();
    if (!isNeeded) return undefined;
    if (this.#isScheduled() && mayAsk(this.#phase, this.#now()))
      return this.request('schedule').catch(() => undefined);
    // The token in hand has run out in a waiting period.
    this.#reportMissing();
    this.#enter(this.#phase);
    return undefined;
  }

  /** The next token, from the request under way or from one that leaves now. Fails at once where none may leave. */
  request(urgency: Urgency): Promise<AccessToken> {
    const phase = this.#phase;
    if (phase.name === 'flying') {
      if (urgency === 'caller') phase.seat.hurry();
      return phase.token;
    }
    const { tenant, principal } = this.#owner;
    const { flights, telemetry, inContext } = this.#ports;
    const leaving = departure(phase, urgency, this.#now(), tenant.name);
    if (leaving instanceof Error) {
      this.#reportMissing();
      return Promise.reject(leaving);
    }
    // The schedule's turn runs in the context that the application was started in: nobody asks there.
    const cause = urgency === 'schedule' ? undefined : telemetry?.caller();
    return inContext(() => {
      const seat = flights.board({ tenant, principal }, leaving, this.#hand, cause);
      const token = this.#land(seat);
      // Nobody has to wait for it.
      token.catch(() => undefined);
      this.#enter({ name: 'flying', seat, token, after: failuresIn(phase) });
      return token;
    });
  }

  /** The same for a caller, who waits for it. */
  wait(signal?: ListenedSignal): Promise<AccessToken> {
    const token = this.request('caller');
    const { telemetry } = this.#ports;
    const recording = this.#phase.name === 'flying' ? this.#phase.seat.recording : undefined;
    if (telemetry === undefined || recording === undefined) return token;
    return recordedWait(telemetry.startWait(this.#owner.tenant.name, recording), token, signal);
  }

  #now(): number {
    return this.#ports.clock.now();
  }

  /** Whether the token is obtained ahead of callers. */
  #isScheduled(): boolean {
    return this.#ports.policy.enabled || this.#isFirst();
  }

  /** Nothing has come of it yet, good or bad. */
  #isFirst(): boolean {
    return this.#hand.obtained === 0 && failuresIn(this.#phase) === undefined;
  }

  /** Gives up the seat of a flight that is left, and tells the schedule. */
  #enter(phase: Phase): void {
    const before = this.#phase;
    if (before.name !== 'closed') this.#phase = phase;
    if (before.name === 'flying' && !this.#isOn(before.seat)) before.seat.leave();
    const { dueAt, usableUntil } = this.#hand;
    const endsAt = usableUntil > this.#now() ? usableUntil : NEVER;
    const instant = nextTurn(this.#phase, this.#isScheduled() ? dueAt : NEVER, endsAt);
    this.#ports.schedule.set(this.#owner, this.#isRetired ? NEVER : instant);
  }

  #isOn(seat: Seat): boolean {
    return this.#phase.name === 'flying' && this.#phase.seat === seat;
  }

  /** What comes of a flight. Whoever waits when its seat is given up goes on with what there is then, at once. */
  async #land(seat: Seat): Promise<AccessToken> {
    const issued = await seat.issued.catch((error: unknown) => {
      if (!this.#isOn(seat)) return;
      if (!(error instanceof TokenPostponed)) throw this.#fail(error);
      this.#postpone(error);
      // Nobody waits, unless somebody came at the last moment.
      if (!seat.isUrgent()) throw error;
    });
    if (issued && this.#isOn(seat)) return this.#adopt(issued);
    this.#hand.used = true;
    return this.request('caller');
  }

  #adopt(issued: IssuedToken): AccessToken {
    const { policy, random, events, telemetry } = this.#ports;
    const failures = failuresIn(this.#phase)?.count ?? 0;
    const adopted = this.#hand.adopt(issued, policy, this.#now(), random);
    this.#hand.used = false;
    this.#isMissed = false;
    this.#enter(RESTING);
    if (adopted.renewal) telemetry?.replaced(this.#owner.tenant.name, adopted.leftMs);
    events.obtained(this.#owner, { ...adopted, failures });
    return adopted.token;
  }

  /** Plans the next try: no failure, and no success. In time for the end of the token in hand. */
  #postpone({ until }: TokenPostponed): void {
    const { lastStartAt } = this.#hand;
    const after = failuresIn(this.#phase);
    this.#hand.planFor(lastStartAt > this.#now() ? Math.min(until, lastStartAt) : until);
    this.#enter(after === undefined ? RESTING : { name: 'waiting', period: after });
  }

  #fail(error: unknown): Error {
    const { random, events } = this.#ports;
    const now = this.#now();
    const old = this.#hand;
    const before = failuresIn(this.#phase);
    const period = waitingPeriod(before, failureOf(error), { now, random, old });
    this.#hand.used = false;
    // A first token that nobody had planned is asked for again.
    if (old.dueAt === NEVER) old.planFor(now);
    this.#enter({ name: 'waiting', period });
    const repeated = before?.failure.code === period.failure.code;
    events.failed(this.#owner, { period, repeated, tokenStillUsable: old.usable(now) !== undefined });
    this.#reportMissing();
    return waitingError(period, this.#owner.tenant.name);
  }

  /** Reports, once until the next token, that callers go without one in a waiting period. */
  #reportMissing(): void {
    const phase = this.#phase;
    if (phase.name !== 'waiting' || this.#isMissed || this.#hand.usable(this.#now()) !== undefined) return;
    this.#isMissed = true;
    this.#ports.events.waitStarted(this.#owner, phase.period);
  }
}
