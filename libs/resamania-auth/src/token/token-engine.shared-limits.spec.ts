import { describe, expect, it } from '@jest/globals';

import { json } from '../../../../test/support/engine-world.js';
import { Fleet, outcome } from '../../../../test/support/fleet.js';
import type { ResamaniaAuthOptions } from '../options/resamania-auth-options.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const CHAINS = Array.from({ length: 20 }, (_, n) => `chain${n}`);

/** Twenty tenants behind one gateway key, whose tokens are asked for by callers. */
const OF_ONE_KEY: ResamaniaAuthOptions = {
  apiKey: 'gateway-key',
  refresh: { warmUp: false },
  tenants: CHAINS.map((name) => ({
    name,
    clientToken: name,
    clientId: name,
    clientSecret: 'secret',
  })),
};

/** Answers with a 429 of this limiter until `resetAt`; with tokens afterwards. */
function limitUntil(fleet: Fleet, resetAt: number, limiter = 'rate-limit'): void {
  const headers = { [`x-${limiter}-reset`]: String(resetAt), [`x-${limiter}-remaining`]: '0' };
  fleet.endpoint.always(() => (fleet.clock.now() < resetAt ? json(429, {}, headers) : undefined));
}

/** An answer to an API call of this replica reports what is left. */
function report(
  fleet: Fleet,
  replica: number,
  chain: string,
  { remaining, resetAt, limiter = 'quota' }: { remaining: string; resetAt: number; limiter?: string },
): void {
  const { engine } = fleet.get(replica);
  const tenant = engine.caches.of(chain)?.tenant;
  if (tenant === undefined) throw new Error('the tenant is registered');
  engine.noteLimits(tenant, {
    [`x-${limiter}-limit`]: '10000',
    [`x-${limiter}-remaining`]: remaining,
    [`x-${limiter}-reset`]: String(resetAt),
  });
}

function ask(fleet: Fleet, replica: number, chain: string): Promise<unknown> {
  return fleet
    .get(replica)
    .service.getAccessToken(chain)
    .catch((error: unknown) => error);
}

