import { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type AxiosRequestConfig, type AxiosResponse, create } from 'axios';

import { AgingApi, FIRST, SECOND } from './support/aging-api.js';
import { type Responder, sendJson, sendText } from './support/recording-server.js';

let api: AgingApi;

beforeAll(async () => {
  api = await AgingApi.start();
});

afterAll(() => api.stop());

beforeEach(() => api.build());

/** Whatever the response type makes of a body, as text. */
async function asText(data: unknown): Promise<string> {
  if (data instanceof Readable) return readText(data);
  if (Buffer.isBuffer(data)) return data.toString();
  return typeof data === 'string' ? data : JSON.stringify(data);
}

const GATEWAY_JSON = { message: 'Unauthorized', http_status_code: 401 };
const LEXIK = { code: 401, message: 'Jeton JWT expiré' };
const OAUTH2 = { error: 'invalid_grant', error_description: "Le jeton d'accès est expiré." };
const UNKNOWN = { detail: 'Full authentication is required.' };
const LD = { 'content-type': 'application/ld+json; charset=utf-8' };
const AS_TEXT = { 'content-type': 'text/plain; charset=utf-8' };

const gatewayShapes: readonly [shape: string, respond: Responder][] = [
  ['JSON', sendJson(401, GATEWAY_JSON)],
  ['ld+json', sendJson(401, GATEWAY_JSON, LD)],
  ['JSON sent as text', sendJson(401, GATEWAY_JSON, AS_TEXT)],
  ['JSON beside a challenge', sendJson(401, GATEWAY_JSON, { 'www-authenticate': 'Bearer' })],
  ['text', sendText(401, 'Unauthorized')],
];
const tokenShapes: readonly [shape: string, respond: Responder][] = [
  ['Lexik JSON', sendJson(401, LEXIK)],
  ['Lexik ld+json', sendJson(401, LEXIK, LD)],
  ['Lexik as text', sendJson(401, LEXIK, AS_TEXT)],
  ['OAuth JSON', sendJson(401, OAUTH2)],
  ['OAuth ld+json', sendJson(401, OAUTH2, LD)],
  ['OAuth as text', sendJson(401, OAUTH2, AS_TEXT)],
  ['a challenge and no body', sendText(401, '', { 'www-authenticate': 'Bearer realm="Service"' })],
  ['a challenge and the word', sendText(401, 'Unauthorized', { 'www-authenticate': 'Basic, Bearer' })],
  ['unknown JSON', sendJson(401, UNKNOWN)],
  ['unknown text', sendText(401, 'Unauthorized.')],
  ['an HTML page', sendText(401, '<p>Unauthorized', { 'content-type': 'text/html' })],
  ['nothing', sendText(401, '')],
];
const responseTypes = [undefined, 'json', 'text', 'arraybuffer', 'stream'] as const;

describe.each(responseTypes)('With responseType %s', (responseType) => {
  const config: AxiosRequestConfig = responseType === undefined ? {} : { responseType };

  // A stream is the caller's to read: of unknown shape, a 401 is worth one renewal, and no more.
  const asked = responseType === 'stream' ? { calls: 2, tokens: 2 } : { calls: 1, tokens: 1 };

  it.each(gatewayShapes)("hands over the gateway's 401: %s", async (_shape, refuse) => {
    await api.ageToken();
    api.server.respond = refuse;
    const plain = create({ validateStatus: null });
    const expected = await asText((await plain.get<unknown>(`${api.server.origin}/x`, config)).data);
    api.server.seen.length = 0;
    const error = await api.get(config).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ isAxiosError: true, status: 401, code: 'ERR_BAD_REQUEST' });
    expect(await asText((error as { response: AxiosResponse }).response.data)).toBe(expected);
    expect(api.counts).toEqual(asked);
  });

  it.each(tokenShapes)('renews and sends again: %s', async (_shape, refuse) => {
    // A body that is no JSON is an error of axios' own where the caller insists on JSON; not here, where it is replayed.
    await api.ageToken();
    api.refuseFirstToken(refuse);
    const { data } = await api.get(config);
    expect(await asText(data)).toBe('{"ok":true}');
    expect(api.server.seen.map(({ headers }) => headers.authorization)).toEqual([FIRST, SECOND]);
    expect(api.endpoint.requests).toBe(2);
  });

  it('hands over the second 401, and does not try a third time', async () => {
    await api.ageToken();
    api.server.respond = sendJson(401, LEXIK);
    const error = await api.get(config).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ isAxiosError: true, status: 401 });
    expect(await asText((error as { response: AxiosResponse }).response.data)).toBe(JSON.stringify(LEXIK));
    expect(api.counts).toEqual({ calls: 2, tokens: 2 });
  });

  it('follows the same policy where the caller accepts a 401', async () => {
    await api.ageToken();
    api.refuseFirstToken(sendJson(401, LEXIK));
    expect(await api.get({ ...config, validateStatus: null })).toMatchObject({ status: 200 });
    api.server.respond = sendJson(401, GATEWAY_JSON);
    const { status, data } = await api.get({ ...config, validateStatus: () => true });
    expect(status).toBe(401);
    expect(await asText(data)).toBe(JSON.stringify(GATEWAY_JSON));
    expect(api.endpoint.requests).toBe(2);
  });
});

