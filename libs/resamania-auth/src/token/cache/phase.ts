import { NEVER } from '../../clock.js';
import type { AccessToken } from './access-token.js';
import type { Seat, Urgency } from './token-flight.js';
import { isHalfOpen, isOver, waitingError, type WaitingPeriod } from './waiting-period.js';

/** What a cache does about its token. Whether it has a usable one is another matter. */
export type Phase =
  | { readonly name: 'resting' }
  /** A token request is under way. */
  | {
      readonly name: 'flying';
      readonly seat: Seat;
      readonly token: Promise<AccessToken>;
      /** The failures in a row before this flight. */
      readonly after: WaitingPeriod | undefined;
    }
  /** Since a failure; still so when the period is over, until somebody asks again. */
  | { readonly name: 'waiting'; readonly period: WaitingPeriod }
  /** For good. */
  | { readonly name: 'closed'; readonly makeError: () => Error };

export const RESTING: Phase = { name: 'resting' };

/** Whether the schedule may send a request at this instant. */
export function mayAsk(phase: Phase, now: number): boolean {
  switch (phase.name) {
    case 'resting':
      return true;
    case 'waiting':
      return isOver(phase.period, now);
    case 'flying':
    case 'closed':
      return false;
  }
}

/** How a request may leave at this instant, or the error for who asks. A caller may probe before the schedule may ask. */
export function departure(phase: Phase, urgency: Urgency, now: number, tenant: string): Urgency | Error {
  if (phase.name === 'closed') return phase.makeError();
  if (phase.name !== 'waiting' || isOver(phase.period, now)) return urgency;
  return urgency === 'caller' && isHalfOpen(phase.period, now) ? 'probe' : waitingError(phase.period, tenant);
}

/**
 * When the schedule has something to do for a token that is due at this instant.
 * @param endsAt - When the token in hand runs out, which is reported if it happens in a waiting period.
 */
export function nextTurn(phase: Phase, dueAt: number, endsAt: number): number {
  switch (phase.name) {
    case 'resting':
      return dueAt;
    case 'waiting':
      return Math.min(Math.max(phase.period.until, dueAt), endsAt);
    case 'flying':
    case 'closed':
      return NEVER;
  }
}

/** The failures in a row up to now, also during the flight that may end them. */
export function failuresIn(phase: Phase): WaitingPeriod | undefined {
  switch (phase.name) {
    case 'flying':
      return phase.after;
    case 'waiting':
      return phase.period;
    case 'resting':
    case 'closed':
      return undefined;
  }
}