describe('a limit of the gateway that one replica meets', () => {
  it('holds the others back until its reset', async () => {
    const fleet = new Fleet(3, OF_ONE_KEY);
    const resetAt = fleet.clock.now() + 20 * SECOND;
    limitUntil(fleet, resetAt);
    void ask(fleet, 0, 'chain0');
    await fleet.clock.advance(2 * SECOND);
    expect(fleet.requests).toBe(1);
    const asked = CHAINS.slice(1).map((chain, n) => ask(fleet, 1 + (n % 2), chain));
    await fleet.clock.advance(17 * SECOND);
    expect(fleet.requests).toBe(1);
    const tokens = await outcome(fleet.clock, Promise.all(asked), 10 * SECOND);
    expect(tokens).toEqual(CHAINS.slice(1).map(() => expect.any(String)));
    expect(fleet.requests).toBe(1 + asked.length);
    expect(fleet.get(1).service.sharedStatus().counts).toMatchObject({ paused: 1 });
  });

  it('reaches requests that stand in the line of another replica already', async () => {
    const fleet = new Fleet(2, { ...OF_ONE_KEY, tokenRequest: { concurrency: 1 } });
    fleet.endpoint.latencyMs = SECOND / 5;
    const asked = CHAINS.map((chain) => ask(fleet, 1, chain));
    await fleet.clock.advance(SECOND / 10);
    expect(fleet.requests).toBe(1);
    limitUntil(fleet, fleet.clock.now() + 20 * SECOND);
    void ask(fleet, 0, 'chain19');
    await fleet.clock.advance(19 * SECOND);
    // The one under way, the one that met the limit, and at most one that left before anybody knew.
    expect(fleet.requests).toBeLessThanOrEqual(3);
    await outcome(fleet.clock, Promise.all(asked), MINUTE);
  });

  it('is told without a reset, too, and grows for all of them', async () => {
    const fleet = new Fleet(2, OF_ONE_KEY);
    const known = [ask(fleet, 0, 'chain18'), ask(fleet, 1, 'chain19')];
    await outcome(fleet.clock, Promise.all(known), SECOND);
    fleet.endpoint.requests.length = 0;
    fleet.endpoint.always(() => json(429, {}, {}));
    for (let n = 0; n < 6; n += 1) {
      void ask(fleet, n % 2, CHAINS[n] ?? '');
      await fleet.clock.advance(3 * SECOND);
    }
    const instants = fleet.endpoint.requests.map(({ at }) => at);
    const gaps = instants.slice(1).map((at, n) => at - (instants[n] ?? 0));
    // 1 s, 2 s, 4 s and so on, whichever replica asks.
    for (const [n, gap] of gaps.entries()) expect(gap).toBeGreaterThanOrEqual(SECOND * 2 ** n);
    expect(fleet.requests).toBeGreaterThan(2);
  });

  it('as a used-up quota fails callers of all replicas at once, with its reset', async () => {
    const fleet = new Fleet(2, OF_ONE_KEY);
    const resetAt = fleet.clock.now() + 5 * HOUR;
    limitUntil(fleet, resetAt, 'quota');
    void ask(fleet, 0, 'chain0');
    await fleet.clock.advance(2 * SECOND);
    const failed = await outcome(fleet.clock, ask(fleet, 1, 'chain1'), SECOND);
    expect(failed).toMatchObject({ code: 'quota_exhausted' });
    expect((failed as { retryAt?: Date }).retryAt?.getTime()).toBe(resetAt);
    expect(fleet.requests).toBe(1);
  });

  it('as a quota that was raised is over for all, as soon as one replica hears of it', async () => {
    const fleet = new Fleet(2, OF_ONE_KEY);
    const resetAt = fleet.clock.now() + 5 * HOUR;
    const token = ask(fleet, 0, 'chain5');
    await outcome(fleet.clock, token, SECOND);
    limitUntil(fleet, resetAt, 'quota');
    void ask(fleet, 0, 'chain0');
    await fleet.clock.advance(2 * SECOND);
    expect(await outcome(fleet.clock, ask(fleet, 1, 'chain1'), SECOND)).toBeInstanceOf(Error);
    fleet.endpoint.always(undefined);
    const { engine } = fleet.get(0);
    const tenant = engine.caches.of('chain0')?.tenant;
    if (tenant === undefined) throw new Error('the tenant is registered');
    engine.noteLimits(tenant, {
      'x-quota-limit': '10000',
      'x-quota-remaining': '5000',
      'x-quota-reset': String(resetAt),
    });
    await fleet.clock.advance(2 * SECOND);
    expect(await outcome(fleet.clock, ask(fleet, 1, 'chain2'), SECOND)).toEqual(expect.any(String));
  });

  it('as a quota that was raised is over also for who met it itself, and for who has only adopted tokens', async () => {
    const fleet = new Fleet(3, OF_ONE_KEY);
    const resetAt = fleet.clock.now() + 5 * HOUR;
    await outcome(fleet.clock, ask(fleet, 2, 'chain5'), SECOND);
    // This one has never made a token request itself.
    await outcome(fleet.clock, ask(fleet, 1, 'chain5'), SECOND);
    limitUntil(fleet, resetAt, 'quota');
    expect(await outcome(fleet.clock, ask(fleet, 0, 'chain0'), 2 * SECOND)).toBeInstanceOf(Error);
    fleet.endpoint.always(undefined);
    report(fleet, 1, 'chain5', { remaining: '5000', resetAt });
    await fleet.clock.advance(2 * SECOND);
    for (const replica of [0, 1, 2])
      expect(await outcome(fleet.clock, ask(fleet, replica, `chain${10 + replica}`), SECOND)).toEqual(
        expect.any(String),
      );
  });

  it('as a quota that is raised, used up and raised again within seconds is over all the same', async () => {
    const fleet = new Fleet(2, OF_ONE_KEY);
    const resetAt = fleet.clock.now() + 5 * HOUR;
    await outcome(fleet.clock, Promise.all([ask(fleet, 0, 'chain5'), ask(fleet, 1, 'chain6')]), SECOND);
    for (const remaining of ['0', '10', '0', '20']) {
      report(fleet, 0, 'chain5', { remaining, resetAt });
      await fleet.clock.advance(2 * SECOND);
    }
    expect(await outcome(fleet.clock, ask(fleet, 1, 'chain1'), SECOND)).toEqual(expect.any(String));
  });

  it('as its end is told again while the store fails', async () => {
    const fleet = new Fleet(2, OF_ONE_KEY);
    const resetAt = fleet.clock.now() + 5 * HOUR;
    await outcome(fleet.clock, Promise.all([ask(fleet, 0, 'chain5'), ask(fleet, 1, 'chain6')]), SECOND);
    report(fleet, 0, 'chain5', { remaining: '0', resetAt });
    await fleet.clock.advance(SECOND);
    expect(await outcome(fleet.clock, ask(fleet, 1, 'chain1'), SECOND)).toMatchObject({
      code: 'quota_exhausted',
    });
    let failures = 1;
    fleet.trouble = (operation) => (operation === 'settle' && (failures -= 1) >= 0 ? 'fails' : undefined);
    report(fleet, 0, 'chain5', { remaining: '5000', resetAt });
    await fleet.clock.advance(2 * SECOND);
    expect(await outcome(fleet.clock, ask(fleet, 1, 'chain2'), SECOND)).toEqual(expect.any(String));
  });

  it('is told once, however many answers report it', async () => {
    const fleet = new Fleet(3, OF_ONE_KEY);
    const operations: string[] = [];
    fleet.trouble = (operation) => {
      operations.push(operation);
      return undefined;
    };
    await outcome(fleet.clock, ask(fleet, 0, 'chain5'), SECOND);
    operations.length = 0;
    const resetAt = fleet.clock.now() + 5 * HOUR;
    for (let n = 0; n < 100; n += 1) {
      report(fleet, 0, 'chain5', { remaining: '0', resetAt: resetAt + (n % 2) * 900 });
      await fleet.clock.advance(10);
    }
    const count = (operation: string) => operations.filter((name) => name === operation).length;
    expect(['claim', 'settle', 'read'].map(count)).toEqual([1, 1, 1]);
  });

  it.each([
    ['20 s', 20 * SECOND, 'rate-limit'],
    ['a minute', MINUTE, 'rate-limit'],
    ['five hours', 5 * HOUR, 'quota'],
  ] as const)('does not keep from a token that another replica has, for %s', async (_what, ms, limiter) => {
    const fleet = new Fleet(2, OF_ONE_KEY);
    fleet.endpoint.latencyMs = 5 * SECOND;
    void ask(fleet, 0, 'chain0');
    await fleet.clock.advance(SECOND / 2);
    const waits = ask(fleet, 1, 'chain0');
    await fleet.clock.advance(SECOND / 2);
    report(fleet, 0, 'chain0', { remaining: '0', resetAt: fleet.clock.now() + ms, limiter });
    const start = fleet.clock.now();
    const came = waits.then((token) => ({ token, afterMs: fleet.clock.now() - start }));
    await fleet.clock.advance(10 * SECOND);
    const { token, afterMs } = await came;
    expect(token).toEqual(expect.any(String));
    expect(afterMs).toBeLessThanOrEqual(5 * SECOND);
    expect(fleet.requests).toBe(1);
  });

  it('of another gateway key holds nobody back', async () => {
    const fleet = new Fleet(2, OF_ONE_KEY);
    const other = new Fleet(1, { ...OF_ONE_KEY, apiKey: 'another-key', store: () => fleet.store });
    limitUntil(fleet, fleet.clock.now() + 20 * SECOND);
    void ask(fleet, 0, 'chain0');
    await fleet.clock.advance(SECOND);
    expect(await outcome(other.clock, ask(other, 0, 'chain1'), SECOND)).toEqual(expect.any(String));
  });

  it.each(['fails', 'hangs'] as const)(
    'stays with it while the store %s: nobody fails for that',
    async (how) => {
      const fleet = new Fleet(2, OF_ONE_KEY);
      fleet.trouble = () => how;
      limitUntil(fleet, fleet.clock.now() + 10 * SECOND);
      const asked = [ask(fleet, 0, 'chain0'), ask(fleet, 1, 'chain1')];
      // Each has met the limit itself.
      const met = await outcome(fleet.clock, Promise.all(asked), 9 * SECOND);
      expect(met).toMatchObject([{ code: 'rate_limited' }, { code: 'rate_limited' }]);
      await fleet.clock.advance(10 * SECOND);
      const again = [ask(fleet, 0, 'chain0'), ask(fleet, 1, 'chain1'), ask(fleet, 1, 'chain2')];
      const tokens = await outcome(fleet.clock, Promise.all(again), 10 * SECOND);
      expect(tokens).toEqual(again.map(() => expect.any(String)));
    },
  );
});

