import { describe, expect, it } from '@jest/globals';

import { createWorld, DEMO, type EngineWorld, json, text } from '../../../../../test/support/engine-world.js';
import { settle } from '../../../../../test/support/simulated-clock.js';
import { ResamaniaTokenError } from '../../errors.js';
import type { ResamaniaAuthOptions } from '../../options/resamania-auth-options.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Starts a call, lets the time pass that an answer takes, and gives its outcome. */
async function outcome<T>(world: EngineWorld, call: Promise<T>, ms = 5_000): Promise<T | Error> {
  const caught = call.catch((error: Error) => error);
  await world.clock.advance(ms);
  return caught;
}

function demo(extra: Partial<ResamaniaAuthOptions>): ResamaniaAuthOptions {
  return { ...DEMO, ...extra };
}

const QUIET = { enabled: false, warmUp: false };

describe('a token in hand', () => {
  it('is shared by a thousand first callers: one request', async () => {
    const world = createWorld(demo({ refresh: QUIET }));
    const calls = Array.from({ length: 1000 }, () => world.service.getAccessToken());
    await world.clock.advance(1000);
    const values = new Set(await Promise.all(calls));
    expect(values.size).toBe(1);
    expect(world.endpoint.requests).toHaveLength(1);
  });

  it('is handed out until the margin, and not after it', async () => {
    const world = createWorld(demo({ refresh: QUIET }));
    const first = await outcome(world, world.service.getAccessToken());
    world.endpoint.always(() => text(503, 'down'));
    await world.clock.advance(HOUR - 30_000 - 5_001);
    expect(world.service.peek()?.value).toBe(first);
    await world.clock.advance(1);
    expect(world.service.peek()).toBeUndefined();
  });

  it('counts its lifetime from before the request left', async () => {
    const world = createWorld(demo({ refresh: QUIET }));
    const start = world.clock.now();
    world.endpoint.latencyMs = 4000;
    await outcome(world, world.service.getToken());
    expect(world.service.peek()?.issuedAt.getTime()).toBe(start);
    expect(world.service.peek()?.expiresAt.getTime()).toBe(start + HOUR);
  });

  it('is renewed in the background by a call after it is due, when there is no schedule', async () => {
    const world = createWorld(demo({ refresh: QUIET }));
    const first = await outcome(world, world.service.getAccessToken());
    await world.clock.advance(HOUR - 16 * MINUTE);
    expect(await world.service.getAccessToken()).toBe(first);
    await settle();
    expect(world.endpoint.requests).toHaveLength(2);
    await world.clock.advance(1000);
    expect(await world.service.getAccessToken()).not.toBe(first);
  });

  it('is not handed out when the clock was set back to before it', async () => {
    const world = createWorld(demo({ refresh: QUIET }));
    await outcome(world, world.service.getAccessToken());
    world.clock.jump(-HOUR);
    expect(world.service.peek()).toBeUndefined();
  });

  it('is renewed by the next call after the machine slept past its expiry', async () => {
    const world = createWorld();
    world.engine.start();
    const first = await outcome(world, world.service.getAccessToken());
    world.clock.jump(2 * HOUR);
    const second = await outcome(world, world.service.getAccessToken());
    expect(second).not.toBe(first);
    expect(world.service.status()[0]?.nextRefreshAt?.getTime()).toBeGreaterThan(world.clock.now());
  });

  it('stays when the server answers with one that expires earlier', async () => {
    const world = createWorld(demo({ refresh: QUIET }));
    const first = await outcome(world, world.service.getAccessToken());
    world.endpoint.lifetimeSeconds = 60;
    await outcome(world, world.service.renew());
    expect(await world.service.getAccessToken()).toBe(first);
  });
});

