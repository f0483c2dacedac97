import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  readApiError,
  ResamaniaAuthModule,
  ResamaniaHttpService,
  ResamaniaTokenService,
} from 'nestjs-resamania-auth';
import { type Fault, faults, ResamaniaSandbox } from 'resamania-sandbox';
import { firstValueFrom } from 'rxjs';

import { CLOCK, systemClock } from '../libs/resamania-auth/src/clock.js';

/** What an API call comes to when its answers are these. */
interface Expected {
  /** Status that the caller sees; 200 where the replay succeeded. */
  readonly status: number;
  /** Requests that the API saw, and tokens that were asked for, the first included. */
  readonly api: number;
  readonly tokens: number;
  /** What `readApiError()` tells. */
  readonly tells?: object;
}

const SURFACED = { api: 1, tokens: 1 } as const;
const REPLAYED = { status: 200, api: 2, tokens: 2 } as const;
/** Tomorrow: what lies further ahead than a month is taken for a month. In whole seconds. */
const RESET = (Math.floor(Date.now() / 1000) + 86_400) * 1000;

/** Every row of the table of API answers. A new row is one line. */
// prettier-ignore
const TABLE: readonly (readonly [name: string, answers: readonly Fault[], expected: Expected])[] = [
  ['401 of the gateway as JSON', [faults.apiUnauthorized('gateway-json')], { status: 401, ...SURFACED, tells: { unauthorizedBy: 'gateway' } }],
  ['401 of the gateway as text', [faults.apiUnauthorized('gateway-text')], { status: 401, ...SURFACED, tells: { unauthorizedBy: 'gateway' } }],
  ['401 with "code": 401', [faults.apiUnauthorized('lexik')], REPLAYED],
  ['401 with an OAuth error in French', [faults.apiUnauthorized('oauth2')], REPLAYED],
  ['401 with WWW-Authenticate: Bearer alone', [faults.body('', { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } })], REPLAYED],
  ['401 of any other shape', [faults.apiUnauthorized('unknown')], REPLAYED],
  ['401 twice', [faults.apiUnauthorized('lexik'), faults.apiUnauthorized('lexik')], { status: 401, api: 2, tokens: 2, tells: { unauthorizedBy: 'token' } }],
  ['403 of an endpoint that is not granted', [faults.forbiddenEndpoint()], { status: 403, ...SURFACED, tells: { description: 'api.error.scope.unauthorized-endpoint' } }],
  ['404 of a wrong prefix', [faults.wrongPrefix()], { status: 404, ...SURFACED }],
  ['429 of the rate limit', [faults.rateLimited({ kind: 'rate', resetAt: RESET })], { status: 429, ...SURFACED, tells: { limits: { rateLimit: { remaining: 0, resetAt: new Date(RESET) } } } }],
  ['429 of the quota', [faults.rateLimited({ kind: 'quota', resetAt: RESET })], { status: 429, ...SURFACED, tells: { limits: { quota: { remaining: 0, resetAt: new Date(RESET) } } } }],
  ['500', [faults.status(500)], { status: 500, ...SURFACED }],
];

describe('an API call that is answered by', () => {
  let sandbox: ResamaniaSandbox;
  let app: TestingModule;

  beforeEach(async () => {
    sandbox = await ResamaniaSandbox.start({ tokenLifetimeSeconds: 60 });
    let ahead = 0;
    app = await Test.createTestingModule({
      imports: [
        ResamaniaAuthModule.forRoot({
          ...sandbox.connection,
          defaultTenant: 'demoapi',
          refresh: { enabled: false, warmUp: false },
        }),
      ],
    })
      .overrideProvider(CLOCK)
      .useValue({ ...systemClock, now: () => systemClock.now() + ahead })
      .compile();
    app.useLogger(false);
    await app.init();
    await app.get(ResamaniaTokenService).getToken();
    // A rejected token younger than a tenth of its lifetime would not be renewed.
    ahead = 7_000;
  });
  afterEach(async () => {
    await app.close();
    await sandbox.stop();
  });

  async function call(url: string): Promise<{ status: number | undefined; error: unknown }> {
    return firstValueFrom(app.get(ResamaniaHttpService).get(url)).then(
      ({ status }) => ({ status, error: undefined }),
      (error: unknown) => ({ status: readApiError(error)?.status, error }),
    );
  }

  it.each(TABLE)('%s', async (_name, answers, expected) => {
    sandbox.api.next(...answers);
    const { status, error } = await call('clubs');
    expect(status).toBe(expected.status);
    expect(sandbox.journal.countApiRequests()).toBe(expected.api);
    expect(sandbox.journal.countTokenRequests()).toBe(expected.tokens);
    if (expected.tells !== undefined) expect(readApiError(error)).toMatchObject(expected.tells);
  });

  it('404 of an item that is not there', async () => {
    const { status, error } = await call('clubs/987654');
    expect(status).toBe(404);
    expect(readApiError(error)?.description).toBe('Item not found');
    expect(sandbox.journal.countTokenRequests()).toBe(1);
  });

  it('401 of a revoked token: one renewal for a hundred calls, none fails', async () => {
    sandbox.revokeTokens('demoapi');
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => call('clubs')));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set([200]));
    expect(sandbox.journal.countTokenRequests()).toBe(2);
  });
});
