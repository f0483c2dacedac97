import { afterEach, describe, expect, it } from '@jest/globals';
import { ResamaniaSandbox, type ResamaniaSandboxOptions } from 'resamania-sandbox';
import { askToken, call, callApi, keyHeaders, tokenOf } from '../libs/resamania-sandbox/test/caller.js';

describe('The sandbox’s gateway', () => {
  let sandbox: ResamaniaSandbox;

  const start = async (options: ResamaniaSandboxOptions = {}) => {
    sandbox = await ResamaniaSandbox.start(options);
  };

  afterEach(() => sandbox.stop());

  it.each([
    ['application/json', '{"message":"Unauthorized","http_status_code":401}', 'application/json'],
    ['application/ld+json', 'Unauthorized', 'text/plain'],
    ['*/*', 'Unauthorized', 'text/plain'],
  ])('refuses a missing or wrong key, to Accept %s with %s', async (accept, body, type) => {
    await start();
    for (const key of [{}, { 'x-gravitee-api-key': 'wrong' }]) {
      const headers = { accept, ...key };
      const replies = [
        await call(`${sandbox.apiBaseUrl}/demoapi/oauth/v2/token`, { method: 'POST', headers }),
        await call(`${sandbox.apiBaseUrl}/demoapi/clubs`, { headers }),
      ];
      for (const reply of replies) {
        expect([reply.status, reply.body, reply.headers['content-type']]).toEqual([401, body, type]);
        expect(reply.headers['www-authenticate']).toBeUndefined();
      }
    }
    expect(sandbox.journal.apiRequests()).toMatchObject([
      { outcome: 'gateway-unauthorized', status: 401, authorized: false },
      { outcome: 'gateway-unauthorized', status: 401, authorized: false },
    ]);
  });

  it('knows one environment prefix', async () => {
    await start();
    for (const path of [
      '/resa2-prod/demoapi/clubs',
      '/demoapi/clubs',
      '/resa2-staging2/demoapi/clubs',
      '/',
    ]) {
      const reply = await call(`http://127.0.0.1:${sandbox.port}${path}`, { headers: keyHeaders(sandbox) });
      expect([reply.status, reply.body]).toEqual([404, 'No context-path matches the request URI.']);
    }
    expect(sandbox.journal.apiRequests().every((entry) => entry.outcome === 'wrong-prefix')).toBe(true);
  });

  it('can be absent, as on a direct host', async () => {
    await start({ environment: '', apiKey: null });
    expect(sandbox.apiBaseUrl).toBe(`http://127.0.0.1:${sandbox.port}`);
    expect(sandbox.apiKey).toBeNull();
    const url = `${sandbox.apiBaseUrl}/demoapi/clubs`;
    expect((await call(url, { headers: { authorization: `Bearer ${await tokenOf(sandbox)}` } })).status).toBe(
      200,
    );
    expect((await call(`${sandbox.apiBaseUrl}/`)).status).toBe(404);
  });

  it('rotates its key, the previous one dying at once or later', async () => {
    await start({ apiKey: 'one' });
    const status = async (key: string) =>
      (await askToken(sandbox, {}, { headers: { 'x-gravitee-api-key': key } })).status;
    sandbox.rotateApiKey('two', { keepPrevious: true });
    expect(sandbox.apiKey).toBe('two');
    expect([await status('one'), await status('two')]).toEqual([200, 200]);
    sandbox.rotateApiKey('three');
    expect([await status('two'), await status('three')]).toEqual([401, 200]);
  });

  it('limits token and API requests together, and says so on every answer', async () => {
    let now = Date.now();
    await start({ now: () => now, rateLimits: { rate: { limit: 3 }, quota: { limit: 10 } } });
    const token = await tokenOf(sandbox);
    const second = await callApi(sandbox, '/demoapi/clubs', token);
    expect(second.headers).toMatchObject({
      'x-rate-limit-limit': '3',
      'x-rate-limit-remaining': '1',
      'x-rate-limit-reset': String(now + 60_000),
      'x-quota-remaining': '8',
    });
    expect((await callApi(sandbox, '/demoapi/clubs', 'wrong')).headers['x-rate-limit-remaining']).toBe('0');
    const refused = await askToken(sandbox);
    expect([refused.status, refused.json['http_status_code']]).toEqual([429, 429]);
    expect(refused.headers).toMatchObject({ 'x-rate-limit-remaining': '0', 'x-quota-remaining': '7' });
    expect(sandbox.journal.tokenRequests().at(-1)?.outcome).toBe('rate-limited');
    now += 60_000;
    expect((await callApi(sandbox, '/demoapi/clubs', token)).status).toBe(200);
  });

  it('takes no bodies without end', async () => {
    await start();
    const reply = await askToken(sandbox, { padding: 'x'.repeat(1_100_000) });
    expect(reply.status).toBe(413);
  });
});