describe('a server that returns the same token until it expires', () => {
  it('is asked once per lead period at most, and no caller goes without', async () => {
    const world = createWorld();
    const issuedAt = { value: 0, serial: 0 };
    world.endpoint.always((request) => {
      if (world.clock.now() >= issuedAt.value + HOUR) {
        issuedAt.value = world.clock.now();
        issuedAt.serial += 1;
      }
      const remaining = Math.floor((issuedAt.value + HOUR - world.clock.now()) / 1000);
      return world.endpoint.token(request, {
        access_token: `same-${issuedAt.serial}`,
        expires_in: remaining,
      });
    });
    world.engine.start();
    await world.clock.advance(1000);
    for (let minute = 0; minute < 6 * 60; minute += 1) {
      await world.clock.advance(MINUTE);
      expect(await outcome(world, world.service.getAccessToken(), 500)).toEqual(
        expect.stringMatching(/^same-/),
      );
    }
    const times = world.endpoint.requests.map(({ at }) => at);
    const gaps = times.slice(1).map((at, index) => at - (times[index] as number));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(15 * MINUTE - 5_000);
    expect(times.length).toBeGreaterThan(6);
  });
});

describe('a failed request', () => {
  it('is tried again within the flight, three times in all', async () => {
    const world = createWorld(demo({ refresh: QUIET }));
    world.endpoint.next(text(503, 'down'), { reason: 'network', detail: 'ECONNRESET' });
    expect(await outcome(world, world.service.getAccessToken())).toEqual(expect.stringContaining('token-1'));
    expect(world.endpoint.requests).toHaveLength(3);
  });

  it('does not fail a caller who has a usable token', async () => {
    const world = createWorld();
    world.engine.start();
    const first = await outcome(world, world.service.getAccessToken());
    world.endpoint.always(() => text(503, 'down'));
    await world.clock.advance(HOUR - 35_000 - 5_000);
    expect(await world.service.getAccessToken()).toBe(first);
    expect(world.events.filter(({ type }) => type === 'renewal-failed').length).toBeGreaterThan(2);
    expect(world.events.some(({ type }) => type === 'wait-started')).toBe(false);
  });

  it('makes callers without a token fail at once, with nextAttemptAt, until then', async () => {
    const world = createWorld(demo({ refresh: QUIET }));
    world.endpoint.next(json(400, { error: 'invalid_client', error_description: null }));
    const error = await outcome(world, world.service.getAccessToken());
    expect(error).toBeInstanceOf(ResamaniaTokenError);
    expect(error).toMatchObject({ code: 'credentials_rejected', tenant: 'demoapi', status: 400 });
    // The server named no instant.
    expect(error).not.toHaveProperty('retryAt');
    const nextAttemptAt = (error as ResamaniaTokenError).nextAttemptAt?.getTime() ?? 0;
    expect(nextAttemptAt - world.clock.now()).toBeGreaterThan(50_000);
    const again = world.service.getAccessToken().catch((failure: unknown) => failure);
    await settle();
    expect(await again).toMatchObject({
      code: 'credentials_rejected',
      nextAttemptAt: new Date(nextAttemptAt),
    });
    expect(await again).not.toBe(error);
    expect(world.endpoint.requests).toHaveLength(1);
    await world.clock.advance(61_000);
    expect(await outcome(world, world.service.getAccessToken())).toEqual(expect.any(String));
  });

  it('makes a forced renewal fail at once too while the tenant waits', async () => {
    const world = createWorld(demo({ refresh: QUIET }));
    world.endpoint.next(json(400, { error: 'invalid_client' }));
    await outcome(world, world.service.getAccessToken());
    const renewal = world.service.renew().catch((failure: unknown) => failure);
    await settle();
    expect(await renewal).toMatchObject({ code: 'credentials_rejected' });
    expect(world.endpoint.requests).toHaveLength(1);
  });

  it('is asked less and less often: 60 s doubling to 15 min for rejected credentials', async () => {
    const world = createWorld();
    world.endpoint.always(() => json(400, { error: 'invalid_client' }));
    world.engine.start();
    await world.clock.advance(2 * HOUR);
    const times = world.endpoint.requests.map(({ at }) => at);
    const gaps = times.slice(1).map((at, index) => Math.round((at - (times[index] as number)) / 1000));
    expect(gaps.slice(0, 6)).toEqual([60, 120, 240, 480, 900, 900]);
  });

  it('heals by itself with the first success', async () => {
    const world = createWorld();
    world.endpoint.always(() => text(503, 'down'));
    world.engine.start();
    await world.clock.advance(10 * MINUTE);
    expect(world.service.status()[0]).toMatchObject({ failure: { code: 'service_unavailable' } });
    world.endpoint.always(undefined);
    await world.clock.advance(2 * MINUTE);
    expect(world.service.status()[0]).toMatchObject({ state: 'valid' });
    expect(world.service.status()[0]?.failure).toBeUndefined();
  });

  it('by an exhausted quota fails fast with the reset, and asks once an hour', async () => {
    const world = createWorld(demo({ refresh: QUIET }));
    const reset = world.clock.now() + 9 * HOUR;
    world.endpoint.always(() => json(429, {}, { 'x-quota-remaining': '0', 'x-quota-reset': String(reset) }));
    const error = await outcome(world, world.service.getAccessToken());
    expect(error).toMatchObject({ code: 'quota_exhausted', retryAt: new Date(reset), status: 429 });
    const failedAt = world.service.status()[0]?.failure?.at.getTime() ?? 0;
    expect(error).toMatchObject({ nextAttemptAt: new Date(failedAt + HOUR) });
    expect(world.service.status()[0]?.failure).toMatchObject({
      retryAt: new Date(reset),
      nextAttemptAt: new Date(failedAt + HOUR),
    });
    for (let minute = 0; minute < 125; minute += 1) {
      await world.clock.advance(MINUTE);
      await outcome(world, world.service.getAccessToken(), 200);
    }
    expect(world.endpoint.requests).toHaveLength(3);
  });

  it('ends with the deadline when the endpoint never answers', async () => {
    const world = createWorld(
      demo({ refresh: QUIET, tokenRequest: { timeoutMs: 10_000, deadlineMs: 12_000 } }),
    );
    world.endpoint.always(() => 'hang');
    const start = world.clock.now();
    let settledAt = 0;
    const call = world.service.getAccessToken().catch((error: unknown) => {
      settledAt = world.clock.now();
      return error;
    });
    await world.clock.advance(30_000);
    expect(await call).toMatchObject({ code: 'timeout' });
    expect(settledAt - start).toBe(12_000);
    expect(world.endpoint.underWay).toHaveLength(0);
  });
});

