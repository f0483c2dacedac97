import { HttpService } from '@nestjs/axios';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type AxiosInstance, create } from 'axios';
import { firstValueFrom } from 'rxjs';

import type { ResamaniaAuthOptions } from '../libs/resamania-auth/src/options/resamania-auth-options.js';
import { createHttpSide, type HttpSide } from './support/http-client.js';
import { IssuingEndpoint } from './support/issuing-endpoint.js';
import { RecordingServer } from './support/recording-server.js';

let api: RecordingServer;
let elsewhere: RecordingServer;
let side: HttpSide;

beforeAll(async () => {
  [api, elsewhere] = await Promise.all([RecordingServer.start(), RecordingServer.start()]);
});

afterAll(async () => {
  side.stop();
  await Promise.all([api.stop(), elsewhere.stop()]);
});

const DEMO = { clientToken: 'demoapi', clientId: 'demo', clientSecret: 'secret' };
const NORD = { clientToken: 'nordgym', clientId: 'nord', clientSecret: 'secret' };
const NORD_TOO = { ...NORD, name: 'nord-too', clientId: 'nord-too' };

function build(options: ResamaniaAuthOptions): void {
  side?.stop();
  side = createHttpSide({ apiBaseUrl: api.origin, ...options }, new IssuingEndpoint());
}

beforeEach(() => {
  api.reset();
  elsewhere.reset();
  build({ tenants: [DEMO, NORD] });
});

/** Whose token the last call carried. */
function bearer(): string | undefined {
  return /^Bearer (.*)-token-\d+$/.exec(api.last.headers.authorization ?? '')?.[1];
}

