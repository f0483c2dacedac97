import { describe, expect, it } from '@jest/globals';

import { NEVER } from '../../clock.js';
import { tokenFailure } from '../request/token-failure.js';
import { departure, failuresIn, mayAsk, nextTurn, type Phase, RESTING } from './phase.js';
import type { WaitingPeriod } from './waiting-period.js';

const NOW = 1_000;
const CLOSED = new Error('closed');

const period: WaitingPeriod = {
  failure: tokenFailure('timeout'),
  count: 1,
  at: NOW,
  until: NOW + 10,
  nextAttemptAt: NOW + 7,
};
const flying: Phase = {
  name: 'flying',
  seat: {
    issued: Promise.resolve(undefined),
    hurry: () => undefined,
    isUrgent: () => false,
    leave: () => undefined,
  },
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
    expect(departure(closed, 'caller', NOW, 'demoapi')).toBe(CLOSED);
    const refused = departure(waiting, 'caller', NOW, 'demoapi');
    expect(refused).toMatchObject({
      code: 'timeout',
      tenant: 'demoapi',
      nextAttemptAt: new Date(NOW + 7),
    });
    // The other side named no instant.
    expect(refused).not.toHaveProperty('retryAt');
    expect(departure(waiting, 'caller', NOW + 10, 'demoapi')).toBe('caller');
    expect(departure(waiting, 'schedule', NOW + 10, 'demoapi')).toBe('schedule');
    expect(departure(RESTING, 'caller', NOW, 'demoapi')).toBe('caller');
  });

  it('lets a caller probe before the schedule may ask', () => {
    expect(departure(waiting, 'caller', NOW + 7, 'demoapi')).toBe('probe');
    expect(departure(waiting, 'schedule', NOW + 7, 'demoapi')).toMatchObject({ code: 'timeout' });
  });

  it('is over when the clock was set back to before its beginning', () => {
    expect(mayAsk(waiting, NOW - 1)).toBe(true);
    expect(departure(waiting, 'caller', NOW - 1, 'demoapi')).toBe('caller');
  });

  it.each([
    ['resting', RESTING, 5, 5],
    ['resting, with nothing planned', RESTING, NEVER, NEVER],
    ['waiting', waiting, 5, NOW + 10],
    ['waiting for a token that is due later', waiting, NOW + 20, NOW + 20],
    ['flying', flying, 5, NEVER],
    ['closed', closed, 5, NEVER],
  ])('%s: when the schedule has something to do', (_name, phase, dueAt, expected) => {
    expect(nextTurn(phase, dueAt, NEVER)).toBe(expected);
  });

  it('waiting: has the schedule look at the end of the old token, and no other phase does', () => {
    expect([RESTING, flying, waiting, closed].map((phase) => nextTurn(phase, NOW + 20, NOW + 5))).toEqual([
      NOW + 20,
      NEVER,
      NOW + 5,
      NEVER,
    ]);
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
