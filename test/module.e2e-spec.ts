import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { HttpModule, HttpService } from '@nestjs/axios';
import { type DynamicModule, Injectable, Module, type Type } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { LazyModuleLoader } from '@nestjs/core';
import { Interval, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test, type TestingModule } from '@nestjs/testing';
import axios from 'axios';
import {
  InjectResamaniaHttp,
  ResamaniaAuthModule,
  type ResamaniaAuthOptions,
  type ResamaniaAuthOptionsFactory,
  resamaniaConfig,
  ResamaniaHttpService,
  ResamaniaTenantRegistry,
  ResamaniaTokenService,
} from 'nestjs-resamania-auth';
import { ResamaniaSandbox } from 'resamania-sandbox';
import { firstValueFrom } from 'rxjs';

let sandbox: ResamaniaSandbox;
let app: TestingModule | undefined;

beforeAll(async () => {
  sandbox = await ResamaniaSandbox.start();
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  sandbox.journal.clear();
});
afterAll(() => sandbox.stop());

async function boot(...imports: (DynamicModule | Type)[]): Promise<TestingModule> {
  app = await Test.createTestingModule({ imports }).compile();
  app.useLogger(false);
  app.enableShutdownHooks();
  return app.init();
}

async function failure(call: Promise<unknown>): Promise<Error & { code?: string }> {
  const outcome: unknown = await call.catch((error: unknown) => error);
  if (outcome instanceof Error) return outcome;
  throw new Error('expected a failure');
}

@Injectable()
class OptionsFactory implements ResamaniaAuthOptionsFactory {
  createResamaniaAuthOptions(): ResamaniaAuthOptions {
    return sandbox.connection;
  }
}

@Module({ providers: [OptionsFactory], exports: [OptionsFactory] })
class OptionsModule {}

describe('setting the module up', () => {
  it.each<[string, () => DynamicModule]>([
    ['forRoot', () => ResamaniaAuthModule.forRoot(sandbox.connection)],
    [
      'forRootAsync with useFactory',
      () => ResamaniaAuthModule.forRootAsync({ useFactory: () => sandbox.connection }),
    ],
    [
      'forRootAsync with an asynchronous useFactory and inject',
      () =>
        ResamaniaAuthModule.forRootAsync({
          imports: [OptionsModule],
          inject: [OptionsFactory],
          useFactory: async (factory: OptionsFactory) => factory.createResamaniaAuthOptions(),
        }),
    ],
    ['forRootAsync with useClass', () => ResamaniaAuthModule.forRootAsync({ useClass: OptionsFactory })],
    [
      'forRootAsync with useExisting',
      () => ResamaniaAuthModule.forRootAsync({ imports: [OptionsModule], useExisting: OptionsFactory }),
    ],
  ])('works with %s', async (_name, module) => {
    const { get } = await bound(module());
    expect(await get(ResamaniaTokenService).getAccessToken('demoapi')).toMatch(/^ey/);
    expect(
      get(ResamaniaTenantRegistry)
        .list()
        .map(({ name }) => name),
    ).toEqual(sandbox.chains.map(({ clientToken }) => clientToken));
  });

  it('works with the environment, through ConfigModule', async () => {
    const { clientToken, clientId, clientSecret, clubId } = sandbox.chain('demoapi');
    const environment = {
      RESAMANIA_API_URL: sandbox.apiBaseUrl,
      RESAMANIA_API_KEY: sandbox.apiKey ?? '',
      RESAMANIA_CLIENT_TOKEN: clientToken,
      RESAMANIA_CLIENT_ID: clientId,
      RESAMANIA_CLIENT_SECRET: clientSecret,
      RESAMANIA_CLUB_ID: clubId,
    };
    Object.assign(process.env, environment);
    try {
      const { get } = await bound(
        await ConfigModule.forRoot({ load: [resamaniaConfig], isGlobal: true, ignoreEnvFile: true }),
        ResamaniaAuthModule.forRootAsync({
          inject: [ConfigService],
          useFactory: (config: ConfigService) => config.getOrThrow<ResamaniaAuthOptions>('resamania'),
        }),
      );
      const { data } = await firstValueFrom(get(ResamaniaHttpService).get<{ '@id': string }>('/clubs'));
      expect(data['@id']).toBe('/demoapi/clubs');
    } finally {
      for (const name of Object.keys(environment)) delete process.env[name];
    }
  });

  it('is global unless told otherwise', async () => {
    @Injectable()
    class Far {
      constructor(readonly tokens: ResamaniaTokenService) {}
    }
    @Module({ providers: [Far] })
    class FarModule {}

    const { get } = await bound(ResamaniaAuthModule.forRoot(sandbox.connection), FarModule);
    expect(get(Far).tokens).toBe(get(ResamaniaTokenService));
    await app?.close();

    const local = boot(ResamaniaAuthModule.forRoot({ ...sandbox.connection, isGlobal: false }), FarModule);
    expect((await failure(local)).message).toContain('ResamaniaTokenService');
  });
});

