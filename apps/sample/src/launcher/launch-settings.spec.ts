import { describe, expect, it } from '@jest/globals';

import { readLaunchSettings } from './launch-settings.js';

describe('readLaunchSettings', () => {
  it('needs nothing: port 3000, tokens of 20 s, no Redis, and a new key each time', () => {
    const settings = readLaunchSettings({ PATH: '/bin' });
    expect(settings).toMatchObject({ port: 3000, tokensLive: 20, redisUrl: undefined });
    expect(settings.storeKeys).toMatch(/^k1:[\w+/]{43}=$/);
    expect(readLaunchSettings({}).storeKeys).not.toBe(settings.storeKeys);
  });

  it('takes what is set', () => {
    const keys = `k7:${'ab'.repeat(32)}`;
    const env = { PORT: '0', SANDBOX_TOKENS_LIVE: '5', REDIS_URL: 'redis://r', RESAMANIA_STORE_KEYS: keys };
    expect(readLaunchSettings(env)).toMatchObject({
      port: 0,
      tokensLive: 5,
      redisUrl: 'redis://r',
      storeKeys: keys,
    });
  });

  it('passes the environment on, less what would lead to another API than the sandbox', () => {
    const env = { PATH: '/bin', NO_COLOR: '1', RESAMANIA_API_URL: 'https://api', RESAMANIA_A_CLIENT_ID: '1' };
    expect(readLaunchSettings(env).environment).toEqual({ PATH: '/bin', NO_COLOR: '1' });
  });

  it.each(['abc', '-1', '3000.5', '65534', 'Infinity'])('refuses the port %s', (PORT) => {
    expect(() => readLaunchSettings({ PORT })).toThrow(/^PORT is invalid: give a whole number up to 65533\./);
  });

  it.each(['0', 'long', '1.5'])('refuses a lifetime of %s', (SANDBOX_TOKENS_LIVE) => {
    expect(() => readLaunchSettings({ SANDBOX_TOKENS_LIVE })).toThrow(/^SANDBOX_TOKENS_LIVE is invalid: /);
  });
});
