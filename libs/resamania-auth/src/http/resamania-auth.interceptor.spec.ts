import { describe, expect, it } from '@jest/globals';
import { HttpService } from '@nestjs/axios';
import { type AxiosAdapter, AxiosError, create, type InternalAxiosRequestConfig } from 'axios';

import { createWorld, DEMO } from '../../../../test/support/engine-world.js';
import { settle } from '../../../../test/support/simulated-clock.js';
import type { ResamaniaAuthOptions } from '../options/resamania-auth-options.js';
import { DEFAULTS } from '../options/option-table.js';
import { resolveOptions } from '../options/resolve-options.js';
import { createApiCalls } from '../resamania-auth.providers.js';
import { ResamaniaTenantContext } from '../tenants/resamania-tenant-context.js';
import { ResamaniaAuthInterceptor } from './resamania-auth.interceptor.js';
import { OwnInstances } from './own-instances.js';
import { ResamaniaHttpService } from './resamania-http.service.js';

function build(options: ResamaniaAuthOptions = DEMO) {
  const world = createWorld(options);
  const apiCalls = createApiCalls(world.tenants, world.engine, resolveOptions(options));
  const context = new ResamaniaTenantContext();
  const interceptor = new ResamaniaAuthInterceptor(apiCalls, context);
  const calls: InternalAxiosRequestConfig[] = [];
  const adapter: AxiosAdapter = (config) => {
    calls.push(config);
    return Promise.resolve({ data: '', status: 200, statusText: '', headers: {}, config });
  };
  return {
    ...world,
    interceptor,
    calls,
    adapter,
    http: new ResamaniaHttpService(new OwnInstances({ http: DEFAULTS.http }, interceptor), context),
  };
}

async function withToken() {
  const built = build();
  const token = built.engine.caches.of()?.get();
  await settle();
  await built.clock.advance(1000);
  await token;
  return built;
}

