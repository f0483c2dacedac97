import { Readable } from 'node:stream';

import { describe, expect, it } from '@jest/globals';
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
import { exchange } from './api-call.js';
import type { ReadyCall } from './dispatch.js';

const LEXIK = { code: 401, message: 'Expired' };
const GATEWAY = { http_status_code: 401 };

/** An exchange on a simulated clock: the token is half an hour old, and the adapter answers from a list. */
async function build(
  answers: readonly unknown[],
  retryOn401: RetryOn401 = 'renew-and-replay',
  data?: unknown,
  instead?: AxiosAdapter,
) {
  const world: EngineWorld = createWorld(DEMO);
  const cache = world.engine.cacheOf() as TokenCache;
  const first = cache.get();
  await settle();
  await world.clock.advance(1000);
  const token = await first;
  await world.clock.advance(1_800_000);
  const bearers: unknown[] = [];
  const list = [...answers];
  const adapter: AxiosAdapter = async (config) => {
    bearers.push(String(config.headers.get('Authorization')).slice(7, 14));
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
  const config = { headers: new AxiosHeaders(), data, adapter } as InternalAxiosRequestConfig;
  const call: ReadyCall = {
    cache,
    tenant: cache.tenant,
    token,
    url: 'https://api.test/env/demoapi/x',
    apiKey: undefined,
  };
  let replays = 0;
  const authorize = async () => ({ ...call, token: await cache.get() });
  const run = async (changes: Partial<InternalAxiosRequestConfig> = {}) => {
    const result = exchange(call, {
      config: { ...config, ...changes },
      adapter: instead ?? adapter,
      retryOn401,
      authorize,
      answered: () => undefined,
      replaying: () => {
        replays += 1;
      },
    }).catch((error: unknown) => error);
    await settle();
    await world.clock.advance(1000);
    return result;
  };
  return { ...world, run, bearers, replays: () => replays };
}

describe('exchange', () => {
  it('replays once with a new token, whether the 401 came as an error or as an answer', async () => {
    for (const validateStatus of [undefined, null]) {
      const { run, bearers, replays } = await build([LEXIK, 'ok']);
      expect(await run(validateStatus === null ? { validateStatus } : {})).toMatchObject({ status: 200 });
      expect(bearers).toEqual(['token-1', 'token-2']);
      expect(replays()).toBe(1);
    }
  });

  it.each([
    ["the gateway's", GATEWAY],
    ["the gateway's as a stream", Readable.from([Buffer.from(JSON.stringify(GATEWAY))])],
  ])('hands over %s', async (_what, body) => {
    const { run, bearers, endpoint } = await build([body]);
    expect(await run()).toMatchObject({ status: 401 });
    expect(bearers).toEqual(['token-1']);
    expect(endpoint.requests).toHaveLength(1);
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
    expect(bearers).toEqual(['token-1', 'token-2']);
  });

  it('tells that the renewal failed, and lets go of the answer', async () => {
    const body = Readable.from([Buffer.alloc(100_000)]);
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
