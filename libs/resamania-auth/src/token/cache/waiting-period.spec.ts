import { describe, expect, it } from '@jest/globals';

import { type FailureKind, type TokenFailure, tokenFailure } from '../request/token-failure.js';
import { lengthOf } from './waiting-period.js';

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
    expect(lengthOf(given, count - 1, NOW, () => random, 0)).toEqual({ ms: expected, growth: count });
  });

  it.each<[string, TokenFailure, number, number, number, number]>([
    ['half of what the old token has left', failure('transient'), 9, 1, 10_000, 5000],
    ['less by jitter', failure('transient'), 9, 0.5, 10_000, 2500],
    ['less where the wait is short anyway', failure('transient'), 1, 1, 10_000, 1000],
    ['never less than half of that', failure('transient'), 9, 0, 10_000, 2500],
    ['a quarter of a second at least', failure('transient'), 9, 0, 500, 250],
    ['as long as the server says', failure('transient', NOW + 30_000), 1, 1, 10_000, 30_000],
    ['as long as ever after a rejection', failure('rejected'), 1, 1, 10_000, 60_000],
  ])('while an old token serves: %s', (_name, given, count, random, left, expected) => {
    expect(lengthOf(given, count - 1, NOW, () => random, left).ms).toBe(expected);
  });

  it('does not grow by a wait that the old token has cut short', () => {
    const after = (left: number) => lengthOf(failure('transient'), 3, NOW, () => 1, left).growth;
    expect([after(0), after(60_000), after(16_001), after(15_999), after(100)]).toEqual([4, 4, 4, 3, 3]);
  });
});
