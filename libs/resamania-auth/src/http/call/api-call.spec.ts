import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { describe, expect, it, jest } from '@jest/globals';
import {
  type AxiosAdapter,
  AxiosError,
  AxiosHeaders,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';

import { createWorld, DEMO, type EngineWorld, json } from '../../../../../test/support/engine-world.js';
import { settle } from '../../../../../test/support/simulated-clock.js';
import type { RetryOn401 } from '../../options/resamania-auth-options.js';
import type { TokenCache } from '../../token/cache/token-cache.js';
import { CallTargets } from '../target/call-target.js';
import { TenantIndex } from '../target/tenant-index.js';
import { ApiCalls } from './api-call.js';
import { CallsUnderWay } from './calls-under-way.js';
import { CallAuthorizer } from './authorize.js';

const LEXIK = { code: 401, message: 'Expired' };
const GATEWAY = { http_status_code: 401 };

/** A body that does not come to an end by itself. */
const endless = () => new Readable({ read: () => undefined });

/** API calls on a simulated clock: the token is half an hour old, and the adapter answers from a list. */
async function build(
  answers: readonly unknown[],
  retryOn401: RetryOn401 = 'renew-and-replay',
  data?: unknown,
  instead?: AxiosAdapter,
) {
  const world: EngineWorld = createWorld(DEMO);
  const cache = world.engine.caches.of() as TokenCache;
  const first = cache.get();
  await settle();
  await world.clock.advance(1000);
  await first;
  await world.clock.advance(1_800_000);
  const sent: { url: string | undefined; bearer: string }[] = [];
  const list = [...answers];
  const adapter: AxiosAdapter = async (config) => {
    const bearer = String(config.headers.get('Authorization')).slice(7, 14);
    sent.push({ url: config.url, bearer });
    const body = list.shift();
    const response: AxiosResponse = {
      status: body === 'ok' ? 200 : 401,
      statusText: '',
      headers: {},
      data: body,
      config,
    };
    if (response.status === 401 && config.validateStatus !== null)
      throw new AxiosError('401', 'ERR_BAD_REQUEST', config, {}, response);
    return response;
  };
  const config = { headers: new AxiosHeaders(), data, url: 'x' } as InternalAxiosRequestConfig;
  const targets = new CallTargets(world.tenants, new TenantIndex(world.tenants), undefined);
  const calls = new ApiCalls(
    new CallAuthorizer(world.engine.caches, targets),
    world.engine,
    retryOn401,
    new CallsUnderWay(),
  );
  const binding = { kind: 'own', tenant: undefined } as const;
  const start = (changes: Partial<InternalAxiosRequestConfig> = {}) =>
    calls
      .make({ ...config, ...changes }, instead ?? adapter, binding, undefined)
      .catch((error: unknown) => error);
  const run = async (changes: Partial<InternalAxiosRequestConfig> = {}) => {
    const result = start(changes);
    await settle();
    await world.clock.advance(1000);
    return result;
  };
  const replays = () => world.events.filter(({ type }) => type === 'replayed').length;
  return { ...world, start, run, sent, bearers: () => sent.map(({ bearer }) => bearer), replays };
}

describe('An API call', () => {
  it('replays once with a new token, whether the 401 came as an error or as an answer', async () => {
    for (const validateStatus of [undefined, null]) {
      const { run, bearers, replays } = await build([LEXIK, 'ok']);
      expect(await run(validateStatus === null ? { validateStatus } : {})).toMatchObject({ status: 200 });
      expect(bearers()).toEqual(['token-1', 'token-2']);
      expect(replays()).toBe(1);
    }
  });

  it("hands over the gateway's", async () => {
    const { run, bearers, endpoint } = await build([GATEWAY]);
    expect(await run()).toMatchObject({ status: 401 });
    expect(bearers()).toEqual(['token-1']);
    expect(endpoint.requests).toHaveLength(1);
  });

  it('takes a stream for one of unknown shape: one renewal at most, then it is handed over unread', async () => {
    const stream = () => Readable.from([Buffer.from(JSON.stringify(GATEWAY))]);
    const { run, bearers, endpoint } = await build([stream(), stream()]);
    const error = await run();
    expect(bearers()).toEqual(['token-1', 'token-2']);
    expect(endpoint.requests).toHaveLength(2);
    await expect(text((error as { response: AxiosResponse<Readable> }).response.data)).resolves.toBe(
      JSON.stringify(GATEWAY),
    );
  });

  it('is sent again with the new token without looking for its tenant and token anew', async () => {
    const { run, bearers, engine } = await build([LEXIK, 'ok']);
    const lookUp = jest.spyOn(engine.caches, 'of');
    const peek = jest.spyOn(engine.caches.of() as TokenCache, 'peek');
    lookUp.mockClear();
    expect(await run()).toMatchObject({ status: 200 });
    expect(bearers()).toEqual(['token-1', 'token-2']);
    expect([lookUp.mock.calls.length, peek.mock.calls.length]).toEqual([1, 1]);
  });

  it('is sent again with token, key and URL of one config where the tenant is reconfigured meanwhile', async () => {
    const { start, sent, registry, endpoint, clock } = await build([LEXIK, 'ok']);
    const result = start();
    await settle();
    expect(endpoint.requests).toHaveLength(2);
    registry.update('demoapi', { apiBaseUrl: 'https://new.test', clientId: '2_new' });
    await settle();
    await clock.advance(1000);
    expect(await result).toMatchObject({ status: 200 });
    expect(endpoint.requests.at(-1)).toMatchObject({
      url: 'https://new.test/demoapi/oauth/v2/token',
      form: { client_id: '2_new' },
    });
    expect(sent).toEqual([
      { url: 'https://api.test/env/demoapi/x', bearer: 'token-1' },
      { url: 'https://new.test/demoapi/x', bearer: 'token-3' },
    ]);
  });

  it("hands over all of them with 'off'", async () => {
    const { run, endpoint } = await build([LEXIK], 'off');
    expect(await run()).toMatchObject({ status: 401 });
    expect(endpoint.requests).toHaveLength(1);
  });

  it("renews behind the caller's back with 'invalidate', and where the body is a stream", async () => {
    const invalidating = await build([LEXIK], 'invalidate');
    expect(await invalidating.run()).toMatchObject({ message: '401', status: 401 });
    expect(invalidating.endpoint.requests).toHaveLength(2);
    const streaming = await build([LEXIK], 'renew-and-replay', Readable.from(['a']));
    expect(await streaming.run()).toMatchObject({
      message: expect.stringContaining('a stream'),
      status: 401,
    });
    expect(streaming.endpoint.requests).toHaveLength(2);
    const accepting = await build([LEXIK], 'renew-and-replay', Readable.from(['a']));
    expect(await accepting.run({ validateStatus: null })).toMatchObject({ status: 401, data: LEXIK });
  });

  it('keeps a renewal in the background to itself when it fails', async () => {
    const { run, endpoint } = await build([LEXIK], 'invalidate');
    endpoint.next(json(400, { error: 'invalid_client' }));
    expect(await run()).toMatchObject({ message: '401' });
  });

  it('hands over the second 401', async () => {
    const { run, bearers } = await build([LEXIK, LEXIK]);
    expect(await run()).toMatchObject({ status: 401 });
    expect(bearers()).toEqual(['token-1', 'token-2']);
  });

  it('hands over the second 401, even where there is yet another token by then', async () => {
    const bearers: string[] = [];
    const adapter: AxiosAdapter = async (config) => {
      bearers.push(String(config.headers.get('Authorization')).slice(7, 14));
      if (bearers.length === 2) await cache().renew();
      const response = { status: 401, statusText: '', headers: {}, data: LEXIK, config };
      throw new AxiosError('401', 'ERR_BAD_REQUEST', config, {}, response);
    };
    const { run, engine } = await build([], 'renew-and-replay', undefined, adapter);
    const cache = () => engine.caches.of() as TokenCache;
    expect(await run()).toMatchObject({ status: 401 });
    expect(cache().peek()?.value).toMatch(/^token-3/);
    expect(bearers).toEqual(['token-1', 'token-2']);
  });

  it('lets go of the first 401 before it is sent again', async () => {
    const first = endless();
    const { run } = await build([first, 'ok']);
    expect(await run()).toMatchObject({ status: 200 });
    expect(first.destroyed).toBe(true);
  });

  it('takes no note of the limits that an answer reports from where a redirect led', async () => {
    const limitsAfter = async (href: string) => {
      const adapter: AxiosAdapter = async (config) => {
        config.beforeRedirect?.({ href, headers: {} }, { headers: {}, statusCode: 302 }, {} as never);
        const headers = { 'x-quota-limit': '1000', 'x-quota-remaining': '900' };
        return { status: 200, statusText: '', headers, data: '', config };
      };
      const { run, service } = await build([], 'renew-and-replay', undefined, adapter);
      expect(await run()).toMatchObject({ status: 200 });
      return service.status()[0]?.limits;
    };
    expect(await limitsAfter('https://api.test/env/demoapi/clubs')).toBeDefined();
    expect(await limitsAfter('https://elsewhere.test/env/demoapi/clubs')).toBeUndefined();
  });

  it('tells that the renewal failed, and lets go of the answer', async () => {
    const body = endless();
    const { run, endpoint } = await build([body]);
    endpoint.next(json(400, { error: 'invalid_client' }));
    expect(await run()).toMatchObject({ name: 'ResamaniaTokenError', code: 'credentials_rejected' });
    expect(body.destroyed).toBe(true);
  });

  it('leaves other failures alone', async () => {
    const failing: AxiosAdapter = () => Promise.reject(new Error('odd'));
    const { run, endpoint } = await build([], 'renew-and-replay', undefined, failing);
    expect(await run()).toMatchObject({ message: 'odd' });
    expect(endpoint.requests).toHaveLength(1);
  });
});
