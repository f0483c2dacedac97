import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ResamaniaSandbox } from 'resamania-sandbox';
import {
  askToken,
  call,
  callApi,
  credentials,
  keyHeaders,
  tokenOf,
} from '../libs/resamania-sandbox/test/caller.js';

const CLUB = 'http://clubclientcredentials';
const CONTACT = 'http://contactclientcredentials';

describe('The sandbox’s token endpoint', () => {
  let sandbox: ResamaniaSandbox;
  let now = 1_800_000_000_000;

  beforeAll(async () => {
    sandbox = await ResamaniaSandbox.start({
      tokenLifetimeSeconds: 3600,
      jwtLifetimeSeconds: 1800,
      tokenPathWithoutChain: true,
      now: () => now,
      chains: [
        { clientToken: 'demoapi' },
        { clientToken: 'nordgym', scopes: ['read', 'write'], grants: ['client_credentials'] },
        { clientToken: 'clubazur', sameToken: true },
      ],
    });
  });

  afterAll(() => sandbox.stop());

  beforeEach(() => sandbox.journal.clear());

  it('answers in the documented shape, without a refresh token', async () => {
    const { status, headers, json } = await askToken(sandbox);
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['content-type']).toBe('application/json');
    expect(json).toEqual({
      access_token: expect.any(String),
      expires_in: 3600,
      token_type: 'bearer',
      scope: null,
    });
    const claims = decodeJwt(String(json['access_token']));
    expect(claims).toMatchObject({ aud: 'demoapi', client_token: 'demoapi', iat: now / 1000 });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(1800);
  });

  it('ignores fields that it does not know, a refresh token beside client credentials among them', async () => {
    expect((await askToken(sandbox, { refresh_token: 'x', foo: 'bar' })).status).toBe(200);
  });

  it.each([
    ['invalid_client', { client_secret: 'wrong' }],
    ['invalid_client', { client_id: 'wrong' }],
    ['invalid_client', { client_id: '' }],
    ['invalid_request', { grant_type: '' }],
    ['unsupported_grant_type', { grant_type: 'http' }],
    ['unauthorized_client', { grant_type: 'password' }],
    ['invalid_scope', { scope: 'everything' }],
    ['invalid_request', { grant_type: 'refresh_token' }],
    ['invalid_grant', { grant_type: 'refresh_token', refresh_token: 'unknown' }],
    ['invalid_request', { grant_type: CLUB }],
    ['invalid_grant', { grant_type: CLUB, clubId: '1001' }],
    ['invalid_grant', { grant_type: CONTACT, email: 'nobody@demoapi.example' }],
  ])('says %s with status 400 to %j', async (error, fields) => {
    const { status, json, headers } = await askToken(sandbox, fields);
    expect([status, json['error'], headers['www-authenticate']]).toEqual([400, error, undefined]);
    expect(Object.keys(json)).toEqual(['error', 'error_description']);
    expect(sandbox.journal.tokenRequests()).toMatchObject([
      { outcome: 'oauth-error', error, authorized: false },
    ]);
  });

  it('compares the secret byte for byte', async () => {
    const { clientSecret } = sandbox.chain('demoapi');
    const reply = await askToken(sandbox, { client_secret: `${clientSecret}\n` });
    expect([reply.status, reply.json['error']]).toEqual([400, 'invalid_client']);
  });

  it('knows a client at its own chain only', async () => {
    const stranger = credentials(sandbox, 'nordgym');
    expect((await askToken(sandbox, stranger)).json['error']).toBe('invalid_client');
  });

  it('does not see a JSON body, well formed or not', async () => {
    for (const body of [JSON.stringify(credentials(sandbox)), '{']) {
      const headers = { ...keyHeaders(sandbox), 'content-type': 'application/json' };
      const reply = await askToken(sandbox, {}, { body, headers });
      expect([reply.status, reply.json['error']]).toEqual([400, 'invalid_request']);
    }
  });

  it('takes credentials from the query of a GET, and keeps them out of the journal', async () => {
    const query = new URLSearchParams(credentials(sandbox));
    const url = `${sandbox.apiBaseUrl}/demoapi/oauth/v2/token?${query}`;
    expect((await call(url, { headers: keyHeaders(sandbox) })).status).toBe(200);
    expect(JSON.stringify(sandbox.journal.tokenRequests())).not.toContain(
      sandbox.chain('demoapi').clientSecret,
    );
  });

  it('takes HTTP Basic, and refuses it with 400 as well', async () => {
    const { clientId, clientSecret } = sandbox.chain('demoapi');
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    const basic = (secret: string) => ({
      authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
    });
    expect((await askToken(sandbox, {}, { body, headers: basic(clientSecret) })).status).toBe(200);
    expect(await askToken(sandbox, {}, { body, headers: basic('wrong') })).toMatchObject({ status: 400 });
  });

  it('grants the scopes of a chain, and only the grants of its client', async () => {
    const nordgym = { clientToken: 'nordgym' };
    expect((await askToken(sandbox, { scope: 'read write' }, nordgym)).json['scope']).toBe('read write');
    expect((await askToken(sandbox, { scope: 'read all' }, nordgym)).json['error']).toBe('invalid_scope');
    const club = { grant_type: CLUB, clubId: sandbox.chain('nordgym').clubId };
    expect((await askToken(sandbox, club, nordgym)).json['error']).toBe('unauthorized_client');
  });

  it.each([
    ['club', { grant_type: CLUB, clubId: '/demoapi/clubs/1002' }, { club: '/demoapi/clubs/1002' }],
    [
      'contact',
      { grant_type: CONTACT, email: 'contact-2@demoapi.example' },
      { contact: '/demoapi/contacts/1002' },
    ],
  ])('gives a %s’s token a one-time refresh token', async (kind, fields, claim) => {
    const first = await askToken(sandbox, fields);
    expect(decodeJwt(String(first.json['access_token']))).toMatchObject(claim);
    const refresh = { grant_type: 'refresh_token', refresh_token: String(first.json['refresh_token']) };
    const second = await askToken(sandbox, refresh);
    expect(decodeJwt(String(second.json['access_token']))).toMatchObject(claim);
    expect(second.json['refresh_token']).not.toBe(refresh.refresh_token);
    const reused = await askToken(sandbox, refresh);
    expect([reused.status, reused.json['error']]).toEqual([400, 'invalid_grant']);
    const kinds = sandbox.journal.tokenRequests().map((entry) => entry.principalKind);
    expect(kinds).toEqual([kind, kind, undefined]);
  });

  it('lets earlier tokens live', async () => {
    const [first, second] = [await tokenOf(sandbox), await tokenOf(sandbox)];
    expect(first).not.toBe(second);
    for (const token of [first, second])
      expect((await callApi(sandbox, '/demoapi/clubs', token)).status).toBe(200);
  });

  it('gives the same token with what is left of it, where a chain is set so', async () => {
    const clubazur = { clientToken: 'clubazur' };
    const ask = async () => (await askToken(sandbox, {}, clubazur)).json;
    const first = await ask();
    now += 600_500;
    const second = await ask();
    expect([second['access_token'], second['expires_in']]).toEqual([first['access_token'], 1199]);
    now += 1_200_000;
    const third = await ask();
    expect([third['access_token'] === first['access_token'], third['expires_in']]).toEqual([false, 3600]);
    sandbox.setSameToken('clubazur', false);
    expect((await ask())['access_token']).not.toBe(third['access_token']);
  });

  it('refuses the old secret after a rotation, and keeps issued tokens', async () => {
    const old = credentials(sandbox, 'demoapi');
    const token = await tokenOf(sandbox);
    sandbox.rotateSecret('demoapi', 'a new secret');
    expect((await askToken(sandbox, old)).json['error']).toBe('invalid_client');
    expect((await askToken(sandbox)).status).toBe(200);
    expect((await callApi(sandbox, '/demoapi/clubs', token)).status).toBe(200);
  });

  it('finds the chain by the client id at the URL without a chain, when told to serve it', async () => {
    const body = new URLSearchParams(credentials(sandbox, 'nordgym'));
    const url = `${sandbox.apiBaseUrl}/oauth/v2/token`;
    const reply = await call(url, { method: 'POST', body, headers: keyHeaders(sandbox) });
    expect(decodeJwt(String(reply.json['access_token'])).aud).toBe('nordgym');
    expect(sandbox.journal.tokenRequests('nordgym')).toMatchObject([{ outcome: 'issued', authorized: true }]);
  });

  it('finds nothing at an unknown chain', async () => {
    const url = `${sandbox.apiBaseUrl}/nochain/oauth/v2/token`;
    const body = new URLSearchParams(credentials(sandbox));
    expect(await call(url, { method: 'POST', body, headers: keyHeaders(sandbox) })).toMatchObject({
      status: 404,
    });
  });
});
