import { describe, expect, it } from '@jest/globals';

import { NEVER } from '../../clock.js';
import { tokenFailure } from '../request/token-failure.js';
import { failuresIn, mayAsk, nextTurn, type Phase, refusal, RESTING } from './phase.js';
import type { WaitingPeriod } from './waiting-period.js';

const NOW = 1_000;
const CLOSED = new Error('closed');

const period: WaitingPeriod = {
  failure: tokenFailure('timeout'),
  count: 1,
  growth: 1,
  at: NOW,
  until: NOW + 10,
  retryAt: NOW + 10,
};
const flying: Phase = {
  name: 'flying',
  seat: { issued: Promise.resolve(undefined), hurry: () => undefined, leave: () => undefined },
  token: new Promise(() => undefined),
  after: period,
};
const waiting: Phase = { name: 'waiting', period };
const closed: Phase = { name: 'closed', makeError: () => CLOSED };

describe('A phase', () => {
  it.each([
    ['resting', RESTING, NOW, true],
    ['flying', flying, NOW, false],
    ['waiting', waiting, NOW + 9, false],
    ['waiting, its period over', waiting, NOW + 10, true],
    ['closed', closed, NOW, false],
  ])('%s: whether a request may leave', (_name, phase, now, expected) => {
    expect(mayAsk(phase, now)).toBe(expected);
  });

  it('says why no request may leave', () => {
    expect(refusal(closed, NOW, 'demoapi')).toBe(CLOSED);
    expect(refusal(waiting, NOW, 'demoapi')).toMatchObject({
      code: 'timeout',
      tenant: 'demoapi',
      retryAt: new Date(NOW + 10),
    });
    expect(refusal(waiting, NOW + 10, 'demoapi')).toBeUndefined();
    expect(refusal(RESTING, NOW, 'demoapi')).toBeUndefined();
  });

  it.each([
    ['resting', RESTING, 5, 5],
    ['resting, with nothing planned', RESTING, NEVER, NEVER],
    ['waiting', waiting, 5, NOW + 10],
    ['waiting for a token that is due later', waiting, NOW + 20, NOW + 20],
    ['flying', flying, 5, NEVER],
    ['closed', closed, 5, NEVER],
  ])('%s: when the schedule has something to do', (_name, phase, dueAt, expected) => {
    expect(nextTurn(phase, dueAt)).toBe(expected);
  });

  it('remembers the failures in a row until a flight has ended them', () => {
    expect([RESTING, flying, waiting, closed].map((phase) => failuresIn(phase))).toEqual([
      undefined,
      period,
      period,
      undefined,
    ]);
  });
});
