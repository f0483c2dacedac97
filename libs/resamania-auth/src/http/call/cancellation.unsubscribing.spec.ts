import { describe, expect, it } from '@jest/globals';
import { isCancel } from 'axios';

import { UnsubscribeToken } from './cancellation.js';

describe('UnsubscribeToken', () => {
  it('tells each listener once, the last first, with the reason that it then throws', () => {
    const token = new UnsubscribeToken();
    const told: [string, unknown][] = [];
    token.subscribe((reason) => told.push(['first', reason]));
    token.subscribe((reason) => told.push(['second', reason]));
    token.throwIfRequested();
    token.cancel();
    token.cancel();
    expect(told).toEqual([
      ['second', token.reason],
      ['first', token.reason],
    ]);
    expect(isCancel(token.reason)).toBe(true);
    expect(() => token.throwIfRequested()).toThrow(expect.objectContaining({ code: 'ERR_CANCELED' }));
  });

  it('tells a late listener at once, and one that has gone nothing', () => {
    const token = new UnsubscribeToken();
    const told: string[] = [];
    const gone = () => told.push('gone');
    token.subscribe(gone);
    token.unsubscribe(gone);
    token.cancel();
    token.subscribe(() => told.push('late'));
    expect(told).toEqual(['late']);
  });

  it('bears listeners that leave or come while they are told', () => {
    const token = new UnsubscribeToken();
    const told: string[] = [];
    const leaving = () => {
      token.unsubscribe(leaving);
      told.push('leaving');
    };
    token.subscribe(() => token.subscribe(() => told.push('late')));
    token.subscribe(leaving);
    token.cancel();
    expect(told).toEqual(['leaving', 'late']);
  });

  it.each(['before', 'after'])('is a promise and a signal to those who ask for them %s', async (when) => {
    const token = new UnsubscribeToken();
    if (when === 'after') token.cancel();
    const { promise } = token;
    const signal = token.toAbortSignal();
    expect(signal.aborted).toBe(when === 'after');
    token.cancel();
    expect(isCancel(await promise)).toBe(true);
    expect(signal.aborted).toBe(true);
  });
});
