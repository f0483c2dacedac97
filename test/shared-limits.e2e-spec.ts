import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';

import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ResamaniaAuthModule, ResamaniaTokenService } from 'nestjs-resamania-auth';
import { redisTokenStore } from 'nestjs-resamania-auth/redis';

import { RecordingServer, sendJson } from './support/recording-server.js';
import { describeWithRedis, RedisServer } from './support/redis-server.js';

const KEYS = `k1:${randomBytes(32).toString('base64')}`;
const API_KEY = 'gateway-key-CANARY';
const CHAINS = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta'];
/** For how long the gateway refuses, in milliseconds. */
const LIMITED_MS = 2000;

describeWithRedis('two applications that share a gateway key and a Redis', () => {
  let redis: RedisServer;
  let gateway: RecordingServer;
  const apps: INestApplicationContext[] = [];

  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  beforeEach(async () => {
    gateway = await RecordingServer.start();
    apps.push(await start(), await start());
  });
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await gateway.stop();
    await redis.call('FLUSHALL');
  });
  afterAll(() => redis.stop());

  function start(): Promise<INestApplicationContext> {
    const module = ResamaniaAuthModule.forRoot({
      apiBaseUrl: gateway.origin,
      apiKey: API_KEY,
      refresh: { warmUp: false },
      store: redisTokenStore({ url: redis.url, keys: KEYS }),
      tenants: CHAINS.map((clientToken) => ({
        clientToken,
        clientId: `${clientToken}_client`,
        clientSecret: `${clientToken}-secret-CANARY`,
      })),
    });
    return NestFactory.createApplicationContext(module, { logger: false });
  }

  function ask(app: number, chain: string): Promise<unknown> {
    const tokens = apps[app]?.get(ResamaniaTokenService);
    return Promise.resolve(tokens?.getAccessToken(chain)).catch((error: unknown) => error);
  }

  it('meet its limit once: the 429 of one holds the other back until the reset', async () => {
    const resetAt = Date.now() + LIMITED_MS;
    const arrived: number[] = [];
    gateway.respond = (request, response) => {
      const now = Date.now();
      arrived.push(now - resetAt);
      if (now < resetAt) {
        response.setHeader('x-rate-limit-remaining', '0');
        response.setHeader('x-rate-limit-reset', String(resetAt));
        sendJson(429, {})(request, response);
      } else sendJson(200, { access_token: `token-of-${request.path}`, expires_in: 3600 })(request, response);
    };
    expect(await ask(0, 'alpha')).toMatchObject({ code: 'rate_limited' });
    // Behind the caller's back the failure of this tenant is written, and the pause of the gateway.
    while (((await redis.call('DBSIZE')) as number) < 2) await new Promise(setImmediate);
    const others = CHAINS.slice(1);
    const tokens = await Promise.all(others.map((chain) => ask(1, chain)));
    expect(tokens).toEqual(others.map((chain) => `token-of-/${chain}/oauth/v2/token`));
    expect(arrived.filter((ms) => ms < 0)).toHaveLength(1);
    // One each; the first is asked for again when its wait is over, by one of the two.
    expect(arrived.length).toBeLessThanOrEqual(1 + CHAINS.length);
    const keys = (await redis.call('KEYS', '*')) as string[];
    const values = await Promise.all(keys.map((key) => redis.call('GET', key)));
    expect(keys.length).toBeGreaterThanOrEqual(others.length);
    expect(inspect([keys, values], { maxArrayLength: null, maxStringLength: null })).not.toMatch(
      /CANARY|token-of|127\.0\.0\.1/,
    );
  });
});