describe('With a token at hand', () => {
  it('the request is handed to the adapter in the same turn: nothing is waited for', async () => {
    const { http, calls, adapter } = await withToken();
    const answer = http.axiosRef.get('clubs', { adapter });
    expect(calls).toHaveLength(1);
    expect(calls[0]?.url).toBe('https://api.test/env/demoapi/clubs');
    expect(calls[0]?.headers.get('Authorization')).toMatch(/^Bearer token-1/);
    await answer;
  });

  it("an application's adapter keeps what it was given, its config does not hold our headers", async () => {
    const { interceptor, calls, adapter } = await withToken();
    const host = create({ adapter, baseURL: 'https://api.test/env/demoapi' });
    interceptor.attachTo(host);
    const { config } = await host.get('/clubs');
    expect(calls[0]?.headers.has('Authorization')).toBe(true);
    expect(config.headers.has('Authorization')).toBe(false);
    expect(config).toMatchObject({ url: '/clubs', baseURL: 'https://api.test/env/demoapi', adapter });
  });

  it("an application's adapter gets a config of the kind that it would have had, and may change it", async () => {
    const { http } = await withToken();
    const mark = Symbol('mark');
    const seen: unknown[] = [];
    const adapter: AxiosAdapter = (config) => {
      const { fetchOptions } = config as { fetchOptions?: Record<string, unknown> };
      if (fetchOptions !== undefined) fetchOptions['dispatcher'] = 'mine';
      // oxlint-disable-next-line no-prototype-builtins -- adapters do ask in this way
      seen.push(config.hasOwnProperty('url'), (config as unknown as Record<symbol, unknown>)[mark]);
      return Promise.resolve({ data: '', status: 200, statusText: '', headers: {}, config });
    };
    http.axiosRef.interceptors.request.use((config) => Object.assign(config, { [mark]: 'kept' }));
    await http.axiosRef.get('clubs', { adapter });
    await http.axiosRef.get('clubs', { adapter });
    expect(seen).toEqual([true, 'kept', true, 'kept']);
  });

  it('a request that is cancelled already does not leave', async () => {
    const { http, calls, adapter } = await withToken();
    await expect(http.axiosRef.get('clubs', { adapter, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ERR_CANCELED',
    });
    expect(calls).toHaveLength(0);
  });

  it('an adapter that throws at once is like one that rejects', async () => {
    const { http } = await withToken();
    const adapter = () => {
      throw new Error('broken');
    };
    await expect(http.axiosRef.get('clubs', { adapter })).rejects.toThrow('broken');
  });
});

describe('Without a token at hand', () => {
  it('the request waits for it', async () => {
    const { http, calls, adapter, clock } = build();
    const answer = http.axiosRef.get('clubs', { adapter });
    await settle();
    expect(calls).toHaveLength(0);
    await clock.advance(1000);
    await answer;
    expect(calls).toHaveLength(1);
  });

  it('a tenant of the provider is loaded first, and one that is not there is an error', async () => {
    const azur = { clientToken: 'clubazur', clientId: '3', clientSecret: 's', apiKey: () => 'key' };
    const { http, calls, adapter, clock } = build({
      apiBaseUrl: 'https://api.test',
      tenantProvider: (name) => Promise.resolve(name === 'clubazur' ? azur : undefined),
    });
    const answer = http.forTenant('clubazur').axiosRef.get('clubs', { adapter });
    await settle();
    await clock.advance(1000);
    await answer;
    expect(calls[0]?.headers.get('X-Gravitee-Api-Key')).toBe('key');
    const nobodys = http.forTenant('nobody').axiosRef.get('clubs', { adapter });
    await expect(nobodys).rejects.toMatchObject({ code: 'unknown_tenant' });
    const config = { adapter, headers: { Authorization: 'mine' } };
    const bare = http.forTenant('nobody').axiosRef.get('clubs', config);
    await expect(bare).rejects.toMatchObject({ code: 'unknown_tenant' });
    expect(calls).toHaveLength(1);
  });
});

describe("A request with the caller's own Authorization", () => {
  const own = { headers: { Authorization: 'mine' } };

  it('gets its URL, and nothing else', async () => {
    const { http, calls, adapter, endpoint } = build();
    const { config } = await http.axiosRef.get('clubs', { ...own, adapter });
    await http.axiosRef.get('https://elsewhere.test/', { ...own, adapter });
    expect(calls.map(({ url }) => url)).toEqual([
      'https://api.test/env/demoapi/clubs',
      'https://elsewhere.test/',
    ]);
    expect(calls[0]?.headers.get('Authorization')).toBe('mine');
    expect(config.url).toBe('clubs');
    expect(endpoint.requests).toHaveLength(0);
  });

  it("fails with an error of the caller's own config, which can be sent again", async () => {
    const { http } = build();
    const adapter: AxiosAdapter = (config) =>
      Promise.reject(
        new AxiosError('503', 'E', config, undefined, {
          status: 503,
          statusText: '',
          headers: {},
          data: '',
          config,
        }),
      );
    await expect(http.axiosRef.get('clubs', { ...own, adapter })).rejects.toMatchObject({
      config: { url: 'clubs' },
      response: { config: { url: 'clubs' } },
    });
    const odd = () => Promise.reject(new Error('odd'));
    await expect(http.axiosRef.get('clubs', { ...own, adapter: odd })).rejects.toThrow('odd');
  });
});

describe('attachTo', () => {
  it('leaves calls that go elsewhere alone, whatever becomes of the tenant', async () => {
    const { interceptor, calls, adapter } = build();
    const host = create({ adapter });
    interceptor.attachTo(host, { tenant: 'nobody' });
    await host.get('https://elsewhere.test/');
    expect([...(calls[0]?.headers ?? [])]).toEqual([['Accept', 'application/json, text/plain, */*']]);
    await expect(host.get('https://api.test/env/demoapi/clubs')).rejects.toMatchObject({
      code: 'unknown_tenant',
    });
  });

  it('attaches once, for one tenant, until it is detached', async () => {
    const { interceptor, calls, adapter, endpoint } = build();
    const host = create({ adapter });
    const detach = interceptor.attachTo(host);
    expect(interceptor.attachTo(new HttpService(host))).toBe(detach);
    expect(() => interceptor.attachTo(host, { tenant: 'demoapi' })).toThrow(
      'cannot be attached for tenant "demoapi" too',
    );
    detach();
    detach();
    await host.get('https://api.test/env/demoapi/clubs');
    expect(calls).toHaveLength(1);
    expect(endpoint.requests).toHaveLength(0);
    expect(interceptor.attachTo(host, { tenant: 'demoapi' })).not.toBe(detach);
    detach();
    expect(() => interceptor.attachTo(host)).toThrow(expect.objectContaining({ code: 'tenant_conflict' }));
  });

  it('lets our own services be', async () => {
    const { interceptor, http, calls, adapter, clock } = build();
    interceptor.attachTo(http)();
    const answer = http.axiosRef.get('clubs', { adapter });
    await settle();
    await clock.advance(1000);
    await answer;
    expect(calls[0]?.headers.has('Authorization')).toBe(true);
  });
});
