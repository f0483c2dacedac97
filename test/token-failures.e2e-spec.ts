import { inspect } from 'node:util';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Fault, faults, ResamaniaSandbox } from 'resamania-sandbox';

import { ResamaniaTokenError } from '../libs/resamania-auth/src/errors.js';
import { createEngine, type RunningEngine } from './support/engine-on-sandbox.js';

/** What a failure comes to: the error that a caller sees, and how many requests the flight made. */
interface Expected {
  readonly code: string;
  readonly status?: number;
  /** Words that the message must hold: what to do. */
  readonly says: string;
  readonly requests: number;
  /** Bounds of the wait that `retryAt` announces, in seconds, or `nextAttemptAt` where the server named no instant. */
  readonly wait: readonly [min: number, max: number];
}

const ATTEMPTS = 2;
const TRANSIENT = { requests: ATTEMPTS, wait: [0, 2] } as const;
const REJECTED = { requests: 1, wait: [55, 61] } as const;
const inSeconds = (seconds: number) => Date.now() + seconds * 1000;

/** Every row of the failure tables. A new row is one line. */
const TABLE: readonly (readonly [name: string, fault: () => Fault, expected: Expected])[] = [
  [
    '400 invalid_client',
    () => faults.oauthError('invalid_client', null),
    { code: 'credentials_rejected', status: 400, says: 'Check `clientId` and `clientSecret`', ...REJECTED },
  ],
  [
    '401 invalid_client',
    () => faults.oauthError('invalid_client', null, { status: 401 }),
    { code: 'credentials_rejected', status: 401, says: 'clientSecret', ...REJECTED },
  ],
  [
    '400 unauthorized_client',
    () => faults.oauthError('unauthorized_client', 'nope'),
    { code: 'credentials_rejected', status: 400, says: 'clientId', ...REJECTED },
  ],
  [
    '400 invalid_grant',
    () => faults.oauthError('invalid_grant', null),
    { code: 'credentials_rejected', status: 400, says: 'clientId', ...REJECTED },
  ],
  [
    '400 unsupported_grant_type',
    () => faults.oauthError('unsupported_grant_type', null),
    { code: 'request_rejected', status: 400, says: 'the grant is enabled', ...REJECTED },
  ],
  [
    '400 invalid_scope',
    () => faults.oauthError('invalid_scope', null),
    { code: 'request_rejected', status: 400, says: '`scope`', ...REJECTED },
  ],
  [
    '400 invalid_request',
    () => faults.oauthError('invalid_request', null),
    { code: 'request_rejected', status: 400, says: '`params`', ...REJECTED },
  ],
  [
    '400 without an OAuth error',
    () => faults.body('bad', { status: 400 }),
    { code: 'request_rejected', status: 400, says: '`apiBaseUrl`', ...REJECTED },
  ],
  [
    'gateway 401 as JSON',
    () => faults.gatewayUnauthorized('json'),
    { code: 'gateway_refused', status: 401, says: 'Check `apiKey`', ...REJECTED },
  ],
  [
    'gateway 401 as text',
    () => faults.gatewayUnauthorized('text'),
    { code: 'gateway_refused', status: 401, says: 'Check `apiKey`', ...REJECTED },
  ],
  [
    'gateway 403 as JSON',
    () => faults.gatewayForbidden('json'),
    { code: 'gateway_refused', status: 403, says: 'subscription', ...REJECTED },
  ],
  [
    'gateway 403 as text',
    () => faults.gatewayForbidden('text'),
    { code: 'gateway_refused', status: 403, says: 'subscription', ...REJECTED },
  ],
  [
    '404 of a wrong prefix',
    () => faults.wrongPrefix(),
    { code: 'wrong_url', status: 404, says: 'environment prefix', ...REJECTED },
  ],
  [
    'a redirect',
    () => faults.redirect('https://elsewhere.example/', 302),
    { code: 'wrong_url', status: 302, says: 'final address', ...REJECTED },
  ],
  [
    '429 of the rate limit',
    () => faults.rateLimited({ kind: 'rate', resetAt: inSeconds(40) }),
    { code: 'rate_limited', status: 429, says: 'recovers by itself', requests: 1, wait: [37, 42] },
  ],
  [
    '429 with the reset in seconds',
    () => faults.rateLimited({ kind: 'rate', resetAt: inSeconds(40), headers: 'seconds' }),
    { code: 'rate_limited', status: 429, says: 'recovers by itself', requests: 1, wait: [37, 42] },
  ],
  [
    '429 of the quota',
    () => faults.rateLimited({ kind: 'quota', resetAt: inSeconds(7200) }),
    { code: 'quota_exhausted', status: 429, says: 'larger quota', requests: 1, wait: [7190, 7202] },
  ],
  [
    '429 of spike arrest',
    () => faults.rateLimited({ kind: 'spike', resetAt: inSeconds(30) }),
    { code: 'rate_limited', status: 429, says: 'recovers by itself', requests: 1, wait: [27, 32] },
  ],
  [
    '429 with no header at all',
    () => faults.rateLimited({ kind: 'rate', headers: 'none' }),
    { code: 'rate_limited', status: 429, says: 'recovers by itself', requests: 1, wait: [0, 2] },
  ],
  [
    '429 with -1 for the reset',
    () => faults.rateLimited({ kind: 'rate', headers: 'minus-one' }),
    { code: 'rate_limited', status: 429, says: 'recovers by itself', requests: 1, wait: [0, 2] },
  ],
  [
    '429 with Retry-After in seconds',
    () => faults.rateLimited({ kind: 'rate', headers: 'none', retryAfter: 25 }),
    { code: 'rate_limited', status: 429, says: 'recovers by itself', requests: 1, wait: [23, 26] },
  ],
  [
    '429 with Retry-After as a date',
    () =>
      faults.rateLimited({
        kind: 'rate',
        headers: 'none',
        retryAfter: new Date(inSeconds(50)).toUTCString(),
      }),
    { code: 'rate_limited', status: 429, says: 'recovers by itself', requests: 1, wait: [46, 52] },
  ],
  [
    '429 of a server whose clock is an hour ahead',
    () =>
      faults.rateLimited({
        kind: 'rate',
        resetAt: inSeconds(3640),
        date: new Date(inSeconds(3600)).toUTCString(),
      }),
    { code: 'rate_limited', status: 429, says: 'recovers by itself', requests: 1, wait: [37, 42] },
  ],
  [
    '500',
    () => faults.status(500),
    { code: 'service_unavailable', status: 500, says: 'statuspage.io', ...TRANSIENT },
  ],
  [
    '503',
    () => faults.status(503),
    { code: 'service_unavailable', status: 503, says: 'statuspage.io', ...TRANSIENT },
  ],
  [
    '503 with Retry-After',
    () => faults.status(503, { headers: { 'Retry-After': '20' } }),
    { code: 'service_unavailable', status: 503, says: 'statuspage.io', requests: 1, wait: [18, 21] },
  ],
  [
    '503 with Retry-After: 0',
    () => faults.status(503, { headers: { 'Retry-After': '0' } }),
    { code: 'service_unavailable', status: 503, says: 'statuspage.io', ...TRANSIENT },
  ],
  [
    '503 with a Retry-After in the past',
    () => faults.status(503, { headers: { 'Retry-After': new Date(inSeconds(-60)).toUTCString() } }),
    { code: 'service_unavailable', status: 503, says: 'statuspage.io', ...TRANSIENT },
  ],
  [
    'a connection reset',
    () => faults.reset(),
    { code: 'network_error', says: 'Check `apiBaseUrl`', ...TRANSIENT },
  ],
  ['no answer', () => faults.hang(), { code: 'timeout', says: 'tokenRequest.timeoutMs', ...TRANSIENT }],
  [
    'a body slower than the time limit',
    () => faults.slowBody({ totalMs: 5000 }),
    { code: 'timeout', says: 'tokenRequest.timeoutMs', ...TRANSIENT },
  ],
  [
    '200 with HTML',
    () => faults.html(),
    { code: 'broken_answer', status: 200, says: 'a page of HTML', ...TRANSIENT },
  ],
  [
    '200 with an empty body',
    () => faults.empty(),
    { code: 'broken_answer', status: 200, says: 'is empty', ...TRANSIENT },
  ],
  [
    '200 cut off',
    () => faults.truncated(),
    { code: 'broken_answer', status: 200, says: 'breaks off before its end', ...TRANSIENT },
  ],
  [
    '200 larger than 64 KiB',
    () => faults.oversized(80_000),
    { code: 'broken_answer', status: 200, says: '64 KiB', ...TRANSIENT },
  ],
  [
    '200 with JSON that breaks off',
    () => faults.body('{"access_token":"x', { status: 200, contentType: 'application/json' }),
    { code: 'broken_answer', status: 200, says: 'breaks off', ...TRANSIENT },
  ],
  [
    '200 with an error member',
    () => faults.okWithError('invalid_client'),
    { code: 'broken_answer', status: 200, says: 'in spite of its status', ...TRANSIENT },
  ],
  [
    '200 without a token',
    () => faults.body({ token_type: 'bearer' }, { status: 200 }),
    { code: 'broken_answer', status: 200, says: 'no access_token', ...TRANSIENT },
  ],
  [
    '200 with another token type',
    () => faults.tokenAnswer({ token_type: 'mac' }),
    { code: 'broken_answer', status: 200, says: 'other than bearer', ...TRANSIENT },
  ],
  [
    'a token with a line break',
    () => faults.tokenAnswer({ access_token: 'abc\r\nX-Evil: 1' }),
    { code: 'broken_answer', status: 200, says: 'no header can carry', ...TRANSIENT },
  ],
  [
    'a token with characters beyond ASCII',
    () => faults.tokenAnswer({ access_token: 'jeton-été' }),
    { code: 'broken_answer', status: 200, says: 'no header can carry', ...TRANSIENT },
  ],
  [
    'expires_in of zero',
    () => faults.tokenAnswer({ expires_in: 0 }),
    { code: 'broken_answer', status: 200, says: 'expired already', ...TRANSIENT },
  ],
  [
    'a negative expires_in',
    () => faults.tokenAnswer({ expires_in: -5 }),
    { code: 'broken_answer', status: 200, says: 'expired already', ...TRANSIENT },
  ],
];