describe('a feature module', () => {
  it.each([true, false])('brings tenants of its own (root global: %s)', async (isGlobal) => {
    const options = sandbox.connection;
    const [first, ...others] = options.tenants;
    const root = ResamaniaAuthModule.forRoot({ ...options, tenants: first ? [first] : [], isGlobal });

    @Injectable()
    class Clubs {
      constructor(@InjectResamaniaHttp('nordgym') readonly http: HttpService) {}
    }
    @Module({ imports: [root, ResamaniaAuthModule.forFeature(others)], providers: [Clubs] })
    class FeatureModule {}

    const { get } = await bound(root, FeatureModule);
    const { data } = await firstValueFrom(get(Clubs).http.get<{ '@id': string }>('/clubs'));
    expect(data['@id']).toBe('/nordgym/clubs');
    expect(get(ResamaniaTenantRegistry).list()).toHaveLength(3);
  });

  it('stops the start when its tenants are invalid, or have a name that is taken', async () => {
    const options = sandbox.connection;
    const error = await failure(
      boot(
        ResamaniaAuthModule.forRoot(options),
        ResamaniaAuthModule.forFeature([
          { clientToken: 'demoapi', clientId: 'x', clientSecret: 'CANARY' },
          { clientToken: 'a/b', clientId: '', clientSecret: 'CANARY' },
        ]),
      ),
    );
    expect(error).toMatchObject({ code: 'invalid_options' });
    expect(error.message).toContain('"demoapi"');
    expect(error.message).toContain('registered already');
    expect(error.message).toContain('forFeature().tenants[1].clientToken');
    expect(error.message).toContain('forFeature().tenants[1].clientId');
    expect(error.message).not.toContain('CANARY');
  });

  it('are told apart by the module that brings them, when one of them is wrong', async () => {
    const wrong = { clientToken: 'gamma', clientId: '', clientSecret: 'CANARY' };
    @Module({ imports: [ResamaniaAuthModule.forFeature([{ ...wrong, clientId: '1' }, wrong])] })
    class GammaModule {}
    @Module({ imports: [ResamaniaAuthModule.forFeature([{ ...wrong, clientToken: 'delta' }])] })
    class DeltaModule {}
    const error = await failure(
      boot(ResamaniaAuthModule.forRoot(sandbox.connection), GammaModule, DeltaModule),
    );
    expect(error.message).toContain('GammaModule: forFeature().tenants[1].clientId: expected');
    expect(error.message).toContain('DeltaModule: forFeature().tenants[0].clientId: expected');
  });
});

describe('a module that is loaded lazily', () => {
  it.each([true, false])('gets the bound services that only it names (root global: %s)', async (isGlobal) => {
    const name = `late, ${isGlobal}`;
    const [tenant] = sandbox.connection.tenants;
    if (tenant === undefined) throw new Error('the sandbox has no tenant');
    const tenants = [{ ...tenant, name }];
    const root = ResamaniaAuthModule.forRoot({ ...sandbox.connection, tenants, isGlobal });
    const booted = await boot(root);
    const load = () => {
      @Injectable()
      class Clubs {
        constructor(@InjectResamaniaHttp(name) readonly http: HttpService) {}
      }
      @Module({ imports: isGlobal ? [] : [root], providers: [Clubs] })
      class LateModule {}
      return { LateModule, Clubs };
    };
    const { LateModule, Clubs } = load();
    const late = await booted.get(LazyModuleLoader).load(() => LateModule);
    const { http } = late.get(Clubs);
    const { data } = await firstValueFrom(http.get<{ '@id': string }>('/clubs'));
    expect(data['@id']).toBe(`/${tenant.clientToken}/clubs`);
    expect(http).toBe(booted.get(ResamaniaHttpService, { strict: false }).forTenant(name));
  });
});