describe('The tenant of a call', () => {
  it('is the one that the request names, whatever the context says', async () => {
    const call = () => firstValueFrom(side.http.get('clubs', { resamania: { tenant: 'nordgym' } }));
    await side.context.run('demoapi', call);
    expect(bearer()).toBe('nord');
    expect(api.last.path).toBe('/nordgym/clubs');
  });

  it('else that of the bound service, whatever the context says', async () => {
    await side.context.run('demoapi', () => firstValueFrom(side.http.forTenant('nordgym').get('clubs')));
    expect(bearer()).toBe('nord');
  });

  it('else that of the context in which the request was made', async () => {
    let call = Promise.resolve<unknown>(undefined);
    side.http.axiosRef.interceptors.request.use(async (config) => {
      await new Promise(setImmediate);
      return config;
    });
    side.context.run('nordgym', () => {
      call = firstValueFrom(side.http.get('clubs'));
    });
    await side.context.run('demoapi', () => call);
    expect(bearer()).toBe('nord');
  });

  it.each(['/nordgym/clubs/1', '{api}/nordgym/clubs/1'])('else that of the URL: %s', async (url) => {
    await firstValueFrom(side.http.get(url.replace('{api}', api.origin)));
    expect(bearer()).toBe('nord');
    expect(api.last.path).toBe('/nordgym/clubs/1');
  });

  it('else the default: the one configured, or the only one', async () => {
    build({ tenants: [DEMO, NORD], defaultTenant: 'nordgym' });
    await firstValueFrom(side.http.get('clubs'));
    expect(bearer()).toBe('nord');
    build({ tenants: [DEMO] });
    await firstValueFrom(side.http.get('clubs'));
    expect(bearer()).toBe('demo');
  });

  it('is missed where there is no answer, and no request leaves', async () => {
    await expect(firstValueFrom(side.http.get('clubs'))).rejects.toMatchObject({
      name: 'ResamaniaTenantError',
      code: 'no_default_tenant',
      message: expect.stringContaining('demoapi, nordgym'),
    });
    expect(api.seen).toHaveLength(0);
  });

  it('may be unknown to a bound service until it is used', async () => {
    const http = side.http.forTenant('clubazur');
    await expect(firstValueFrom(http.get('clubs'))).rejects.toMatchObject({
      code: 'unknown_tenant',
      tenant: 'clubazur',
      message: expect.stringContaining('demoapi, nordgym'),
    });
    side.registry.register({ clientToken: 'clubazur', clientId: 'azur', clientSecret: 's' });
    await firstValueFrom(http.get('clubs'));
    expect(bearer()).toBe('azur');
    side.registry.remove('clubazur');
    await expect(firstValueFrom(http.get('clubs'))).rejects.toMatchObject({ code: 'tenant_removed' });
  });

  it('is not told by a URL that two tenants share, unless one of them is the default', async () => {
    build({ tenants: [DEMO, NORD, NORD_TOO] });
    await expect(firstValueFrom(side.http.get('/nordgym/clubs'))).rejects.toMatchObject({
      code: 'no_default_tenant',
    });
    await firstValueFrom(side.http.forTenant('nord-too').get('/nordgym/clubs'));
    expect(bearer()).toBe('nord-too');
    build({ tenants: [DEMO, NORD, NORD_TOO], defaultTenant: 'nord-too' });
    await firstValueFrom(side.http.get('/nordgym/clubs'));
    expect(bearer()).toBe('nord-too');
    build({ tenants: [DEMO, NORD, NORD_TOO], defaultTenant: 'demoapi' });
    await expect(firstValueFrom(side.http.get('/nordgym/clubs'))).rejects.toMatchObject({
      code: 'tenant_conflict',
    });
  });

  it('is loaded where there is a tenantProvider', async () => {
    build({
      tenants: [],
      tenantProvider: (name) =>
        Promise.resolve(
          name === 'clubazur' ? { clientToken: name, clientId: 'azur', clientSecret: 's' } : undefined,
        ),
    });
    await firstValueFrom(side.http.forTenant('clubazur').get('/clubazur/clubs'));
    expect(bearer()).toBe('azur');
    await firstValueFrom(
      side.http.forTenant('clubazur').get('/clubs', { headers: { Authorization: 'mine' } }),
    );
    expect(api.last.path).toBe('/clubazur/clubs');
    await expect(firstValueFrom(side.http.forTenant('nobody').get('clubs'))).rejects.toMatchObject({
      code: 'unknown_tenant',
    });
  });

  it('never gets mixed up, thousands of calls interleaved', async () => {
    const call = (index: number) => {
      const tenant = index % 2 === 0 ? 'demoapi' : 'nordgym';
      if (index % 3 === 0) return firstValueFrom(side.http.forTenant(tenant).get(`x/${index}`));
      return side.context.run(tenant, () => firstValueFrom(side.http.get(`x/${index}`)));
    };
    // More at once than a listening socket holds in its queue would have to knock again, seconds later.
    for (let round = 0; round < 8; round += 1) {
      await Promise.all(Array.from({ length: 250 }, (_none, index) => call(250 * round + index)));
    }
    const mixedUp = api.seen.filter(
      ({ path, headers }) => headers.authorization?.startsWith(`Bearer ${path.slice(1, 5)}`) !== true,
    );
    expect(mixedUp).toEqual([]);
    expect(api.seen).toHaveLength(2000);
  });
});

