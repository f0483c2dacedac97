import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { HttpModule, HttpService } from '@nestjs/axios';
import {
  type CanActivate,
  Controller,
  Get,
  type INestApplication,
  Injectable,
  type MiddlewareConsumer,
  Module,
  type NestModule,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { create } from 'axios';
import {
  bindResamaniaTenant,
  ResamaniaAuthModule,
  type ResamaniaAuthOptions,
  ResamaniaExceptionFilter,
  ResamaniaHttpService,
  ResamaniaTenantContext,
  tenantFromHeader,
  tenantFromParam,
  tenantFromSubdomain,
  type TenantExtractor,
} from 'nestjs-resamania-auth';
import { faults, ResamaniaSandbox } from 'resamania-sandbox';
import { map } from 'rxjs';

let sandbox: ResamaniaSandbox;
let app: INestApplication | undefined;

const own = create({ validateStatus: () => true });

beforeAll(async () => {
  sandbox = await ResamaniaSandbox.start();
});
afterEach(async () => {
  await app?.close();
  app = undefined;
  sandbox.tokenEndpoint.reset();
  sandbox.api.reset();
});
afterAll(() => sandbox.stop());

/** Whatever the extractor of the running test is. */
let extract: TenantExtractor = () => undefined;

@Injectable()
class ContextGuard implements CanActivate {
  constructor(private readonly context: ResamaniaTenantContext) {}

  canActivate(): boolean {
    seenByGuards.push(this.context.current());
    return true;
  }
}

const seenByGuards: (string | undefined)[] = [];

@Controller()
class ClubsController {
  constructor(
    private readonly resamania: ResamaniaHttpService,
    private readonly context: ResamaniaTenantContext,
    private readonly host: HttpService,
  ) {}

  @Get('intercepted/:chain/clubs')
  @UseGuards(ContextGuard)
  @UseInterceptors(bindResamaniaTenant((request) => extract(request)))
  async intercepted() {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    return this.clubs();
  }

  @Get('streamed/:chain')
  @UseInterceptors(bindResamaniaTenant((request) => extract(request)))
  clubs() {
    return this.resamania.get('clubs').pipe(map(({ data }) => data['hydra:member'][0]['@id'] as string));
  }

  @Get('optional/:chain/clubs')
  @UseInterceptors(bindResamaniaTenant((request) => extract(request), { optional: true }))
  optional() {
    return this.clubs();
  }

  @Get(['middleware/:chain/clubs', 'optional-middleware/:chain/clubs'])
  @UseGuards(ContextGuard)
  behindMiddleware() {
    return this.clubs();
  }

  @Get('context/:chain')
  current() {
    return { current: this.context.current() };
  }

  @Get('default')
  plain() {
    return this.clubs();
  }

  @Get('slow')
  slow() {
    return this.resamania.get('clubs', { timeout: 50, resamania: { tenant: 'demoapi' } });
  }

  @Get('conflict')
  conflict() {
    return this.resamania.forTenant('demoapi').get('clubs', { resamania: { tenant: 'nordgym' } });
  }

  @Get('elsewhere')
  elsewhere() {
    return this.host.get('http://127.0.0.1:1/');
  }
}

async function boot(
  options: Partial<ResamaniaAuthOptions> = {},
): Promise<(path: string, headers?: object) => Promise<Answer>> {
  @Module({
    imports: [
      ResamaniaAuthModule.forRoot({ ...sandbox.connection, ...options }),
      HttpModule.register({ proxy: false }),
    ],
    controllers: [ClubsController],
    providers: [{ provide: APP_FILTER, useClass: ResamaniaExceptionFilter }],
  })
  class HostModule implements NestModule {
    configure(consumer: MiddlewareConsumer): void {
      consumer.apply(bindResamaniaTenant((request) => extract(request))).forRoutes('middleware/:chain/clubs');
      consumer
        .apply(bindResamaniaTenant((request) => extract(request), { optional: true }))
        .forRoutes('optional-middleware/:chain/clubs');
    }
  }
  const module = await Test.createTestingModule({ imports: [HostModule] }).compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return async (path, headers = {}) => {
    const { status, data, headers: answered } = await own.get(`${url}/${path}`, { headers: { ...headers } });
    return { status, data, retryAfter: answered['retry-after'] };
  };
}

interface Answer {
  readonly status: number;
  readonly data: unknown;
  readonly retryAfter: unknown;
}

describe('bindResamaniaTenant', () => {
  it.each<[string, TenantExtractor, object]>([
    ['a route parameter', tenantFromParam('chain'), {}],
    ['a header', tenantFromHeader('X-Club-Chain'), { 'x-club-chain': 'nordgym' }],
    ['a subdomain', tenantFromSubdomain('gyms.example'), { Host: 'NordGym.gyms.example:8080' }],
    ['a function that takes its time', async () => Promise.resolve('nordgym'), {}],
  ])('as an interceptor, takes the tenant from %s', async (_what, extractor, headers) => {
    extract = extractor;
    const get = await boot();
    expect(await get('intercepted/nordgym/clubs', headers)).toMatchObject({
      status: 200,
      data: '/nordgym/clubs/2001',
    });
    expect((await get('streamed/nordgym', headers)).data).toBe('/nordgym/clubs/2001');
  });

  it('as a middleware, comes before guards', async () => {
    extract = tenantFromParam('chain');
    const get = await boot();
    seenByGuards.length = 0;
    expect((await get('middleware/clubazur/clubs')).status).toBe(200);
    expect((await get('intercepted/clubazur/clubs')).status).toBe(200);
    expect(seenByGuards).toEqual(['clubazur', undefined]);
  });

  it('keeps requests that run at once apart', async () => {
    extract = tenantFromParam('chain');
    const get = await boot();
    const chains = Array.from(
      { length: 60 },
      (_, index) => ['demoapi', 'nordgym', 'clubazur'][index % 3] ?? '',
    );
    const answers = await Promise.all(chains.map(async (chain) => get(`intercepted/${chain}/clubs`)));
    expect(answers.map(({ data }) => String(data).split('/')[1])).toEqual(chains);
  });

  it.each(['intercepted', 'middleware'])(
    'answers 400 to a request without the header, and makes no call for the default tenant (%s)',
    async (way) => {
      const get = await boot({ defaultTenant: 'demoapi' });
      sandbox.journal.clear();
      for (const found of [tenantFromHeader('X-Club-Chain'), () => null as unknown as undefined]) {
        extract = found;
        expect(await get(`${way}/nordgym/clubs`)).toMatchObject({
          status: 400,
          data: { statusCode: 400, error: 'Bad Request', message: 'The request names no tenant' },
        });
      }
      expect(sandbox.journal.countApiRequests()).toBe(0);
    },
  );

  it.each(['optional', 'optional-middleware'])(
    'goes on without a context where none is named, if that is optional (%s)',
    async (way) => {
      extract = () => undefined;
      const get = await boot({ defaultTenant: 'demoapi' });
      expect((await get(`${way}/nordgym/clubs`)).data).toBe('/demoapi/clubs/1001');
      expect((await get('context/nordgym')).data).toEqual({});
    },
  );

  it.each([
    ['a name that nobody has', 'nobody'],
    ['a name that is too long', 'x'.repeat(5000)],
    ['a name that is none', 'a\u0000b'],
  ])('answers 404 to %s, and tells nothing', async (_what, name) => {
    extract = () => name;
    const get = await boot();
    for (const way of ['intercepted', 'middleware'])
      expect(await get(`${way}/x/clubs`)).toMatchObject({
        status: 404,
        data: { statusCode: 404, error: 'Not Found', message: 'There is no such tenant' },
      });
  });

  it('loads a tenant that the provider knows, and is a 503 when the provider fails', async () => {
    extract = tenantFromParam('chain');
    const { tenants = [], ...rest } = sandbox.connection;
    const tenantProvider = async (name: string) => {
      if (name === 'broken') throw new Error('canary: the database is away');
      return tenants.find(({ clientToken }) => clientToken === name);
    };
    const get = await boot({ ...rest, tenants: [], tenantProvider });
    expect((await get('intercepted/nordgym/clubs')).data).toBe('/nordgym/clubs/2001');
    expect((await get('intercepted/nobody/clubs')).status).toBe(404);
    const broken = await get('intercepted/broken/clubs');
    expect(broken).toMatchObject({ status: 503, data: { code: 'tenant_load_failed' } });
    expect(JSON.stringify(broken)).not.toContain('canary');
  });
});

describe('ResamaniaExceptionFilter', () => {
  const demo = { defaultTenant: 'demoapi' };
  const inAMinute = () => Date.now() + 60_000;

  it.each<[string, () => void, number, string, boolean]>([
    [
      'refused credentials',
      () => sandbox.tokenEndpoint.always(faults.oauthError('invalid_client')),
      502,
      'credentials_rejected',
      true,
    ],
    [
      'a refused gateway key',
      () => sandbox.tokenEndpoint.always(faults.gatewayUnauthorized()),
      502,
      'gateway_refused',
      true,
    ],
    ['an outage', () => sandbox.tokenEndpoint.always(faults.status(503)), 503, 'service_unavailable', true],
    ['a time-out', () => sandbox.tokenEndpoint.always(faults.hang()), 504, 'timeout', true],
    [
      'a rate limit',
      () => sandbox.tokenEndpoint.always(faults.rateLimited({ kind: 'rate', resetAt: inAMinute() })),
      429,
      'rate_limited',
      true,
    ],
    [
      'a used quota',
      () => sandbox.tokenEndpoint.always(faults.rateLimited({ kind: 'quota', resetAt: inAMinute() })),
      429,
      'quota_exhausted',
      true,
    ],
  ])('answers for %s at the token endpoint', async (_what, fault, status, code, tellsWhen) => {
    fault();
    const get = await boot({
      ...demo,
      refresh: { warmUp: false },
      // Short only where the time limit is what fails: an answer may be late on a busy machine.
      tokenRequest: { attempts: 1, timeoutMs: code === 'timeout' ? 100 : 10_000 },
    });
    for (const answer of [await get('default'), await get('default')]) {
      expect(answer).toMatchObject({ status, data: { statusCode: status, code } });
      expect(Object.keys(answer.data as object).toSorted()).toEqual([
        'code',
        'error',
        'message',
        'statusCode',
      ]);
      expect(Number(answer.retryAfter) >= 1).toBe(tellsWhen);
    }
  });

  it.each<[string, Parameters<typeof sandbox.api.always>[0], number, string]>([
    ['a 500', faults.status(500), 502, 'api_refused'],
    ['a 403', faults.forbiddenEndpoint(), 502, 'api_refused'],
    ["the gateway's 401", faults.apiUnauthorized('gateway-json'), 502, 'api_refused'],
    ['a 503', faults.status(503, { headers: { 'Retry-After': '7' } }), 503, 'api_unavailable'],
    ['a 504', faults.status(504), 504, 'api_timeout'],
    ['a 429', faults.rateLimited({ kind: 'rate', retryAfter: 9 }), 429, 'api_rate_limited'],
    ['a lost connection', faults.reset(), 503, 'api_unreachable'],
  ])('answers for %s of the API', async (_what, fault, status, code) => {
    const get = await boot(demo);
    sandbox.api.always(fault);
    const answer = await get('default');
    expect(answer).toMatchObject({ status, data: { statusCode: status, code } });
    expect(answer.data).not.toHaveProperty('config');
  });

  it('passes on when to come back', async () => {
    const get = await boot(demo);
    sandbox.api.always(faults.status(503, { headers: { 'Retry-After': '7' } }));
    expect((await get('default')).retryAfter).toBe('7');
    sandbox.api.always(faults.rateLimited({ kind: 'rate', resetAt: inAMinute() }));
    expect(Number((await get('default')).retryAfter)).toBeGreaterThan(50);
    sandbox.api.always(faults.rateLimited({ kind: 'spike', headers: 'none' }));
    expect(await get('default')).toMatchObject({ status: 429, retryAfter: undefined });
  });

  it('answers for an API call that took too long', async () => {
    const get = await boot(demo);
    sandbox.api.always(faults.hang());
    expect(await get('slow')).toMatchObject({ status: 504, data: { code: 'api_timeout' } });
  });

  it.each(['conflict', 'default', 'elsewhere', 'context/x/y'])(
    'leaves to Nest what is not about Resamania (%s)',
    async (path) => {
      const get = await boot();
      const answer = await get(path);
      expect([404, 500]).toContain(answer.status);
      expect(answer.data).not.toHaveProperty('code');
      expect(answer.retryAfter).toBeUndefined();
    },
  );
});
