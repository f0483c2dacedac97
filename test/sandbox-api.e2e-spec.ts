import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ResamaniaSandbox } from 'resamania-sandbox';
import { askToken, callApi, tokenOf, type Reply } from '../libs/resamania-sandbox/test/caller.js';

interface Page {
  readonly 'hydra:member': { readonly '@id': string }[];
  readonly 'hydra:totalItems': number;
  readonly 'hydra:view': { readonly 'hydra:next'?: string };
}

const page = (reply: Reply): Page => JSON.parse(reply.body) as Page;

describe('The sandbox’s API', () => {
  let sandbox: ResamaniaSandbox;
  let token: string;
  let now = Date.now();

  beforeAll(async () => {
    sandbox = await ResamaniaSandbox.start({ now: () => now });
    token = await tokenOf(sandbox);
  });

  afterAll(() => sandbox.stop());

  const get = (iri: string, headers: Record<string, string> = {}) =>
    callApi(sandbox, iri, token, { headers });

  it('pages through a collection by IRIs without the environment prefix', async () => {
    const seen = new Set<string>();
    const sizes: number[] = [];
    let next: string | undefined = '/demoapi/contacts';
    while (next) {
      const reply: Reply = await get(next);
      expect(reply.headers['content-type']).toContain('application/ld+json');
      const { 'hydra:member': members, 'hydra:view': view } = page(reply);
      for (const member of members) seen.add(member['@id']);
      sizes.push(members.length);
      next = view['hydra:next'];
    }
    expect(sizes).toEqual([30, 30, 5]);
    expect(seen.size).toBe(65);
    expect([...seen].every((iri) => iri.startsWith('/demoapi/contacts/'))).toBe(true);
  });

  it.each(['clubs', 'network_nodes', 'class_events', 'contacts'])('serves %s and each item', async (name) => {
    const [first] = page(await get(`/demoapi/${name}`))['hydra:member'];
    const item = await get(String(first?.['@id']));
    expect(item.json).toMatchObject({
      ...first,
      '@context': expect.any(String),
      '@type': expect.any(String),
    });
  });

  it('lays class events out over the days to come', async () => {
    const members = page(await get('/demoapi/class_events'))['hydra:member'] as unknown as {
      startedAt: string;
    }[];
    expect(members.every(({ startedAt }) => Date.parse(startedAt) > now)).toBe(true);
  });

  it.each([
    ['JWT Token not found', {}],
    ['JWT Token not found', { authorization: 'bearer x' }],
    ['JWT Token not found', { authorization: 'Basic x' }],
    ['Invalid JWT Token', { authorization: 'Bearer x.y.z' }],
  ])('says %s to %j', async (message, headers) => {
    const reply = await callApi(sandbox, '/demoapi/clubs', '', { headers });
    expect([reply.status, reply.json, reply.headers['www-authenticate']]).toEqual([
      401,
      { code: 401, message },
      'Bearer',
    ]);
  });

  it('takes no token of another chain', async () => {
    expect((await get('/nordgym/clubs')).json['message']).toBe('Invalid JWT Token');
  });

  it('knows expired and revoked tokens', async () => {
    const other = String((await askToken(sandbox, {}, { clientToken: 'nordgym' })).json['access_token']);
    sandbox.revokeTokens('nordgym');
    expect((await callApi(sandbox, '/nordgym/clubs', other)).json['message']).toBe('Invalid JWT Token');
    expect((await get('/demoapi/clubs')).status).toBe(200);
    now += 3_600_000;
    expect((await get('/demoapi/clubs')).json['message']).toBe('Expired JWT Token');
    token = await tokenOf(sandbox);
    expect((await get('/demoapi/clubs')).status).toBe(200);
  });

  it.each([
    ['a chain missing from the URL', '/clubs', {}],
    ['an unknown id', '/demoapi/clubs/9', {}],
    ['a bare club id', '/demoapi/clubs', { 'x-user-club-id': '1001' }],
    ['an unknown club', '/demoapi/clubs', { 'x-user-club-id': '/demoapi/clubs/9' }],
    ['a club of another chain', '/demoapi/clubs', { 'x-user-club-id': '/nordgym/clubs/2001' }],
    ['a prefixed IRI', '/demoapi/clubs', { 'x-user-club-id': '/resa2-staging/demoapi/clubs/1001' }],
    ['a bare network node id', '/demoapi/clubs', { 'x-user-network-node-id': '1001' }],
  ])('finds nothing with %s', async (_what, iri, headers) => {
    const reply = await get(iri, headers);
    expect([reply.status, reply.json['@type'], reply.json['hydra:description']]).toEqual([
      404,
      'hydra:Error',
      'Item not found',
    ]);
  });

  it('finds nothing in a chain with a network until a network node is named', async () => {
    const { networkNodeId } = sandbox.chain('clubazur');
    const ask = async (fields: Record<string, string> = {}) =>
      String((await askToken(sandbox, fields, { clientToken: 'clubazur' })).json['access_token']);
    const list = (bearer: string, headers = {}) => callApi(sandbox, '/clubazur/clubs', bearer, { headers });
    const bearer = await ask();
    const without = await list(bearer);
    expect([without.status, without.json['hydra:description']]).toEqual([404, 'Item not found']);
    expect((await list(bearer, { 'x-user-network-node-id': networkNodeId })).status).toBe(200);
    const { clubId } = sandbox.chain('clubazur');
    const ofClub = await ask({ grant_type: 'http://clubclientcredentials', clubId });
    expect((await list(ofClub)).status).toBe(200);
    expect((await get('/demoapi/clubs')).status).toBe(200);
  });

  it('takes good context headers and journals their values, but no bearer and no key', async () => {
    const { clubId, networkNodeId } = sandbox.chain('demoapi');
    const headers = { 'x-user-club-id': clubId, 'x-user-network-node-id': networkNodeId };
    expect((await get('/demoapi/clubs', headers)).status).toBe(200);
    const entry = sandbox.journal.apiRequests('demoapi').at(-1);
    expect(entry).toMatchObject({
      clubId,
      networkNodeId,
      authorized: true,
      outcome: 'ok',
      principalKind: 'client',
    });
    expect(entry?.authHeaders).toEqual([
      'authorization',
      'x-gravitee-api-key',
      'x-user-club-id',
      'x-user-network-node-id',
    ]);
    const all = JSON.stringify(sandbox.journal.apiRequests());
    expect(all).not.toContain(token);
    expect(all).not.toContain(sandbox.apiKey);
  });

  it('ignores context headers beside a token that carries the context', async () => {
    const { clubId } = sandbox.chain('demoapi');
    const club = await tokenOf(sandbox, { grant_type: 'http://clubclientcredentials', clubId });
    const reply = await callApi(sandbox, '/demoapi/clubs', club, { headers: { 'x-user-club-id': '1' } });
    expect(reply.status).toBe(200);
    expect(sandbox.journal.apiRequests().at(-1)?.principalKind).toBe('club');
  });

  it('forbids endpoints that there are not, once the bearer is good', async () => {
    for (const iri of ['/demoapi/nothing', '/demoapi/a/b/c']) {
      expect(await get(iri)).toMatchObject({
        status: 403,
        json: { 'hydra:description': 'api.error.scope.unauthorized-endpoint' },
      });
      expect((await callApi(sandbox, iri, '')).status).toBe(401);
    }
    expect((await callApi(sandbox, '/demoapi/clubs', token, { method: 'POST' })).status).toBe(403);
  });

  it('refuses pages and paths that make no sense', async () => {
    for (const iri of ['/demoapi/clubs?page=0', '/demoapi/clubs?page=x', '/demoapi/clubs/%FF']) {
      expect((await get(iri)).status).toBe(400);
    }
    expect(page(await get('/demoapi/clubs?page=9'))['hydra:member']).toEqual([]);
  });

  it('creates, changes, replaces and removes contacts', async () => {
    const send = (method: string, iri: string, value: unknown) =>
      callApi(sandbox, iri, token, {
        method,
        body: JSON.stringify(value),
        headers: { 'content-type': 'application/ld+json' },
      });
    const created = await send('POST', '/demoapi/contacts', {
      givenName: 'Contact',
      email: 'new@demoapi.example',
    });
    expect(created.status).toBe(201);
    const iri = String(created.json['@id']);
    const changed = await send('PATCH', iri, { familyName: 'New', id: 7 });
    expect(changed.json).toMatchObject({ '@id': iri, givenName: 'Contact', familyName: 'New' });
    const replaced = await send('PUT', iri, { familyName: 'Newer' });
    expect(replaced.json).not.toHaveProperty('givenName');
    expect((await send('PATCH', iri, { email: 'no' })).json).toMatchObject({
      violations: [{ propertyPath: 'email' }],
    });
    expect([
      (await send('POST', '/demoapi/contacts', [])).status,
      (await send('PUT', iri, null)).status,
    ]).toEqual([400, 400]);
    expect((await send('DELETE', iri, {})).status).toBe(204);
    expect((await get(iri)).status).toBe(404);
  });

  it('refuses bearers in the OAuth server’s words when told to', async () => {
    const french = await ResamaniaSandbox.start({ bearerErrors: 'oauth2' });
    const none = await callApi(french, '/demoapi/clubs', '');
    const wrong = await callApi(french, '/demoapi/clubs', 'x');
    await french.stop();
    expect([none.status, none.json['error']]).toEqual([401, 'access_denied']);
    expect(wrong.json).toEqual({ error: 'invalid_grant', error_description: expect.any(String) });
    expect(wrong.headers['www-authenticate']).toMatch(/^Bearer /);
  });
});