describe('a token request that fails', () => {
  let sandbox: ResamaniaSandbox;
  let running: RunningEngine;

  beforeAll(async () => {
    sandbox = await ResamaniaSandbox.start();
  });
  afterEach(() => {
    running.engine.stop();
    sandbox.tokenEndpoint.reset();
    sandbox.journal.clear();
  });
  afterAll(() => sandbox.stop());

  function start(timeoutMs = 10_000): void {
    running = createEngine({
      ...sandbox.connection,
      tokenRequest: { attempts: ATTEMPTS, timeoutMs },
      refresh: { enabled: false, warmUp: false },
    });
  }

  it.each(TABLE)('by %s', async (_name, fault, { code, status, says, requests, wait }) => {
    // Short only where the time limit is what fails: an answer may be late on a busy machine.
    start(code === 'timeout' ? 300 : undefined);
    sandbox.tokenEndpoint.always(fault());
    const error: unknown = await running.service
      .getAccessToken('demoapi')
      .catch((failure: unknown) => failure);
    if (!(error instanceof ResamaniaTokenError))
      throw new Error(`expected a token error, got ${String(error)}`);
    expect(error).toMatchObject({ code, tenant: 'demoapi' });
    expect(error.status).toBe(status);
    expect(error.message).toContain(says);
    expect(error.message).toContain('"demoapi"');
    const waitSeconds = (((error.retryAt ?? error.nextAttemptAt)?.getTime() ?? 0) - Date.now()) / 1000;
    expect(waitSeconds).toBeGreaterThan(wait[0] - 1);
    expect(waitSeconds).toBeLessThan(wait[1] + 1);
    expect(sandbox.journal.countTokenRequests('demoapi')).toBe(requests);
    const shown = inspect([error, running.service.status(), running.events], {
      depth: null,
      showHidden: true,
    });
    for (const secret of [sandbox.chain('demoapi').clientSecret, sandbox.apiKey ?? '']) {
      expect(shown + JSON.stringify(error)).not.toContain(secret);
    }
  });

  it('by a refused connection', async () => {
    const gone = await ResamaniaSandbox.start();
    const options = gone.connection;
    await gone.stop();
    running = createEngine({ ...options, tokenRequest: { attempts: 1 } });
    const error: unknown = await running.service
      .getAccessToken('demoapi')
      .catch((failure: unknown) => failure);
    expect(error).toMatchObject({
      code: 'network_error',
      message: expect.stringContaining('ECONNREFUSED') as unknown as string,
    });
  });
});

