import { describe, expect, it } from '@jest/globals';
import { AxiosError, type AxiosResponse, create, type InternalAxiosRequestConfig } from 'axios';

import { systemClock } from '../clock.js';
import { environmentByTenant } from '../environment/load-environment.js';
import { type HttpAnswer, TransportFailed } from '../token/request/http-token-transport.js';
import type { Finding, Report } from './checks/diagnosis.js';
import { Doctor } from './doctor.js';

const ENV = {
  RESAMANIA_API_URL: 'https://host/prefix',
  RESAMANIA_API_KEY: 'key-canary',
  RESAMANIA_CLIENT_TOKEN: 'demoapi',
  RESAMANIA_CLIENT_ID: '1_x',
  RESAMANIA_CLIENT_SECRET: 'secret-canary',
};
const GRANT = { access_token: 'token-canary', expires_in: 3600, token_type: 'bearer' };

interface World {
  readonly env?: NodeJS.ProcessEnv;
  readonly token?: HttpAnswer | 'none';
  readonly api?: Partial<AxiosResponse> | AxiosError;
}

function json(status: number, body: object, headers: Record<string, string> = {}): HttpAnswer {
  return { status, headers, body: JSON.stringify(body) };
}

async function examine({ env = ENV, token = json(200, GRANT), api = {} }: World): Promise<Report> {
  const adapter = async (config: InternalAxiosRequestConfig) => {
    expect(config.headers.get('authorization')).toBe('Bearer token-canary');
    if (api instanceof AxiosError) throw api;
    const response = { status: 200, statusText: '', headers: {}, data: '{}', config, ...api };
    if (response.status < 300) return response;
    throw new AxiosError('bad', 'ERR_BAD_REQUEST', config, {}, response);
  };
  const doctor = new Doctor({
    env,
    probe: {
      usesProxy: () => false,
      resolve: async () => 1,
      connect: async () => undefined,
    },
    transport: {
      post: () =>
        token === 'none'
          ? Promise.reject(new TransportFailed({ reason: 'cut off' }))
          : Promise.resolve(token),
      close: () => undefined,
    },
    http: create({ adapter }),
    clock: systemClock,
    timeoutMs: 1000,
    progress: { starts: () => undefined, ends: () => undefined, stop: () => undefined },
  });
  const report = await doctor.examine(environmentByTenant(env, () => 'never'));
  expect(JSON.stringify(report)).not.toContain('canary');
  return report;
}

async function finding(world: World, step: string): Promise<Finding | undefined> {
  return (await examine(world)).tenants[0]?.steps.find((made) => made.step === step);
}

