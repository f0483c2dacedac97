import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { AxiosRequestConfig } from 'axios';
import type { ResamaniaAuthOptions } from 'nestjs-resamania-auth';
import { undiciAdapter } from 'nestjs-resamania-auth/undici';
import { firstValueFrom } from 'rxjs';

import { createHttpSide, demoOptions, type HttpSide } from './support/http-client.js';
import { RecordingServer, type Responder, sendJson } from './support/recording-server.js';

/*
 * Line breaks and what becomes one: Node writes headers as Latin-1, which takes the last byte of each character, so that
 * U+010D and U+010A, or U+560D and U+560A, would arrive as a carriage return and a line feed. A null ends a text for some.
 */
const BREAKS: readonly (readonly [name: string, text: string])[] = [
  ['CR LF', '\r\n'],
  ['LF', '\n'],
  ['CR', '\r'],
  ['U+010D U+010A', '\u010d\u010a'],
  ['U+560D U+560A', '\u560d\u560a'],
  ['U+0085', '\u0085'],
  ['U+2028', '\u2028'],
  ['a null', '\0'],
  ['a lone surrogate', '\ud80a'],
];

const ADAPTERS = [
  ['axios', undefined],
  ['undici', undiciAdapter()],
] as const;

let api: RecordingServer;
let side: HttpSide | undefined;

beforeAll(async () => {
  api = await RecordingServer.start();
});

afterEach(() => {
  side?.stop();
  api.reset();
});

afterAll(async () => {
  await api.stop();
  await ADAPTERS[1][1].close();
});

/** Issues this token, and answers calls with nothing. */
function issuing(token: string): Responder {
  return (request, response) =>
    sendJson(200, request.path.endsWith('/token') ? { access_token: token, expires_in: 3600 } : {})(
      request,
      response,
    );
}

async function outcomeOf(options: object, config: AxiosRequestConfig, token = 'token'): Promise<unknown> {
  api.respond = issuing(token);
  const [tenant] = demoOptions(api.origin).tenants ?? [];
  const all = {
    ...demoOptions(api.origin),
    tokenRequest: { attempts: 1 },
    tenants: [{ ...tenant, ...options }],
  };
  try {
    side = createHttpSide(all as ResamaniaAuthOptions);
    return await firstValueFrom(side.http.forTenant('demoapi').get('clubs', config));
  } catch (error) {
    return error;
  }
}

/** No request carries what was to be smuggled in, whatever it was taken for. */
function expectNothingSmuggled(): void {
  for (const { rawHeaders } of api.seen) {
    expect(rawHeaders.map((text) => text.toLowerCase())).not.toContain('x-evil');
    expect(rawHeaders.filter((text) => /[^\x20-\x7e]/.test(text))).toEqual([]);
  }
}

const calls = () => api.seen.filter(({ path }) => !path.endsWith('/token'));

describe.each(ADAPTERS)('Over %s, a header with %s in its value', (_name, adapter) => {
  const config: AxiosRequestConfig = adapter === undefined ? {} : { adapter };

  it.each(BREAKS)('is not made of a token with %s: it is no token', async (_what, text) => {
    const error = await outcomeOf({}, config, `token${text}X-Evil: 1`);
    expect(error).toMatchObject({ name: 'ResamaniaTokenError', code: 'broken_answer' });
    expect(calls()).toEqual([]);
  });

  it.each(BREAKS)('is not made of a gateway key with %s, given or read', async (_what, text) => {
    const key = `key${text}X-Evil: 1`;
    expect(await outcomeOf({ apiKey: key }, config)).toMatchObject({ code: 'invalid_options' });
    expect(await outcomeOf({ apiKey: () => key }, config)).toMatchObject({ code: 'credentials_unavailable' });
    expect(api.seen).toEqual([]);
  });

  it.each(BREAKS)(
    "is not made of the IRI of a club with %s, the tenant's or the call's",
    async (_what, text) => {
      const clubId = `/demoapi/clubs/1${text}X-Evil: 1`;
      expect(await outcomeOf({ clubId }, config)).toMatchObject({ code: 'invalid_options' });
      for (const resamania of [{ clubId }, { networkNodeId: clubId.replace('clubs', 'network_nodes') }])
        expect(await outcomeOf({}, { ...config, resamania })).toMatchObject({ code: 'invalid_request' });
      expect(calls()).toEqual([]);
    },
  );

  it.each(BREAKS)("is not made of the name of the key's header with %s", async (_what, text) => {
    expect(await outcomeOf({ apiKeyHeader: `X-Key${text}X-Evil` }, config)).toMatchObject({
      code: 'invalid_options',
    });
    expect(api.seen).toEqual([]);
  });

  it.each(BREAKS)('is not made of what goes into the body or the path with %s', async (_what, text) => {
    const evil = `1${text}X-Evil: 1`;
    const outcomes = [
      await outcomeOf({ clientId: evil }, config),
      await outcomeOf({ clientSecret: evil }, config),
      await outcomeOf({ scope: evil }, config),
      await outcomeOf({ params: { extra: evil } }, config),
      await outcomeOf({ clientToken: evil }, config),
      await outcomeOf({ tokenPath: `/oauth${evil}` }, config),
      await outcomeOf({}, { ...config, resamania: { principal: { contactEmail: `a@b.c${evil}` } } }),
      await outcomeOf({}, { ...config, resamania: { principal: { club: `/demoapi/clubs/${evil}` } } }),
    ];
    for (const outcome of outcomes)
      if (outcome instanceof Error) expect(outcome.name).toMatch(/^Resamania\w+Error$/);
    expectNothingSmuggled();
  });

  it('can be made of what is all right: so the tables above refuse for the right reason', async () => {
    expect(await outcomeOf({ apiKey: 'key', clubId: '/demoapi/clubs/1' }, config)).toMatchObject({
      status: 200,
    });
    expect(calls()).toHaveLength(1);
    expect(calls()[0]?.headers).toMatchObject({ authorization: 'Bearer token', 'x-gravitee-api-key': 'key' });
    expectNothingSmuggled();
  });
});