describe('an answer that is odd but good', () => {
  let sandbox: ResamaniaSandbox;
  beforeAll(async () => {
    sandbox = await ResamaniaSandbox.start();
  });
  afterAll(() => sandbox.stop());

  it.each([
    ['expires_in as a numeric string', faults.tokenAnswer({ expires_in: '1800' }), 1800, undefined],
    [
      'no expires_in: the JWT tells',
      faults.tokenAnswer({ expires_in: undefined, jwtLifetimeSeconds: 900 }),
      900,
      undefined,
    ],
    [
      'a JWT that lives shorter',
      faults.tokenAnswer({ expires_in: 3600, jwtLifetimeSeconds: 600 }),
      600,
      undefined,
    ],
    [
      'a JWT whose clock is off',
      faults.tokenAnswer({ expires_in: 1200, iatShiftSeconds: -86_400 }),
      1200,
      undefined,
    ],
    ['an expires_in that is no number', faults.tokenAnswer({ expires_in: 'soon' }), 3600, 'no number'],
    [
      'neither expires_in nor a JWT',
      faults.tokenAnswer({ expires_in: null, access_token: 'opaque' }),
      300,
      '300 s are assumed',
    ],
    ['an expires_in in milliseconds', faults.tokenAnswer({ expires_in: 3_600_000 }), 3600, undefined],
    [
      'an absurd expires_in',
      faults.tokenAnswer({ expires_in: 1e12, access_token: 'opaque' }),
      2_592_000,
      '30 days',
    ],
    ['a capital Bearer', faults.tokenAnswer({ token_type: 'Bearer' }), 3600, undefined],
    ['a delay', faults.delay(100), 3600, undefined],
  ] as const)('%s', async (_name, fault, lifetimeSeconds, oddity) => {
    const { engine, service, events } = createEngine({ ...sandbox.connection, refresh: { enabled: false } });
    sandbox.tokenEndpoint.next(fault);
    const token = await service.getToken('demoapi');
    expect(Math.round((token.expiresAt.getTime() - token.issuedAt.getTime()) / 1000)).toBe(lifetimeSeconds);
    const [event] = events;
    if (event?.type !== 'obtained') throw new Error('expected an event');
    if (oddity === undefined) expect(event.oddity).toBeUndefined();
    else expect(event.oddity).toContain(oddity);
    engine.stop();
  });
});
