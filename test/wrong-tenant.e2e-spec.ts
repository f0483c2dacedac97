import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { create } from 'axios';
import { defer, firstValueFrom, type Observable, repeat, toArray } from 'rxjs';

import type { ResamaniaAuthOptions } from '../libs/resamania-auth/src/options/resamania-auth-options.js';
import { InjectResamaniaHttp } from '../libs/resamania-auth/src/http/inject-resamania-http.js';
import { createHttpSide, type HttpSide } from './support/http-client.js';
import { IssuingEndpoint } from './support/issuing-endpoint.js';
import { RecordingServer } from './support/recording-server.js';

let api: RecordingServer;
let side: HttpSide;

const DEMO = { clientToken: 'demoapi', clientId: 'demo', clientSecret: 'secret' };
const NORD = { clientToken: 'nordgym', clientId: 'nord', clientSecret: 'secret' };

beforeAll(async () => {
  api = await RecordingServer.start();
});
afterAll(async () => {
  side.stop();
  await api.stop();
});
beforeEach(() => {
  api.reset();
  build({ tenants: [DEMO, NORD], defaultTenant: 'demoapi' });
});

function build(options: ResamaniaAuthOptions): void {
  side?.stop();
  side = createHttpSide({ apiBaseUrl: api.origin, ...options }, new IssuingEndpoint());
}

/** Which chains were called. */
function called(): string[] {
  return api.seen.map(({ path }) => path.split('/')[1] ?? '');
}

async function failureOf(call: () => unknown): Promise<{ code?: string; message: string }> {
  try {
    await call();
  } catch (error) {
    return error as { code?: string; message: string };
  }
  throw new Error('expected a failure');
}

describe('Somebody who makes a call in a context and subscribes elsewhere', () => {
  const clubs = () => side.http.get('clubs');

  it.each<[string, () => Observable<unknown>]>([
    ['get()', clubs],
    ['request()', () => side.http.request({ url: 'clubs' })],
    ['post()', () => side.http.post('clubs', {})],
    ['postForm()', () => side.http.postForm('clubs', {})],
  ])('gets the tenant of the context that the call was made in: %s', async (_verb, call) => {
    await firstValueFrom(side.context.run('nordgym', call));
    expect(called()).toEqual(['nordgym']);
    await side.context.run('nordgym', () => firstValueFrom(side.context.run('demoapi', call)));
    expect(called()).toEqual(['nordgym', 'demoapi']);
  });

  it('gets the default for a call that was made outside, whatever the context of the subscription', async () => {
    const call = clubs();
    await side.context.run('nordgym', () => firstValueFrom(call));
    expect(called()).toEqual(['demoapi']);
  });

  it('gets it behind asynchronous interceptors, at each subscription, and inside the context only', async () => {
    side.http.axiosRef.interceptors.request.use(async (config) => {
      await new Promise(setImmediate);
      return config;
    });
    const call = side.context.run('nordgym', clubs);
    await firstValueFrom(call.pipe(repeat(2), toArray()));
    await firstValueFrom(side.context.run('demoapi', () => defer(clubs)));
    expect(called()).toEqual(['nordgym', 'nordgym', 'demoapi']);
    const current = await new Promise((resolve) => {
      call.subscribe(() => resolve(side.context.current()));
    });
    expect(current).toBeUndefined();
  });
});

const NOTHING = [undefined, null, '', 7, ['nordgym']] as unknown as string[];

describe('Somebody whose name of a tenant is missing', () => {
  it.each(NOTHING)('gets an error, not the default: %j', async (tenant) => {
    const calls: [where: string, call: () => unknown][] = [
      ['forTenant()', () => side.http.forTenant(tenant)],
      ['run()', () => side.context.run(tenant, () => 'ran')],
      ['resamania.tenant', () => firstValueFrom(side.http.get('clubs', { resamania: { tenant } }))],
      ['resamania.tenant', () => side.http.axiosRef.get('clubs', { resamania: { tenant } })],
      [
        'resamania.tenant',
        () => firstValueFrom(side.http.forTenant('demoapi').get('x', { resamania: { tenant } })),
      ],
      ['resamania.tenant', () => firstValueFrom(side.http.get('x', { resamania: { tenant, auth: false } }))],
      ['attachTo()', () => side.interceptor.attachTo(create(), { tenant })],
      ['@InjectResamaniaHttp()', () => InjectResamaniaHttp(tenant)],
    ];
    for (const [where, call] of calls) {
      const error = await failureOf(call);
      expect(error).toMatchObject({ name: 'ResamaniaTenantError', code: 'tenant_missing' });
      expect(error.message).toContain(where);
    }
    expect(api.seen).toEqual([]);
  });

  it('gets the default where no tenant is named at all', async () => {
    await firstValueFrom(side.http.get('clubs', { resamania: {} }));
    await firstValueFrom(side.http.get('clubs', { resamania: undefined }));
    side.interceptor.attachTo(create(), {})();
    expect(called()).toEqual(['demoapi', 'demoapi']);
  });
});