describe('a caller who gives up', () => {
  it('is detached alone: the others get the token', async () => {
    const world = createWorld(demo({ refresh: QUIET }));
    const controller = new AbortController();
    const impatient = world.service
      .getAccessToken('demoapi', { signal: controller.signal })
      .catch((e: unknown) => e);
    const patient = world.service.getAccessToken();
    await world.clock.advance(50);
    controller.abort(new Error('changed my mind'));
    expect(await impatient).toMatchObject({ message: 'changed my mind' });
    expect(await outcome(world, patient)).toEqual(expect.any(String));
    expect(world.endpoint.requests).toHaveLength(1);
  });
});

describe('a token that the API rejected', () => {
  async function warm(): Promise<{ world: EngineWorld; value: string }> {
    const world = createWorld(demo({ refresh: QUIET }));
    await outcome(world, world.service.getAccessToken());
    return { world, value: await world.service.getAccessToken() };
  }

  it('is replaced once for a hundred complaints', async () => {
    const { world, value } = await warm();
    await world.clock.advance(10 * MINUTE);
    const cache = world.engine.caches.of();
    const replacements = Array.from({ length: 100 }, () => cache?.replaceRejected(value));
    await world.clock.advance(1000);
    const values = new Set((await Promise.all(replacements)).map((token) => token?.value));
    expect(values.size).toBe(1);
    expect(values.has(value)).toBe(false);
    expect(world.endpoint.requests).toHaveLength(2);
  });

  it('is not replaced when it is younger than ten seconds', async () => {
    const { world, value } = await warm();
    expect(await world.engine.caches.of()?.replaceRejected(value)).toBeUndefined();
    expect(world.endpoint.requests).toHaveLength(1);
  });

  it('gives way to the current one when that is another', async () => {
    const { world, value } = await warm();
    await outcome(world, world.service.renew());
    const current = world.service.peek();
    if (current?.value === value) throw new Error('the renewal should have replaced the token');
    expect(await world.engine.caches.of()?.replaceRejected(value)).toBe(current);
    expect(world.endpoint.requests).toHaveLength(2);
  });

  it('forces one renewal in 30 seconds at most', async () => {
    const { world, value } = await warm();
    await world.clock.advance(10 * MINUTE);
    const second = await outcome(
      world,
      world.engine.caches.of()?.replaceRejected(value) ?? Promise.resolve(undefined),
    );
    await world.clock.advance(12_000);
    const third = await world.engine.caches.of()?.replaceRejected((second as { value: string }).value);
    expect(third).toBeUndefined();
    expect(world.endpoint.requests).toHaveLength(2);
  });

  it('is dropped by invalidate() only while it is the current one', async () => {
    const { world, value } = await warm();
    await world.service.invalidate('demoapi', { token: 'another' });
    expect(world.service.peek()?.value).toBe(value);
    await world.service.invalidate('demoapi', { token: value });
    expect(world.service.peek()).toBeUndefined();
  });
});

