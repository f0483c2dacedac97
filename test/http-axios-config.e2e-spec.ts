import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type AxiosRequestConfig, getAdapter } from 'axios';
import { firstValueFrom } from 'rxjs';

import { createHttpSide, demoOptions } from './support/http-client.js';
import { IssuingEndpoint } from './support/issuing-endpoint.js';
import { RecordingServer } from './support/recording-server.js';

let api: RecordingServer;
let other: RecordingServer;

beforeAll(async () => {
  api = await RecordingServer.start();
  other = await RecordingServer.start();
});

beforeEach(() => {
  api.reset();
  other.reset();
});

afterAll(async () => {
  await api.stop();
  await other.stop();
});

/** What comes of a GET of `clubs`, and what arrived where. */
async function get(own: AxiosRequestConfig, call: AxiosRequestConfig): Promise<object> {
  api.seen.length = 0;
  other.seen.length = 0;
  const options = { ...demoOptions(`${api.origin}/env`), http: { axios: own } };
  const side = createHttpSide(options, new IssuingEndpoint());
  const outcome = await firstValueFrom(side.http.forTenant('demoapi').get('clubs', call)).then(
    ({ status, data }) => ({ status, data: data as unknown }),
    ({ name, code, message }: Error & { code?: string }) => ({ name, code, message }),
  );
  side.stop();
  const arrived = [api, other].map(({ seen }) =>
    seen.map(({ path, headers: { authorization, 'x-gravitee-api-key': key } }) => [path, authorization, key]),
  );
  return { outcome, arrived };
}

const configs: readonly [what: string, config: () => AxiosRequestConfig][] = [
  ['nothing', () => ({})],
  ['headers and parameters', () => ({ headers: { 'X-A': '1' }, params: { a: 1 } })],
  ['an authorization', () => ({ headers: { Authorization: 'Bearer mine' } })],
  ['basic authorization', () => ({ auth: { username: 'a', password: 'b' } })],
  ['another base URL', () => ({ baseURL: `${other.origin}/elsewhere` })],
  ['a base URL of the API', () => ({ baseURL: `${api.origin}/env/demoapi` })],
  ['a socket', () => ({ socketPath: '/nowhere.sock' })],
  ['a proxy', () => ({ proxy: { host: '127.0.0.1', port: other.port } })],
  ['no token', () => ({ resamania: { auth: false } })],
  ['another tenant', () => ({ resamania: { tenant: 'nordgym' } })],
];

describe('the config in http.axios', () => {
  it.each(configs)('counts as that of a call: %s', async (_what, config) => {
    expect(await get(config(), {})).toEqual(await get({}, config()));
  });

  it('comes after that of the call', async () => {
    expect(await get({ params: { a: 1 } }, { params: { a: 2 } })).toMatchObject({
      arrived: [[['/env/demoapi/clubs?a=2', expect.any(String), 'gateway-key']], []],
    });
  });

  it('does not take our headers along where a redirect leaves the API', async () => {
    const beforeRedirect = jest.fn();
    api.respond = (_request, response) => {
      response.writeHead(302, { location: `${other.origin}/end` }).end();
    };
    expect(await get({ beforeRedirect }, {})).toMatchObject({
      outcome: { status: 200 },
      arrived: [
        [['/env/demoapi/clubs', 'Bearer 1_demo-token-1', 'gateway-key']],
        [['/end', undefined, undefined]],
      ],
    });
    expect(beforeRedirect).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(beforeRedirect.mock.calls)).not.toContain('token-1');
  });

  it('may have an adapter, which gets our headers on a config that nobody else sees', async () => {
    const adapter = jest.fn(getAdapter('http'));
    expect(await get({ adapter }, {})).toMatchObject({ outcome: { status: 200 } });
    const [[config] = []] = adapter.mock.calls;
    expect(config?.headers.get('authorization')).toBe('Bearer 1_demo-token-1');
  });
});