describe("A host's own client", () => {
  let host: AxiosInstance;

  beforeEach(() => {
    host = create();
  });

  it('gets the bearer of the tenant that each URL tells, and none elsewhere', async () => {
    side.interceptor.attachTo(new HttpService(host));
    await host.get(`${api.origin}/demoapi/clubs`);
    expect(bearer()).toBe('demo');
    await host.get(`${api.origin}/nordgym/clubs`);
    expect(bearer()).toBe('nord');
    await host.get(`${api.origin}/stranger/clubs`);
    expect(api.last.headers).not.toHaveProperty('authorization');
    await host.get(`${elsewhere.origin}/demoapi/clubs`);
    expect(elsewhere.last.headers).not.toHaveProperty('authorization');
  });

  it('is not disturbed elsewhere by a context whose tenant is unknown', async () => {
    side.interceptor.attachTo(host);
    await side.context.run('nobody', () => host.get(`${elsewhere.origin}/weather`));
    expect(elsewhere.seen).toHaveLength(1);
    await expect(
      side.context.run('nobody', () => host.get(`${api.origin}/demoapi/clubs`)),
    ).rejects.toMatchObject({ code: 'unknown_tenant' });
    build({ tenants: [DEMO], tenantProvider: () => Promise.reject(new Error('no database')) });
    side.interceptor.attachTo(host);
    await side.context.run('nobody', () => host.get(`${elsewhere.origin}/weather`));
    expect(elsewhere.seen).toHaveLength(2);
  });

  it('is attached once, and detached for good', async () => {
    const detach = side.interceptor.attachTo(host, { tenant: 'demoapi' });
    expect(side.interceptor.attachTo(new HttpService(host), { tenant: 'demoapi' })).toBe(detach);
    const { handlers } = host.interceptors.request;
    expect(handlers?.filter(Boolean)).toHaveLength(1);
    detach();
    await host.get(`${api.origin}/demoapi/clubs`);
    expect(api.last.headers).not.toHaveProperty('authorization');
    const again = side.interceptor.attachTo(host, { tenant: 'nordgym' });
    expect(again).not.toBe(detach);
    detach();
    await host.get(`${api.origin}/nordgym/clubs`);
    expect(bearer()).toBe('nord');
  });

  it('cannot be attached for two tenants at once', () => {
    side.interceptor.attachTo(host, { tenant: 'demoapi' });
    expect(() => side.interceptor.attachTo(host)).toThrow(
      expect.objectContaining({ code: 'tenant_conflict', message: expect.stringContaining('demoapi') }),
    );
  });

  it('may be ours: it is attached already, and stays so', async () => {
    side.interceptor.attachTo(side.http)();
    await firstValueFrom(side.http.get('clubs', { resamania: { tenant: 'demoapi' } }));
    expect(bearer()).toBe('demo');
  });

  it.each(['before', 'after'])("does not mind the application's interceptors %s it", async (place) => {
    const own = () =>
      host.interceptors.request.use(async (config) => {
        await Promise.resolve();
        config.headers.set('X-Mine', 'yes');
        config.baseURL = `${api.origin}/demoapi`;
        if (config.timeout === 1234) config.headers.set('Authorization', 'Bearer own');
        return config;
      });
    if (place === 'before') own();
    side.interceptor.attachTo(host);
    if (place === 'after') own();
    await host.get('/clubs');
    expect(bearer()).toBe('demo');
    expect(api.last.headers).toHaveProperty('x-mine', 'yes');
    await host.get('/clubs', { timeout: 1234 });
    expect(api.last.headers.authorization).toBe('Bearer own');
  });

  it('may be attached by two applications in one process; the one that has the tenant serves it', async () => {
    side.interceptor.attachTo(host);
    const second = createHttpSide(
      { apiBaseUrl: elsewhere.origin, tenants: [{ ...DEMO, clientId: 'second' }] },
      new IssuingEndpoint(),
    );
    second.interceptor.attachTo(host);
    await host.get(`${api.origin}/demoapi/clubs`);
    await host.get(`${elsewhere.origin}/demoapi/clubs`);
    second.stop();
    expect(bearer()).toBe('demo');
    expect(elsewhere.last.headers.authorization).toMatch(/^Bearer second-/);
  });

  it('uses the adapter that the request wants, also when the request is sent again', async () => {
    side.interceptor.attachTo(host);
    const seen: unknown[] = [];
    const adapter: NonNullable<typeof host.defaults.adapter> = (config) => {
      seen.push(config.headers.get('Authorization'));
      return Promise.resolve({ data: 'mine', status: 200, statusText: '', headers: {}, config });
    };
    const { config, data } = await host.get(`${api.origin}/demoapi/clubs`, { adapter });
    expect(data).toBe('mine');
    expect(config.adapter).toBe(adapter);
    await host.request(config);
    expect(seen).toEqual(['Bearer demo-token-1', 'Bearer demo-token-1']);
    expect(config.headers.has('Authorization')).toBe(false);
  });
});
