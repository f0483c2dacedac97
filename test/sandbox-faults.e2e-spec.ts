import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { faults, ResamaniaSandbox, type Fault } from 'resamania-sandbox';
import { askToken, callApi, tokenOf } from '../libs/resamania-sandbox/test/caller.js';

describe('Scripted faults', () => {
  let sandbox: ResamaniaSandbox;

  beforeAll(async () => {
    sandbox = await ResamaniaSandbox.start();
  });

  afterAll(() => sandbox.stop());

  afterEach(() => {
    sandbox.tokenEndpoint.reset();
    sandbox.api.reset();
    sandbox.journal.clear();
  });

  const meet = (fault: Fault) => {
    sandbox.tokenEndpoint.next(fault);
    return askToken(sandbox);
  };

  it.each<[string, Fault, number, string | RegExp, Record<string, string>]>([
    ['status', faults.status(503, { headers: { 'retry-after': '7' } }), 503, '', { 'retry-after': '7' }],
    ['status', faults.status(500, { body: 'oops' }), 500, 'oops', {}],
    [
      'oauth-error',
      faults.oauthError('invalid_client'),
      400,
      /"error":"invalid_client","error_description":null/,
      {},
    ],
    [
      'oauth-error',
      faults.oauthError('invalid_client', 'no', { status: 401 }),
      401,
      /"error_description":"no"/,
      {},
    ],
    ['gateway', faults.gatewayUnauthorized(), 401, /"http_status_code":401/, {}],
    ['gateway', faults.gatewayUnauthorized('text'), 401, 'Unauthorized', { 'content-type': 'text/plain' }],
    ['gateway', faults.gatewayForbidden('json'), 403, /"http_status_code":403/, {}],
    ['gateway', faults.gatewayForbidden('text'), 403, 'Forbidden', {}],
    ['wrong-prefix', faults.wrongPrefix(), 404, 'No context-path matches the request URI.', {}],
    [
      'redirect',
      faults.redirect('http://elsewhere.example/'),
      302,
      '',
      { location: 'http://elsewhere.example/' },
    ],
    ['redirect', faults.redirect('/x', 307), 307, '', { location: '/x' }],
    ['html', faults.html(), 200, /^<!doctype html>/, { 'content-type': 'text/html; charset=utf-8' }],
    ['html', faults.html(502), 502, /^<!doctype html>/, {}],
    ['empty', faults.empty(), 200, '', { 'content-length': '0' }],
    ['ok-with-error', faults.okWithError('invalid_client'), 200, /"error":"invalid_client"/, {}],
    ['body', faults.body({ a: [1] }), 200, '{"a":[1]}', { 'content-type': 'application/json' }],
    ['body', faults.body('{"a":', { status: 201 }), 201, '{"a":', {}],
    ['body', faults.body('x', { contentType: 'text/x', headers: { 'x-a': 'b' } }), 200, 'x', { 'x-a': 'b' }],
    ['rate-limited', faults.rateLimited({ kind: 'quota' }), 429, /429/, { 'x-quota-remaining': '0' }],
    [
      'rate-limited',
      faults.rateLimited({ kind: 'spike', retryAfter: 2 }),
      429,
      /429/,
      { 'retry-after': '2' },
    ],
    [
      'rate-limited',
      faults.rateLimited({ kind: 'rate', resetAt: 5, date: 'Thu, 01 Jan 1970 00:00:00 GMT' }),
      429,
      /429/,
      { 'x-rate-limit-reset': '5', date: 'Thu, 01 Jan 1970 00:00:00 GMT' },
    ],
    [
      'api-unauthorized',
      faults.apiUnauthorized('lexik'),
      401,
      /"code":401/,
      { 'www-authenticate': 'Bearer' },
    ],
    ['api-unauthorized', faults.apiUnauthorized('lexik', { wwwAuthenticate: null }), 401, /"code":401/, {}],
    [
      'api-unauthorized',
      faults.apiUnauthorized('oauth2', { message: 'périmé' }),
      401,
      /"invalid_grant".*périmé/,
      {},
    ],
    ['gateway', faults.apiUnauthorized('gateway-json'), 401, /"http_status_code":401/, {}],
    ['gateway', faults.apiUnauthorized('gateway-text'), 401, 'Unauthorized', {}],
    ['api-unauthorized', faults.apiUnauthorized('unknown'), 401, '{"detail":"Refused"}', {}],
    ['forbidden-endpoint', faults.forbiddenEndpoint(), 403, /api\.error\.scope\.unauthorized-endpoint/, {}],
  ])('%s, on either surface', async (name, fault, status, body, headers) => {
    sandbox.api.next(fault);
    for (const reply of [await meet(fault), await callApi(sandbox, '/demoapi/clubs', 'x')]) {
      expect(reply.status).toBe(status);
      expect(reply.body).toEqual(typeof body === 'string' ? body : expect.stringMatching(body));
      expect(reply.headers).toMatchObject(headers);
    }
    const entry = { outcome: 'fault', fault: name, status, authorized: false, clientToken: 'demoapi' };
    expect(sandbox.journal.tokenRequests()).toMatchObject([{ ...entry, grantType: 'client_credentials' }]);
    expect(sandbox.journal.apiRequests()).toMatchObject([entry]);
  });

  it('leaves WWW-Authenticate out where asked to, and by default for unknown shapes', async () => {
    for (const fault of [
      faults.apiUnauthorized('lexik', { wwwAuthenticate: null }),
      faults.apiUnauthorized('unknown'),
      faults.gatewayUnauthorized(),
    ]) {
      expect((await meet(fault)).headers['www-authenticate']).toBeUndefined();
    }
  });

  it('truncated: fewer bytes than promised', async () => {
    await expect(meet(faults.truncated())).rejects.toThrow('aborted');
    expect(sandbox.journal.tokenRequests()).toMatchObject([{ outcome: 'issued', fault: 'truncated' }]);
  });

  it('reset: no answer at all', async () => {
    await expect(meet(faults.reset())).rejects.toThrow(/ECONNRESET|socket hang up/);
    expect(sandbox.journal.tokenRequests()).toMatchObject([{ outcome: 'fault', fault: 'reset' }]);
    expect(sandbox.journal.tokenRequests()[0]).not.toHaveProperty('status');
  });

  it('hang: nothing until the client gives up', async () => {
    sandbox.tokenEndpoint.next(faults.hang());
    await expect(askToken(sandbox, {}, { signal: AbortSignal.timeout(50) })).rejects.toThrow();
    expect(sandbox.journal.tokenRequests()).toMatchObject([{ outcome: 'fault', fault: 'hang' }]);
  });

  it('oversized: as many bytes as asked for, as JSON', async () => {
    const reply = await meet(faults.oversized(3_000_000));
    expect(reply.body.length).toBe(3_000_000 + '{"padding":""}'.length);
    expect(Object.keys(reply.json)).toEqual(['padding']);
  });

  it('slowBody: the normal answer in pieces', async () => {
    const startedAt = performance.now();
    const reply = await meet(faults.slowBody({ totalMs: 100, chunks: 4 }));
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(90);
    expect(reply.json['token_type']).toBe('bearer');
  });

  it('delay: a pause, then the normal answer or another fault', async () => {
    const startedAt = performance.now();
    expect((await meet(faults.delay(60))).status).toBe(200);
    expect((await meet(faults.delay(60, faults.status(504)))).status).toBe(504);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(110);
    expect(sandbox.journal.tokenRequests().map((entry) => entry.outcome)).toEqual(['issued', 'fault']);
  });

  it('tokenAnswer: members changed, dropped and added, the token as usual', async () => {
    const { json } = await meet(
      faults.tokenAnswer({
        expires_in: '60',
        scope: undefined,
        token_type: 'Bearer',
        refresh_token: 'r',
        more: 1,
      }),
    );
    expect(json).toEqual({
      access_token: expect.any(String),
      expires_in: '60',
      token_type: 'Bearer',
      refresh_token: 'r',
      more: 1,
    });
    expect((await callApi(sandbox, '/demoapi/clubs', String(json['access_token']))).status).toBe(200);
    expect(sandbox.journal.tokenRequests()).toMatchObject([{ outcome: 'issued', fault: 'token-answer' }]);
    expect((await meet(faults.tokenAnswer({ expires_in: undefined }))).json).not.toHaveProperty('expires_in');
    expect((await meet(faults.tokenAnswer({ access_token: undefined }))).json).not.toHaveProperty(
      'access_token',
    );
    expect((await meet(faults.tokenAnswer({ expires_in: null }))).json['expires_in']).toBeNull();
  });

  it('tokenAnswer: a JWT with another lifetime, from a server whose clock is wrong', async () => {
    const { json } = await meet(faults.tokenAnswer({ jwtLifetimeSeconds: 90, iatShiftSeconds: -7_200 }));
    const token = String(json['access_token']);
    const { iat = 0, exp = 0 } = decodeJwt(token);
    expect([json['expires_in'], exp - iat]).toEqual([3600, 90]);
    expect(Math.abs(iat + 7_200 - Date.now() / 1000)).toBeLessThan(5);
    expect((await callApi(sandbox, '/demoapi/clubs', token)).status).toBe(200);
  });

  it('stand until reset, for one chain only if said so', async () => {
    sandbox.tokenEndpoint.always(faults.status(500));
    sandbox.tokenEndpoint.forChain('nordgym').next(faults.status(501));
    const nordgym = { clientToken: 'nordgym' };
    const statuses = [
      await askToken(sandbox, {}, nordgym),
      await askToken(sandbox),
      await askToken(sandbox, {}, nordgym),
    ];
    expect(statuses.map((reply) => reply.status)).toEqual([501, 500, 500]);
    sandbox.tokenEndpoint.reset();
    sandbox.tokenEndpoint.next({ ...faults.status(502), clientToken: 'nordgym' });
    expect([(await askToken(sandbox)).status, sandbox.tokenEndpoint.pending]).toEqual([200, 1]);
  });

  it('come down and up', async () => {
    sandbox.tokenEndpoint.down();
    expect((await askToken(sandbox)).status).toBe(503);
    sandbox.tokenEndpoint.up();
    const token = await tokenOf(sandbox);
    sandbox.api.down(60_000, faults.gatewayUnauthorized('text'));
    expect((await callApi(sandbox, '/demoapi/clubs', token)).status).toBe(401);
    expect(sandbox.journal.apiRequests()).toMatchObject([
      { tokenSerial: expect.any(Number), authorized: false },
    ]);
    sandbox.api.up();
    expect((await callApi(sandbox, '/demoapi/clubs', token)).status).toBe(200);
  });
});