describe('mistakes in setting the module up', () => {
  it('stop the start when forRoot() is there twice', async () => {
    const [first, ...others] = sandbox.connection.tenants;
    const error = await failure(
      boot(
        ResamaniaAuthModule.forRoot({ ...sandbox.connection, tenants: first ? [first] : [] }),
        ResamaniaAuthModule.forRoot({ ...sandbox.connection, tenants: others }),
      ),
    );
    expect(error).toMatchObject({ code: 'invalid_options' });
    expect(error.message).toMatch(/forRoot\(\).*once.*forFeature\(\)/s);
  });

  it.each<[string, unknown, string]>([
    ['a promise', Promise.resolve({}), 'found a Promise: await it, or use forRootAsync()'],
    ['an asynchronous function', async () => sandbox.connection, 'expected an object, found a function'],
    ['nothing', undefined, 'expected an object, found undefined'],
    ['an array', [], 'expected an object, found an array'],
  ])('fail at once when forRoot() is given %s', (_what, options, words) => {
    const forRoot = () => ResamaniaAuthModule.forRoot(options as ResamaniaAuthOptions);
    expect(forRoot).toThrow(expect.objectContaining({ code: 'invalid_options' }));
    expect(forRoot).toThrow(words);
  });

  it('do not include one forRoot() that several modules import', async () => {
    const root = ResamaniaAuthModule.forRoot(sandbox.connection);
    @Module({ imports: [root] })
    class FarModule {}
    await expect(boot(root, FarModule)).resolves.toBeDefined();
  });

  it('stop the start when forFeature() is there without forRoot()', async () => {
    const error = await failure(boot(ResamaniaAuthModule.forFeature(sandbox.connection.tenants)));
    expect(error).toMatchObject({ code: 'invalid_options' });
    expect(error.message).toMatch(/forFeature\(\).*forRoot\(\)/s);
  });
});

describe('the default of an application that started with one tenant', () => {
  it('stays when another one is registered', async () => {
    const [first, second] = sandbox.connection.tenants;
    if (first === undefined || second === undefined) throw new Error('the sandbox has fewer tenants');
    const { get } = await bound(ResamaniaAuthModule.forRoot({ ...sandbox.connection, tenants: [first] }));
    get(ResamaniaTenantRegistry).register(second);
    const { data } = await firstValueFrom(get(ResamaniaHttpService).get<{ '@id': string }>('clubs'));
    expect(data['@id']).toBe(`/${first.clientToken}/clubs`);
  });

  it("counts the feature modules' tenants", async () => {
    const [first, ...others] = sandbox.connection.tenants;
    const { get } = await bound(
      ResamaniaAuthModule.forRoot({ ...sandbox.connection, tenants: first ? [first] : [] }),
      ResamaniaAuthModule.forFeature(others),
    );
    const unnamed = firstValueFrom(get(ResamaniaHttpService).get('clubs'));
    expect(await failure(unnamed)).toMatchObject({ code: 'no_default_tenant' });
  });
});