describe('a pause in the store that is not of this library', () => {
  it.each([
    ['noise', 'x'.repeat(1000)],
    ['another limiter', JSON.stringify({ limiter: 'none', unnamed: 0 })],
    ['a count that is none', JSON.stringify({ limiter: 'quota', unnamed: 0.5 })],
    ['a reset that is none', JSON.stringify({ limiter: 'quota', unnamed: 0, resetIn: 'soon' })],
    ['an array', '[]'],
  ])('is passed over: %s', async (_what, text) => {
    const fleet = new Fleet(1, OF_ONE_KEY);
    const { read } = fleet.store;
    // Whatever is asked for first is the pause, or the token: both are this.
    fleet.store.read = async (key) =>
      (await read.call(fleet.store, key)) ?? { id: 'poison', value: text, remainingMs: 1e12 };
    expect(await outcome(fleet.clock, ask(fleet, 0, 'chain0'), 10 * SECOND)).toEqual(expect.any(String));
    expect(fleet.get(0).service.sharedStatus().counts?.['unreadable']).toBeGreaterThanOrEqual(2);
  });

  it('holds nobody back for more than an hour', async () => {
    const fleet = new Fleet(1, OF_ONE_KEY);
    const { read } = fleet.store;
    const text = JSON.stringify({ limiter: 'quota', unnamed: 0 });
    const until = fleet.clock.now() + 1e12;
    fleet.store.read = async (key) =>
      (await read.call(fleet.store, key)) ?? {
        id: 'poison',
        value: text,
        remainingMs: until - fleet.clock.now(),
      };
    expect(await outcome(fleet.clock, ask(fleet, 0, 'chain0'), SECOND)).toMatchObject({
      code: 'quota_exhausted',
    });
    await fleet.clock.advance(HOUR);
    expect(await outcome(fleet.clock, ask(fleet, 0, 'chain1'), 10 * SECOND)).toEqual(expect.any(String));
  });
});