describe('Doctor', () => {
  it('finds nothing wrong where nothing is', async () => {
    const { exitCode, tenants } = await examine({});
    expect(exitCode).toBe(0);
    expect(tenants[0]?.steps.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 7 }, () => 'ok'));
  });

  it.each<[string, HttpAnswer | 'none', string, Partial<Finding>]>([
    ['a refused key', json(401, { http_status_code: 401 }), 'gateway key', { code: 'gateway_refused' }],
    [
      'a refused secret',
      json(400, { error: 'invalid_client' }),
      'credentials',
      { code: 'credentials_rejected' },
    ],
    ['an odd 400', json(400, {}), 'token endpoint', { code: 'request_rejected' }],
    ['half an answer', 'none', 'token endpoint', { code: 'broken_answer' }],
    ['a limit', json(429, {}, { 'x-rate-limit-remaining': '0' }), 'gateway key', { code: 'rate_limited' }],
    [
      'a quota near its end',
      json(200, GRANT, { 'x-quota-limit': '10', 'x-quota-remaining': '1' }),
      'gateway key',
      { verdict: 'warning' },
    ],
    [
      'a quota with room',
      json(200, GRANT, { 'x-quota-limit': '10', 'x-quota-remaining': '9' }),
      'gateway key',
      { verdict: 'ok' },
    ],
    [
      'an odd lifetime',
      json(200, { ...GRANT, expires_in: 'soon' }),
      'token lifetime',
      { verdict: 'warning' },
    ],
    [
      'a clock ahead',
      json(200, GRANT, { date: new Date(Date.now() + 600_000).toUTCString() }),
      'token lifetime',
      { verdict: 'warning', detail: expect.stringMatching(/10 min ahead/) as unknown as string },
    ],
    [
      'a clock behind',
      json(200, GRANT, { date: new Date(Date.now() - 600_000).toUTCString() }),
      'token lifetime',
      { verdict: 'warning', detail: expect.stringMatching(/10 min behind/) as unknown as string },
    ],
  ])('names %s', async (_what, token, step, expected) => {
    expect(await finding({ token }, step)).toMatchObject(expected);
  });

  it.each<[string, World['api'], RegExp]>([
    ['401 of the API', { status: 401, data: '{"code":401}' }, /just issued/],
    ['401 of the gateway', { status: 401, data: '{"http_status_code":401}' }, /gateway refused/],
    ['401 of nobody', { status: 401, data: '' }, /without a reason/],
    [
      '403 of the gateway',
      { status: 403, data: '{"http_status_code":403,"message":"no"}' },
      /gateway refused/,
    ],
    ['403 of the API', { status: 403, data: '{"detail":"token-canary"}' }, /forbids/],
    ['404', { status: 404, data: '{}' }, /found no clubs \(HTTP 404\)/],
    ['405', { status: 405, data: '' }, /HTTP 405/],
    ['302', { status: 302, data: '' }, /redirect/],
    ['429', { status: 429, data: '' }, /too many requests/],
    ['a page', { data: '<html>' }, /without JSON/],
    ['a late answer', new AxiosError('token-canary', 'ECONNABORTED'), /in time/],
    ['no answer', new AxiosError('token-canary', 'token-canary'), /\(unknown\)/],
  ])('names %s', async (_what, api = {}, detail) => {
    const found = await finding({ api }, 'API call');
    expect(found).toMatchObject({ verdict: 'failed', detail: expect.stringMatching(detail) });
    expect(found?.remedy).not.toContain('`');
  });

  it("names the command's own option for the time that a request may take, and never sends to itself", async () => {
    const late = await finding({ api: new AxiosError('x', 'ECONNABORTED') }, 'API call');
    expect(late?.remedy).toMatch(/or raise --timeout\.$/);
    const refused = await finding({ token: json(400, { error: 'invalid_client' }) }, 'credentials');
    expect(refused?.remedy).toMatch(/^Check RESAMANIA_CLIENT_ID and [^]*RESAMANIA_CLIENT_TOKEN\.$/);
  });

  it('takes an endpoint that is not granted for a warning', async () => {
    const data = '{"hydra:description":"api.error.scope.unauthorized-endpoint"}';
    expect(await finding({ api: { status: 403, data } }, 'API call')).toMatchObject({ verdict: 'warning' });
  });

  it('names the context headers that may be at fault', async () => {
    const env = {
      ...ENV,
      RESAMANIA_CLUB_ID: '/demoapi/clubs/1',
      RESAMANIA_NETWORK_NODE_ID: '/demoapi/network_nodes/1',
    };
    const found = await finding({ env, api: { status: 404, data: '{}' } }, 'API call');
    expect(found?.remedy).toContain('RESAMANIA_CLUB_ID and RESAMANIA_NETWORK_NODE_ID exist');
  });

  it('makes no request for a config that is wrong', async () => {
    const one = await examine({ env: { ...ENV, RESAMANIA_CLIENT_TOKEN: '' } });
    expect(one).toMatchObject({ exitCode: 2, tenants: [{ tenant: '(no name)' }] });
    const several = await examine({ env: { ...ENV, RESAMANIA_TENANTS: 'a,b' } });
    expect(several.tenants).toEqual([]);
    expect(several.problems).toContainEqual(expect.stringMatching(/^RESAMANIA_CLIENT_ID: not used beside/));
    expect(several.problems).toContainEqual(expect.stringMatching(/^RESAMANIA_B_CLIENT_ID: not set/));
    const both = await examine({ env: { ...ENV, RESAMANIA_TENANTS: 'a', RESAMANIA_TENANTS_FILE: '/x/y' } });
    expect(both.problems).toContainEqual(expect.stringMatching(/^RESAMANIA_TENANTS: .*found both/));
  });
});