describe('invalid options', () => {
  it.each<[string, (options: ResamaniaAuthOptions) => DynamicModule]>([
    ['forRoot', (options) => ResamaniaAuthModule.forRoot(options)],
    ['forRootAsync', (options) => ResamaniaAuthModule.forRootAsync({ useFactory: () => options })],
  ])('stop the start with one message that lists every problem (%s)', async (_name, module) => {
    const options = {
      apiBaseUrl: 'http://api.example',
      tenants: [
        { clientToken: 'alpha', clientId: '1', clientSecret: 'CANARY' },
        { name: 'alpha', clientToken: 'b', clientId: 7, clientsecret: 'CANARY', clubId: '1210' },
      ],
      refresh: { lead: { share: 2 } },
    } as unknown as ResamaniaAuthOptions;
    const error = await failure(boot(module(options)));
    expect(error).toMatchObject({ code: 'invalid_options' });
    for (const words of [
      'apiBaseUrl',
      'tenants[1].clientId',
      'tenants[1].clientSecret',
      'tenants[1].clubId',
      '/b/clubs/{id}',
      'refresh.lead.share',
      'tenants[0]',
    ]) {
      expect(error.message).toContain(words);
    }
    expect(error.message).not.toContain('CANARY');
  });

  it.each([[undefined], [null], ['text'], [[]]])('stop it too when they are %j', async (options) => {
    const error = await failure(
      boot(
        ResamaniaAuthModule.forRootAsync({ useFactory: () => options as unknown as ResamaniaAuthOptions }),
      ),
    );
    expect(error).toMatchObject({ code: 'invalid_options' });
  });

  it('stop it when the default tenant is not registered', async () => {
    const error = await failure(
      boot(ResamaniaAuthModule.forRoot({ ...sandbox.connection, defaultTenant: 'nope' })),
    );
    expect(error.message).toContain('defaultTenant');
    expect(error.message).toContain('demoapi, nordgym, clubazur');
  });

  it('stop it, with failFast, when a token cannot be had, and leave nothing running', async () => {
    const options = sandbox.connection;
    const [first, ...others] = options.tenants;
    const tenants = [{ ...first, clientSecret: 'wrong' } as (typeof options.tenants)[number], ...others];
    const error = await failure(
      boot(ResamaniaAuthModule.forRoot({ ...options, tenants, refresh: { failFast: true } })),
    );
    expect(error).toMatchObject({ code: 'credentials_rejected' });
    expect(error.message).toContain('1 of 3 tenants');
    expect(error.message).toContain('"demoapi"');
  });
});

describe('in a host with modules of its own', () => {
  it("leaves scheduled jobs and axios alone, and shows its timer in the host's registry", async () => {
    const ticks = jest.fn();
    @Injectable()
    class Job {
      @Interval('host-job', 50)
      run(): void {
        ticks();
      }
    }
    @Injectable()
    class Host {
      constructor(readonly http: HttpService) {}
    }
    @Module({ imports: [ScheduleModule.forRoot(), HttpModule], providers: [Job, Host] })
    class HostModule {}

    const { get } = await bound(HostModule, ResamaniaAuthModule.forRoot(sandbox.connection));
    await get(ResamaniaTokenService).getAccessToken('demoapi');
    ticks.mockClear();
    const started = Date.now();
    await jestTicks(ticks, 6);
    // Doubled jobs would tick six times in half the time.
    expect(Date.now() - started).toBeGreaterThan(5 * 45);

    await get(Host)
      .http.axiosRef.get(`${sandbox.apiBaseUrl}/demoapi/clubs`)
      .catch(() => undefined);
    await axios.get(`${sandbox.apiBaseUrl}/demoapi/clubs`).catch(() => undefined);
    const [, unauthorized] = sandbox.journal.apiRequests();
    expect(sandbox.journal.apiRequests()).toHaveLength(2);
    expect(unauthorized?.authorized).toBe(false);
    const registry = get(SchedulerRegistry);
    expect(registry.getTimeouts()).toEqual(['resamania-auth:refresh']);
    await app?.close();
    expect(registry.getTimeouts()).toEqual([]);
    app = undefined;
  });

  it('needs neither', async () => {
    const { get } = await bound(ResamaniaAuthModule.forRoot(sandbox.connection));
    expect(await get(ResamaniaTokenService).getAccessToken('nordgym')).toMatch(/^ey/);
  });
});

describe('closing the application', () => {
  it('settles whoever waits for a token', async () => {
    const { get } = await bound(
      ResamaniaAuthModule.forRoot({ ...sandbox.connection, refresh: { warmUp: false } }),
    );
    sandbox.tokenEndpoint.down(60_000, { kind: 'hang' });
    const waiting = failure(get(ResamaniaTokenService).getAccessToken('demoapi'));
    await app?.close();
    app = undefined;
    expect(await waiting).toMatchObject({ code: 'shutting_down' });
    sandbox.tokenEndpoint.reset();
  });
});

/** Boots, and gives a look-up that sees every module. */
async function bound(...imports: (DynamicModule | Type)[]): Promise<{ get: <T>(type: Type<T>) => T }> {
  const booted = await boot(...imports);
  return { get: (type) => booted.get(type, { strict: false }) };
}

/** Resolves as soon as a mock was called so many times. */
function jestTicks(mock: jest.Mock, times: number): Promise<void> {
  return new Promise((resolve) => {
    mock.mockImplementation(() => {
      if (mock.mock.calls.length >= times) resolve();
    });
  });
}
