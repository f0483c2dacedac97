import { describe, expect, it } from '@jest/globals';

import { NEVER } from '../../clock.js';
import { DEFAULTS } from '../../options/option-table.js';
import type { IssuedToken } from '../request/token-answer.js';
import { TokenInHand } from './token-in-hand.js';

const HOUR = 3_600_000;
/** L - L/4 - half of L/10. */
const DUE = HOUR - 900_000 - 180_000;

function issued(fields: Partial<IssuedToken> = {}): IssuedToken {
  return {
    value: 'first',
    scope: undefined,
    lifetimeMs: HOUR,
    requestedAt: 0,
    refreshToken: undefined,
    oddity: undefined,
    ...fields,
  };
}

function hand(first = issued()): TokenInHand {
  const made = new TokenInHand();
  made.adopt(first, DEFAULTS.refresh, first.requestedAt, () => 0.5);
  return made;
}

describe('A token in hand', () => {
  it('is fresh, then due, then unusable', () => {
    const uses = [0, DUE - 1, DUE, HOUR - 30_001, HOUR - 30_000].map((now) => hand().useAt(now));
    expect(uses).toEqual(['fresh', 'fresh', 'due', 'due', 'unusable']);
  });

  it('is unusable where there is none, where it was dropped, and when the clock is before it', () => {
    const dropped = hand();
    dropped.drop();
    expect([new TokenInHand().useAt(0), dropped.useAt(0), hand().useAt(-1)]).toEqual(
      Array.from({ length: 3 }, () => 'unusable'),
    );
    expect([new TokenInHand().usableUntil, dropped.usableUntil]).toEqual([0, 0]);
  });

  it('plans nothing until it is told to', () => {
    const empty = new TokenInHand();
    expect(empty.dueAt).toBe(NEVER);
    empty.planFor(7);
    expect(empty.dueAt).toBe(7);
  });

  it('stays when one comes that expires earlier; the next is asked for one lead later', () => {
    const held = hand();
    const { token, renewal } = held.adopt(
      issued({ value: 'shorter', requestedAt: 60_000, lifetimeMs: 60_000 }),
      DEFAULTS.refresh,
      60_000,
      () => 0.5,
    );
    expect([token.value, renewal, held.dueAt]).toEqual(['first', true, 60_000 + 900_000]);
  });

  it.each([
    ['stays when one comes that expires at the same time', 0, 'first'],
    ['gives way to one that expires a moment later', 1, 'other'],
  ])('%s', (_what, laterMs, expected) => {
    const held = hand();
    const other = issued({ value: 'other', requestedAt: DUE, lifetimeMs: HOUR - DUE + laterMs });
    expect(held.adopt(other, DEFAULTS.refresh, DUE, () => 0.5).token.value).toBe(expected);
    expect(held.usable(DUE)?.value).toBe(expected);
  });

  it('serves to its very end where the server gives the same one again', () => {
    const held = hand();
    held.adopt(issued({ requestedAt: DUE, lifetimeMs: HOUR - DUE }), DEFAULTS.refresh, DUE, () => 0.5);
    expect([held.useAt(HOUR - 1), held.useAt(HOUR), held.dueAt]).toEqual(['fresh', 'unusable', HOUR]);
  });

  it('tells an oddity once, until it changes', () => {
    const held = new TokenInHand();
    const told = ['odd', 'odd', undefined, 'odd'].map(
      (oddity, index) =>
        held.adopt(
          issued({ value: `${index}`, oddity, requestedAt: index }),
          DEFAULTS.refresh,
          index,
          () => 0,
        ).oddity,
    );
    expect(told).toEqual(['odd', undefined, undefined, 'odd']);
  });

  it('gives its refresh token once, and drops it with the token', () => {
    const held = hand(issued({ refreshToken: 'refresh' }));
    expect([held.takeRefreshToken(), held.takeRefreshToken()]).toEqual(['refresh', undefined]);
    const dropped = hand(issued({ refreshToken: 'refresh' }));
    dropped.drop();
    expect(dropped.takeRefreshToken()).toBeUndefined();
  });
});
