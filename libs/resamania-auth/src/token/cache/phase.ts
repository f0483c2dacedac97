import { NEVER } from '../../clock.js';
import type { AccessToken } from './access-token.js';
import type { Seat } from './token-flight.js';
import { waitingError, type WaitingPeriod } from './waiting-period.js';

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

/** Whether a request may leave at this instant. */
export function mayAsk(phase: Phase, now: number): boolean {
  switch (phase.name) {
    case 'resting':
      return true;
    case 'waiting':
      return now >= phase.period.until;
    case 'flying':
    case 'closed':
      return false;
  }
}

/** Why no request may leave at this instant, as the error for who asks; `undefined` where one may. */
export function refusal(phase: Phase, now: number, tenant: string): Error | undefined {
  if (phase.name === 'closed') return phase.makeError();
  return phase.name === 'waiting' && !mayAsk(phase, now) ? waitingError(phase.period, tenant) : undefined;
}

/** When the schedule has something to do for a token that is due at this instant. */
export function nextTurn(phase: Phase, dueAt: number): number {
  switch (phase.name) {
    case 'resting':
      return dueAt;
    case 'waiting':
      return Math.max(phase.period.until, dueAt);
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