describe('refresh tokens', () => {
  function withRefreshToken(world: EngineWorld): void {
    let serial = 0;
    world.endpoint.always((request) =>
      world.endpoint.token(request, { refresh_token: `refresh-${(serial += 1)}` }),
    );
  }
  function worldWith(
    renewWith: 'credentials' | 'credentials-with-refresh-token' | 'refresh-token',
  ): EngineWorld {
    const world = createWorld({
      apiBaseUrl: 'https://api.test/env',
      tenants: [{ clientToken: 'demoapi', clientId: '1_demo', clientSecret: 'demo-secret', renewWith }],
      refresh: QUIET,
    });
    withRefreshToken(world);
    return world;
  }

  it('are not used by default', async () => {
    const world = worldWith('credentials');
    await outcome(world, world.service.renew());
    await outcome(world, world.service.renew());
    expect(world.endpoint.requests[1]?.form).not.toHaveProperty('refresh_token');
  });

  it('go along with the credentials where configured', async () => {
    const world = worldWith('credentials-with-refresh-token');
    await outcome(world, world.service.renew());
    await outcome(world, world.service.renew());
    expect(world.endpoint.requests[1]?.form).toMatchObject({
      grant_type: 'client_credentials',
      refresh_token: 'refresh-1',
      client_secret: 'demo-secret',
    });
  });

  it('are used once each with their own grant', async () => {
    const world = worldWith('refresh-token');
    for (let n = 0; n < 3; n += 1) await outcome(world, world.service.renew());
    const used = world.endpoint.requests.map(({ form }) => form['refresh_token']);
    expect(used).toEqual([undefined, 'refresh-1', 'refresh-2']);
    expect(world.endpoint.requests[1]?.form['grant_type']).toBe('refresh_token');
  });

  it('give way to the credentials in the same flight when they are refused', async () => {
    const world = worldWith('refresh-token');
    await outcome(world, world.service.renew());
    world.endpoint.next(json(400, { error: 'invalid_grant', error_description: null }));
    expect(await outcome(world, world.service.renew())).not.toBeInstanceOf(Error);
    expect(world.endpoint.requests[2]?.form).toMatchObject({ grant_type: 'client_credentials' });
    expect(world.endpoint.requests[2]?.form).not.toHaveProperty('refresh_token');
  });

  it('are not sent twice when the first try got no answer', async () => {
    const world = worldWith('refresh-token');
    await outcome(world, world.service.renew());
    world.endpoint.next({ reason: 'network', detail: 'ECONNRESET' });
    await outcome(world, world.service.renew());
    expect(world.endpoint.requests.map(({ form }) => form['grant_type'])).toEqual([
      'client_credentials',
      'refresh_token',
      'client_credentials',
    ]);
  });
});

