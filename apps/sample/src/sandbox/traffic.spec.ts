import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { NEVER, type Observable, of, throwError } from 'rxjs';

import { type CallOutcome, KEPT_SECONDS, Traffic } from './traffic.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const SECOND = NOW / 1000;

function build(call: (tenant: string) => Observable<CallOutcome> = () => of(undefined)) {
  const tenants = ['demoapi', 'nordgym'];
  const asked: string[] = [];
  const traffic = new Traffic(
    () => tenants,
    (tenant) => {
      asked.push(tenant);
      return call(tenant);
    },
  );
  return { traffic, tenants, asked };
}

beforeEach(() => void jest.useFakeTimers({ now: NOW }));
afterEach(() => void jest.useRealTimers());

describe('Traffic', () => {
  it('calls chain by chain while somebody looks, once for all who do', () => {
    const { traffic, asked } = build();
    jest.advanceTimersByTime(5000);
    expect(asked).toEqual([]);
    const one = traffic.running$.subscribe();
    const other = traffic.running$.subscribe();
    jest.advanceTimersByTime(1000);
    expect(asked).toEqual(['demoapi', 'nordgym', 'demoapi']);
    one.unsubscribe();
    jest.advanceTimersByTime(500);
    expect(asked).toHaveLength(4);
    other.unsubscribe();
    jest.advanceTimersByTime(5000);
    expect(asked).toHaveLength(4);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('counts answers and failures by the second, less the one that is not over', () => {
    const { traffic } = build((tenant) => of(tenant === 'nordgym' ? 'HTTP 503' : undefined));
    traffic.countTokenRequest();
    const looking = traffic.running$.subscribe();
    jest.advanceTimersByTime(999);
    expect(traffic.seconds()).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(traffic.seconds()).toEqual([{ at: SECOND, answered: 1, failed: 1, tokenRequests: 1 }]);
    looking.unsubscribe();
    jest.advanceTimersByTime(KEPT_SECONDS * 1000);
    traffic.countTokenRequest();
    expect(traffic.seconds()).toEqual([{ at: SECOND + 1, answered: 1, failed: 0, tokenRequests: 0 }]);
    jest.advanceTimersByTime(2000);
    expect(traffic.seconds(2)).toHaveLength(1);
  });

  it('says when the calls of a chain begin to fail and when they are answered again, not each of them', () => {
    const outcomes: CallOutcome[] = [undefined, 'HTTP 401', 'HTTP 503', undefined, undefined];
    let call = 0;
    const { traffic, tenants } = build(() => of(outcomes[call++]));
    tenants.pop();
    const events: unknown[] = [];
    traffic.events$.subscribe((event) => events.push(event));
    const looking = traffic.running$.subscribe();
    jest.advanceTimersByTime(2000);
    looking.unsubscribe();
    expect(events).toEqual([
      { type: 'calls-failing', tenant: 'demoapi', at: new Date(NOW + 500), reason: 'HTTP 401' },
      { type: 'calls-answered', tenant: 'demoapi', at: new Date(NOW + 1500) },
    ]);
    expect(traffic.calls()).toMatchObject([{ isFailing: false, lastFailure: { reason: 'HTTP 503' } }]);
  });

  it('goes on when a call fails in a way that it should not, or never ends', () => {
    const { traffic, asked } = build((tenant) =>
      tenant === 'demoapi' ? throwError(() => new Error('broken')) : NEVER,
    );
    const looking = traffic.running$.subscribe();
    jest.advanceTimersByTime(1000);
    expect(asked).toHaveLength(3);
    expect(traffic.calls()).toEqual([
      {
        tenant: 'demoapi',
        answered: 0,
        failed: 2,
        isFailing: true,
        lastFailure: { reason: 'unexpected_failure', at: new Date(NOW + 1000) },
      },
    ]);
    looking.unsubscribe();
  });

  it('waits where there is no chain, and forgets one that is removed', () => {
    const { traffic, tenants, asked } = build();
    const looking = traffic.running$.subscribe();
    jest.advanceTimersByTime(500);
    expect(traffic.calls().map(({ tenant }) => tenant)).toEqual(['demoapi', 'nordgym']);
    tenants.splice(0);
    jest.advanceTimersByTime(2000);
    expect(asked).toHaveLength(2);
    expect(traffic.calls()).toEqual([]);
    tenants.push('clubazur');
    jest.advanceTimersByTime(500);
    expect(traffic.calls()).toEqual([{ tenant: 'clubazur', answered: 1, failed: 0, isFailing: false }]);
    looking.unsubscribe();
  });
});