describe('The 401 policy', () => {
  it('makes one renewal of a hundred 401s at once, and answers every caller', async () => {
    await api.ageToken();
    api.refuseFirstToken(sendJson(401, LEXIK));
    const answers = await Promise.all(Array.from({ length: 100 }, () => api.get()));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(api.endpoint.requests).toBe(2);
    expect(api.server.seen).toHaveLength(200);
  });

  it('sends again with the current token where the rejected one is not it any more', async () => {
    await api.ageToken();
    let refuse = (): void => undefined;
    api.server.respond = (request, response) => {
      if (request.headers.authorization !== FIRST) return sendJson(200, { ok: true })(request, response);
      refuse = () => sendJson(401, LEXIK)(request, response);
      return undefined;
    };
    const late = api.get();
    await api.server.arrived(1);
    await api.side.engine.caches.of('demoapi')?.renew();
    refuse();
    expect((await late).data).toEqual({ ok: true });
    expect(api.endpoint.requests).toBe(2);
  });

  it('hands over the 401 of a token that is brand new: another would not help', async () => {
    api.server.respond = sendJson(401, LEXIK);
    await expect(api.get()).rejects.toMatchObject({ status: 401 });
    expect(api.counts).toEqual({ calls: 1, tokens: 1 });
  });

  it('does not send again with the very token that was refused', async () => {
    await api.ageToken();
    const body = JSON.stringify({ access_token: '1_demo-token-1', expires_in: 3600 });
    api.endpoint.answer = () => ({ status: 200, headers: {}, body });
    api.server.respond = sendJson(401, LEXIK);
    await expect(api.get()).rejects.toMatchObject({ status: 401 });
    expect(api.counts).toEqual({ calls: 1, tokens: 2 });
  });

  it('tells why there is no new token where the renewal fails', async () => {
    await api.ageToken();
    api.endpoint.answer = () => ({ status: 400, headers: {}, body: '{"error":"invalid_client"}' });
    api.server.respond = sendJson(401, LEXIK);
    await expect(api.get()).rejects.toMatchObject({
      name: 'ResamaniaTokenError',
      code: 'credentials_rejected',
      tenant: 'demoapi',
    });
    expect(api.server.seen).toHaveLength(1);
  });

  it.each([400, 403, 404, 407, 500])('never renews on %i', async (status) => {
    await api.ageToken();
    api.server.respond = sendJson(status, LEXIK, { 'www-authenticate': 'Bearer' });
    await expect(api.get()).rejects.toMatchObject({ status });
    expect(api.counts).toEqual({ calls: 1, tokens: 1 });
  });

  it("leaves the caller's own Authorization, and its 401, alone", async () => {
    await api.ageToken();
    api.server.respond = sendJson(401, LEXIK);
    await expect(api.get({ headers: { Authorization: 'Bearer mine' } })).rejects.toMatchObject({
      status: 401,
    });
    expect(api.server.last.headers.authorization).toBe('Bearer mine');
    expect(api.counts).toEqual({ calls: 1, tokens: 1 });
  });

  it("with 'invalidate' hands over the 401, and renews in the background", async () => {
    api.build('invalidate');
    await api.ageToken();
    api.refuseFirstToken(sendJson(401, LEXIK));
    await expect(api.get()).rejects.toMatchObject({ status: 401 });
    expect((await api.get()).status).toBe(200);
    expect(api.endpoint.requests).toBe(2);
    expect(api.server.seen).toHaveLength(2);
  });

  it("with 'off' hands over the 401, and does nothing", async () => {
    api.build('off');
    await api.ageToken();
    api.refuseFirstToken(sendJson(401, LEXIK));
    await expect(api.get()).rejects.toMatchObject({ status: 401 });
    await expect(api.get()).rejects.toMatchObject({ status: 401 });
    expect(api.endpoint.requests).toBe(1);
  });
});

describe('A streamed 401', () => {
  it('is handed over whole where it is too large to be judged', async () => {
    const page = 'x'.repeat(300_000);
    api.server.respond = sendText(401, page, { 'content-type': 'text/html' });
    const error = await api.get({ responseType: 'stream' }).catch((caught: unknown) => caught);
    expect(await asText((error as { response: AxiosResponse }).response.data)).toBe(page);
  });

  it('that breaks off is handed over with its failure', async () => {
    api.server.respond = (_request, response) => {
      response.writeHead(401, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"code":');
      setImmediate(() => response.destroy());
    };
    const error = await api.get({ responseType: 'stream' }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ status: 401 });
    await expect(readText((error as { response: AxiosResponse<Readable> }).response.data)).rejects.toThrow(
      'aborted',
    );
  });
});