describe('Somebody who mistypes the settings of a request', () => {
  it.each<[unknown, string]>([
    [{ tenat: 'nordgym' }, 'resamania.tenat: unknown option, did you mean tenant?'],
    [{ club_id: '/demoapi/clubs/1' }, 'resamania.club_id: unknown option, did you mean clubId?'],
    [{ tenant: 'nordgym', Auth: false }, 'resamania.Auth: unknown option, did you mean auth?'],
    ['nordgym', 'resamania: expected an object, found a string'],
    [null, 'resamania: expected an object, found null'],
    [['nordgym'], 'resamania: expected an object, found an array'],
    [[], 'resamania: expected an object, found an array'],
    [{ auth: true }, 'resamania.auth: expected false or nothing, found a boolean'],
    [{ auth: 'false' }, 'resamania.auth: expected false or nothing, found a string'],
  ])('is told, and no request leaves: %j', async (resamania, words) => {
    const settings = { resamania } as never;
    for (const call of [
      () => firstValueFrom(side.http.get('clubs', settings)),
      () => side.http.axiosRef.get('clubs', settings),
      () => firstValueFrom(side.http.forTenant('demoapi').get('clubs', settings)),
    ]) {
      const error = await failureOf(call);
      expect(error).toMatchObject({ name: 'ResamaniaRequestError', code: 'invalid_request' });
      expect(error.message).toContain(words);
    }
    const host = create();
    side.interceptor.attachTo(host);
    expect(await failureOf(() => host.get(`${api.origin}/demoapi/clubs`, settings))).toMatchObject({
      code: 'invalid_request',
    });
    expect(api.seen).toEqual([]);
  });

  it('is told each time, and of all mistakes at once, without what may be a secret', async () => {
    const resamania = { tenat: 'x', pricipal: 1, 's3cret-value-in-the-wrong-place': 1 } as never;
    for (let time = 0; time < 2; time += 1) {
      const { message } = await failureOf(() => firstValueFrom(side.http.get('clubs', { resamania })));
      expect(message).toMatch(/did you mean tenant\?.*did you mean principal\?/s);
      expect(message).not.toContain('s3cret');
    }
  });
});

describe('Somebody who lets a second tenant in at run time', () => {
  const AZUR = { clientToken: 'clubazur', clientId: 'azur', clientSecret: 'secret' };
  const unnamed = () => firstValueFrom(side.http.get('clubs'));

  beforeEach(() => {
    build({ tenants: [DEMO] });
    side.tenants.keepDefault();
  });

  it('still has the default that was there at start', async () => {
    side.registry.register(NORD);
    await unnamed();
    expect(called()).toEqual(['demoapi']);
  });

  it("does not get another tenant's data when the default is removed", async () => {
    side.registry.register(NORD);
    side.registry.remove('demoapi');
    expect(await failureOf(unnamed)).toMatchObject({ code: 'tenant_removed', tenant: 'demoapi' });
    side.registry.register(DEMO);
    await unnamed();
    expect(called()).toEqual(['demoapi']);
  });

  it('has no default where there were two at start, or none, as before', async () => {
    build({ tenants: [DEMO, NORD] });
    side.tenants.keepDefault();
    expect(await failureOf(unnamed)).toMatchObject({ code: 'no_default_tenant' });
    build({ tenants: [] });
    side.tenants.keepDefault();
    side.registry.register(AZUR);
    await unnamed();
    side.registry.register(NORD);
    expect(await failureOf(unnamed)).toMatchObject({ code: 'no_default_tenant' });
  });

  it('never has one with `defaultTenant: false`', async () => {
    build({ tenants: [DEMO], defaultTenant: false });
    side.tenants.keepDefault();
    const error = await failureOf(unnamed);
    expect(error).toMatchObject({ code: 'no_default_tenant' });
    expect(error.message).toContain('Name a tenant');
    const host = create();
    side.interceptor.attachTo(host);
    await host.get(`${api.origin}/stranger/clubs`);
    expect(api.last.headers).not.toHaveProperty('authorization');
    await firstValueFrom(side.http.get('/demoapi/clubs'));
    expect(called()).toEqual(['stranger', 'demoapi']);
  });
});

describe('Somebody who renames a tenant', () => {
  it('is told to remove it and register it anew', async () => {
    const renaming = () => side.registry.update('demoapi', { name: 'demo' } as never);
    expect(await failureOf(renaming)).toMatchObject({
      code: 'invalid_options',
      message: expect.stringMatching(/update\("demoapi"\).*\n.*name: .*remove/is),
    });
    expect(side.registry.update('demoapi', { name: 'demoapi', clientId: 'new' } as never)).toMatchObject({
      clientId: 'new',
    });
  });
});
