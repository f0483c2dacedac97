import type { Random } from '../../clock.js';
import type { TokenFailure } from '../request/token-failure.js';
import { waitAfter } from './token-wait.js';

/** The memory of failures in a row. Instants are milliseconds since the epoch. */
export interface TokenTrouble {
  readonly failure: TokenFailure;
  /** How many in a row, this one included. */
  readonly count: number;
  /** How often the wait has grown. */
  readonly growth: number;
  readonly at: number;
  /** No request leaves before this instant. */
  readonly until: number;
  /** What callers are told: `until`, or the reset that the server advertised where that is later. */
  readonly retryAt: number;
}

/**
 * Remembers a failure on top of those before it.
 * @param usableUntil - Until when the old token serves; an instant that has passed where there is none.
 */
export function troubleAfter(
  previous: TokenTrouble | undefined,
  failure: TokenFailure,
  now: number,
  random: Random,
  usableUntil: number,
): TokenTrouble {
  const leftMs = Math.max(0, usableUntil - now);
  const { ms, growth } = waitAfter(failure, previous?.growth ?? 0, now, random, leftMs);
  const count = (previous?.count ?? 0) + 1;
  const until = now + ms;
  return { failure, count, growth, at: now, until, retryAt: Math.max(until, failure.resetAt ?? 0) };
}