describe('credentials that rotate', () => {
  it('are read at every request, and read again at once when they are refused', async () => {
    let secret = 'old';
    const world = createWorld({
      apiBaseUrl: 'https://api.test',
      tenants: [{ clientToken: 'demoapi', clientId: '1_demo', clientSecret: () => secret }],
      refresh: QUIET,
    });
    world.endpoint.onRequest = () => {
      secret = 'new';
    };
    world.endpoint.always(({ form }) =>
      form['client_secret'] === 'new' ? undefined : json(400, { error: 'invalid_client' }),
    );
    expect(await outcome(world, world.service.getAccessToken())).toEqual(expect.any(String));
    expect(world.endpoint.requests.map(({ form }) => form['client_secret'])).toEqual(['old', 'new']);
  });

  it('cost no second request when they have not changed', async () => {
    const world = createWorld({
      apiBaseUrl: 'https://api.test',
      tenants: [{ clientToken: 'demoapi', clientId: '1_demo', clientSecret: () => 'same' }],
      refresh: QUIET,
    });
    world.endpoint.always(() => json(401, { message: 'Unauthorized', http_status_code: 401 }));
    expect(await outcome(world, world.service.getAccessToken())).toMatchObject({ code: 'gateway_refused' });
    expect(world.endpoint.requests).toHaveLength(1);
  });

  it('fail clearly when their function throws, without a word of what it threw', async () => {
    const world = createWorld({
      apiBaseUrl: 'https://api.test',
      tenants: [
        {
          clientToken: 'demoapi',
          clientId: '1_demo',
          clientSecret: () => Promise.reject(new Error('vault said CANARY')),
        },
      ],
      refresh: QUIET,
    });
    const error = await outcome(world, world.service.getAccessToken());
    expect(error).toMatchObject({ code: 'credentials_unavailable', tenant: 'demoapi' });
    expect(String(error)).not.toContain('CANARY');
    expect(world.endpoint.requests).toHaveLength(0);
  });

  it('keep the old token until the new one is there after update()', async () => {
    const world = createWorld();
    world.engine.start();
    const first = await outcome(world, world.service.getAccessToken());
    world.endpoint.latencyMs = 10_000;
    world.registry.update('demoapi', { clientSecret: 'rotated' });
    await world.clock.advance(5_000);
    expect(await world.service.getAccessToken()).toBe(first);
    await world.clock.advance(10_000);
    expect(await world.service.getAccessToken()).not.toBe(first);
    expect(world.endpoint.requests.at(-1)?.form['client_secret']).toBe('rotated');
  });

  it('take a renewal under way along: whoever forced it gets a token of the new credentials', async () => {
    const world = createWorld(demo({ refresh: QUIET }));
    const first = await outcome(world, world.service.getAccessToken());
    const forced = world.service.renew();
    await world.clock.advance(50);
    world.registry.update('demoapi', { clientSecret: 'rotated' });
    const renewed = await outcome(world, forced);
    expect((renewed as { value: string }).value).not.toBe(first);
    expect(world.endpoint.requests.map(({ form }) => form['client_secret'])).toEqual([
      'demo-secret',
      'demo-secret',
      'rotated',
    ]);
  });

  it('drop the old token when update() names another client', async () => {
    const world = createWorld();
    world.engine.start();
    await outcome(world, world.service.getAccessToken());
    world.registry.update('demoapi', { clientId: '2_other' });
    expect(world.service.peek()).toBeUndefined();
  });

  it('end a waiting period through update(), and take those who wait along', async () => {
    const world = createWorld(demo({ refresh: QUIET }));
    world.endpoint.always(({ form }) =>
      form['client_secret'] === 'right' ? undefined : json(400, { error: 'invalid_client' }),
    );
    await outcome(world, world.service.getAccessToken());
    world.registry.update('demoapi', { clientSecret: 'wrong again' });
    const waiting = world.service.getAccessToken();
    await world.clock.advance(50);
    world.registry.update('demoapi', { clientSecret: 'right' });
    expect(await outcome(world, waiting)).toEqual(expect.stringContaining('token-'));
  });
});
