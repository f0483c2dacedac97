import { describe, expect, it } from '@jest/globals';

import { type FailureKind, type TokenFailure, tokenFailure } from '../request/token-failure.js';
import { lengthOf, type OldToken, waitingPeriod } from './waiting-period.js';

const NOW = 1_000_000;

function failure(kind: FailureKind, resetAt?: number): TokenFailure {
  return { ...tokenFailure('unexpected'), kind, ...(resetAt !== undefined && { resetAt }) };
}

describe('the length of a waiting period', () => {
  it.each<[string, TokenFailure, number, number, number]>([
    ['a transient failure: up to a second', failure('transient'), 1, 1, 1000],
    ['doubling', failure('transient'), 4, 1, 8000],
    ['a minute at most', failure('transient'), 40, 1, 60_000],
    ['full jitter', failure('transient'), 4, 0.25, 2000],
    ['never a hot loop', failure('transient'), 1, 0, 100],
    ['never a hot loop, however often the draw is bad', failure('transient'), 7, 0, 6000],
    ['as long as the server says', failure('transient', NOW + 30_000), 1, 0.1, 30_000],
    ['a rejection: a minute', failure('rejected'), 1, 0, 60_000],
    ['a rejection: doubling', failure('rejected'), 3, 0, 240_000],
    ['a rejection: a quarter of an hour at most', failure('rejected'), 99, 0, 900_000],
    ['a limit: until its reset', failure('limited', NOW + 5000), 3, 0.5, 5000],
    ['a limit: an hour at most', failure('limited', NOW + 86_400_000), 1, 0.5, 3_600_000],
    ['a limit without a reset: growing', failure('limited'), 3, 0.5, 4000],
    ['a limit whose reset has passed: growing', failure('limited', NOW - 5), 2, 0.5, 2000],
  ])('%s', (_name, given, count, random, expected) => {
    expect(lengthOf(given, count, NOW, () => random)).toBe(expected);
  });
});

describe('a waiting period', () => {
  const none: OldToken = { obtained: 0, usableUntil: 0, lastStartAt: -250 };
  const ended: OldToken = { ...none, obtained: 3 };
  /** An old token that serves for so long, and whose last request has to start a second earlier. */
  const serving = (ms: number): OldToken => ({
    obtained: 3,
    usableUntil: NOW + ms,
    lastStartAt: NOW + ms - 1000,
  });

  it.each<[string, TokenFailure, OldToken, number, number]>([
    ['without a token ever: its length, for all', failure('rejected'), none, 60_000, 60_000],
    ['after the old token: half open', failure('rejected'), ended, 60_000, 7500],
    ['after the old token, when it is short anyway', failure('transient'), ended, 500, 500],
    ['ends early enough for the old token', failure('rejected'), serving(10_000), 9000, 9000],
    ['shorter than the old token: as it is', failure('transient'), serving(10_000), 500, 500],
    ['longer than the old token has, too late for a try', failure('rejected'), serving(900), 60_000, 7500],
    ['half open at the end of the old token, not before', failure('rejected'), serving(1000), 60_000, 7500],
    [
      'as the server says, old token or not',
      failure('transient', NOW + 30_000),
      serving(10_000),
      30_000,
      30_000,
    ],
    ['as the server says, and half open not before', failure('limited', NOW + 9000), ended, 9000, 9000],
    [
      'no longer than an hour, whatever the server says',
      failure('limited', NOW * 99),
      ended,
      3_600_000,
      3_600_000,
    ],
    [
      'early for the old token: after what the server says',
      failure('rejected', NOW + 5000),
      serving(9000),
      8000,
      8000,
    ],
  ])('%s', (_name, given, old, until, nextAttempt) => {
    const period = waitingPeriod(undefined, given, { now: NOW, random: () => 0.5, old });
    expect([period.until - NOW, period.nextAttemptAt - NOW]).toEqual([until, nextAttempt]);
  });

  it('lets callers probe every 5 to 10 s, as drawn', () => {
    const probes = [0, 0.5, 0.999].map((draw) => {
      const given = { now: NOW, random: () => draw, old: ended };
      return Math.round(waitingPeriod(undefined, failure('rejected'), given).nextAttemptAt - NOW);
    });
    expect(probes).toEqual([5000, 7500, 9995]);
  });

  it('counts the failures in a row, those of the last try included', () => {
    const given = { now: NOW, random: () => 0.5, old: serving(9000) };
    const first = waitingPeriod(undefined, failure('rejected'), given);
    const second = waitingPeriod(first, failure('rejected'), { ...given, old: ended });
    expect([first.count, second.count, second.until - NOW]).toEqual([1, 2, 120_000]);
  });
});
