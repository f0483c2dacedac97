import { inspect } from 'node:util';

import { describe, expect, it } from '@jest/globals';
import { AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';

import { createWorld, DEMO } from '../../../../../test/support/engine-world.js';
import { settle } from '../../../../../test/support/simulated-clock.js';
import type { ResamaniaAuthOptions } from '../../options/resamania-auth-options.js';
import type { TokenCache } from '../../token/cache/token-cache.js';
import { type Binding, CallTargets } from '../target/call-target.js';
import { TenantIndex } from '../target/tenant-index.js';
import { CallAuthorizer, type ReadyCall } from './authorize.js';

const OWN: Binding = { kind: 'own', tenant: undefined };
const HOST: Binding = { kind: 'host', tenant: undefined };
const KEYED = { ...DEMO, apiKey: () => 'key' };

function config(fields: Partial<InternalAxiosRequestConfig>): InternalAxiosRequestConfig {
  return { headers: new AxiosHeaders(), ...fields } as InternalAxiosRequestConfig;
}

function build(options: ResamaniaAuthOptions = DEMO) {
  const world = createWorld(options);
  const targets = new CallTargets(world.tenants, new TenantIndex(world.tenants), undefined);
  const authorizer = new CallAuthorizer(world.engine.caches, targets);
  const authorize = (fields: Partial<InternalAxiosRequestConfig>, binding = OWN) =>
    authorizer.authorize(config(fields), binding, undefined);
  /** What comes of a promise when a second has passed. */
  const later = async <T>(promise: T): Promise<Awaited<T>> => {
    await settle();
    await world.clock.advance(1000);
    return await promise;
  };
  /** A call that is ready then. */
  const readyLater = async (call: unknown) => (await later(call)) as ReadyCall;
  return { ...world, authorizer, authorize, later, readyLater };
}

describe('CallAuthorizer.authorize', () => {
  it("checks a request's settings, and hides the address of a contact in them", async () => {
    const { authorizer, authorize, readyLater } = build();
    expect(() => authorize({ url: 'clubs', resamania: { tennant: 'demoapi' } as object })).toThrow('tennant');
    const sent = config({ url: 'clubs', resamania: { principal: { contactEmail: 'canary@b.example' } } });
    await readyLater(authorizer.authorize(sent, OWN, undefined));
    expect(inspect(sent)).not.toContain('canary');
  });

  it('is ready at once with a token at hand, and waits for it otherwise', async () => {
    const { authorize, readyLater } = build();
    const first = authorize({ url: 'clubs' });
    expect(first).toBeInstanceOf(Promise);
    const { token } = await readyLater(first);
    expect(authorize({ url: '/x' })).toMatchObject({ url: 'https://api.test/env/demoapi/x', token });
  });

  it('reads a gateway key that is not known, and waits for that as well', async () => {
    const { authorize, readyLater } = build(KEYED);
    const { apiKey, tenant } = await readyLater(authorize({ url: 'clubs' }));
    expect(apiKey).toBe('key');
    tenant.distrustApiKey('key');
    const again = authorize({ url: 'clubs' });
    expect(again).toBeInstanceOf(Promise);
    expect(await readyLater(again)).toMatchObject({ apiKey: 'key' });
  });

  it('has tenant, token, key and URL of one config where the tenant is reconfigured meanwhile', async () => {
    const { authorize, readyLater, registry, endpoint } = build(KEYED);
    const waiting = authorize({ url: 'clubs' });
    await settle();
    registry.update('demoapi', { apiBaseUrl: 'https://new.test', clientId: '2_new', apiKey: 'new-key' });
    const call = await readyLater(waiting);
    expect(call).toMatchObject({ url: 'https://new.test/demoapi/clubs', apiKey: 'new-key' });
    expect(call.tenant.clientId).toBe('2_new');
    expect(endpoint.requests.at(-1)?.form['client_id']).toBe('2_new');
  });

  it("has nothing to do with a host's call that goes elsewhere, even if its tenant cannot be had", () => {
    const { authorize } = build();
    expect(authorize({ url: 'https://elsewhere.test/' }, HOST)).toBeUndefined();
    const nobodys: Binding = { kind: 'host', tenant: 'nobody' };
    expect(authorize({ url: 'https://elsewhere.test/' }, nobodys)).toBeUndefined();
    expect(() => authorize({ url: 'https://api.test/env/demoapi/x' }, nobodys)).toThrow(
      expect.objectContaining({ code: 'unknown_tenant' }),
    );
  });

  it('gives no more than its URL to a call that answers for its own authorization', () => {
    const { authorize, endpoint } = build();
    const headers = new AxiosHeaders({ Authorization: 'mine' });
    expect(authorize({ url: 'clubs', headers })).toEqual({ url: 'https://api.test/env/demoapi/clubs' });
    expect(authorize({ url: 'clubs', resamania: { auth: false } })).toEqual({
      url: 'https://api.test/env/demoapi/clubs',
    });
    expect(authorize({ url: 'https://elsewhere.test/', headers })).toBeUndefined();
    expect(authorize({ url: 'https://api.test/env/demoapi/x', headers }, HOST)).toBeUndefined();
    expect(endpoint.requests).toHaveLength(0);
  });
});

describe('CallAuthorizer.renew', () => {
  async function ready() {
    const world = build();
    const call = await world.readyLater(world.authorize({ url: 'clubs' }));
    const cache = world.engine.caches.of() as TokenCache;
    return { ...world, call, cache, next: await world.later(cache.renew()) };
  }

  it('is the same call with the token that was handed on', async () => {
    const { authorizer, call, next } = await ready();
    expect(authorizer.renew(call, next)).toEqual({ ...call, token: next });
  });

  it('is all anew where the tenant was reconfigured since', async () => {
    const { authorizer, call, next, registry, readyLater } = await ready();
    registry.update('demoapi', { apiBaseUrl: 'https://new.test', clientId: '2_new' });
    const again = await readyLater(authorizer.renew(call, next));
    expect(again.url).toBe('https://new.test/demoapi/clubs');
    expect(again.tenant.clientId).toBe('2_new');
    expect(again.token.value).not.toBe(next.value);
  });
});
