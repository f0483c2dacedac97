import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ConsoleLogger, Controller, Get, type INestApplication, Module, Param, Res } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { create } from 'axios';
import {
  ResamaniaAuthInterceptor,
  ResamaniaAuthModule,
  ResamaniaHttpService,
  ResamaniaTenantContext,
  ResamaniaTenantRegistry,
  type ResamaniaTokenEvent,
  ResamaniaTokenService,
} from 'nestjs-resamania-auth';
import { openTelemetry } from 'nestjs-resamania-auth/opentelemetry';
import { ResamaniaHealthIndicator } from 'nestjs-resamania-auth/terminus';
import { faults, ResamaniaSandbox } from 'resamania-sandbox';
import { firstValueFrom } from 'rxjs';

import { leaksOf } from './support/shown.js';

const SECRETS = ['secret-canary', 'key-canary', 'param-canary'];

let sandbox: ResamaniaSandbox;
let app: INestApplication;
let logged = '';
const tokens = new Set<string>();
const events: ResamaniaTokenEvent[] = [];
const spans = new InMemorySpanExporter();
const metrics = new PrometheusExporter({ preventServerStart: true });
const telemetry = openTelemetry({
  tenantNames: true,
  tracerProvider: new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
  meterProvider: new MeterProvider({ readers: [metrics] }),
});
/** What an application could get hold of, by what it is. */
const found = new Map<string, unknown>();

@Controller()
class SendingController {
  /** What nobody should do, and many do. */
  @Get('send/:what')
  send(@Param('what') what: string, @Res() response: { send(body: unknown): void }): void {
    response.send(found.get(decodeURIComponent(what)));
  }
}

@Module({
  imports: [TerminusModule],
  controllers: [SendingController],
  providers: [ResamaniaHealthIndicator],
})
class SendingModule {}

/** Writes everything that the application logs to `logged`, as it does and as its twin does. */
class CapturingLogger extends ConsoleLogger {
  twin: CapturingLogger | undefined;

  protected override printMessages(...args: Parameters<ConsoleLogger['printMessages']>): void {
    const write = jest.spyOn(process.stdout, 'write').mockImplementation(capture);
    const writeError = jest.spyOn(process.stderr, 'write').mockImplementation(capture);
    super.printMessages(...args);
    this.twin?.printMessages(...args);
    write.mockRestore();
    writeError.mockRestore();
  }
}

function capture(chunk: unknown): boolean {
  logged += String(chunk);
  return true;
}

const logger = new CapturingLogger({ logLevels: ['verbose', 'debug', 'log', 'warn', 'error', 'fatal'] });
logger.twin = new CapturingLogger({ json: true });

/** No secret, and none of the tokens that were handed out so far. */
function forbidden(): RegExp {
  const signatures = [...tokens].map((token) => token.split('.').at(-1) ?? token);
  expect(signatures.length).toBeGreaterThan(0);
  return new RegExp([...SECRETS, ...signatures].join('|'));
}

async function outcome(call: Promise<unknown>): Promise<unknown> {
  return call.catch((error: unknown) => error);
}

beforeAll(async () => {
  sandbox = await ResamaniaSandbox.start({
    apiKey: 'key-canary',
    chains: [{ clientToken: 'demoapi', clientSecret: 'secret-canary' }],
    rateLimits: { quota: { limit: 10 } },
  });
  const { tenants = [], ...rest } = sandbox.connection;
  for (const tenant of tenants) Object.assign(tenant, { params: { extra: 'param-canary' } });
  const resamania = ResamaniaAuthModule.forRoot({
    ...rest,
    tenants,
    tokenRequest: { attempts: 1, timeoutMs: 500, deadlineMs: 1500 },
    telemetry,
  });
  const module = await Test.createTestingModule({ imports: [resamania, SendingModule] }).compile();
  app = module.createNestApplication({ logger });
  const service = app.get(ResamaniaTokenService);
  service.events$.subscribe((event) => events.push(event));
  await app.listen(0, '127.0.0.1');
  tokens.add(await service.getAccessToken());
  tokens.add(await service.getAccessToken(undefined, { principal: { club: '/demoapi/clubs/1001' } }));
  await gatherApiFailures();
  await gatherTokenFailures(service);
  gatherObjects(service);
  await gatherReports();
});

afterAll(async () => {
  await app.close();
  await sandbox.stop();
});

async function gatherApiFailures(): Promise<void> {
  const http = app.get(ResamaniaHttpService);
  const get = async (config = {}) => outcome(firstValueFrom(http.get('clubs', config)));
  for (const [what, fault] of Object.entries({
    'gateway 401': faults.apiUnauthorized('gateway-json'),
    'text 401': faults.apiUnauthorized('gateway-text'),
    'token 401': faults.apiUnauthorized('lexik'),
    '403': faults.forbiddenEndpoint(),
    '429': faults.rateLimited({ kind: 'quota' }),
    '500': faults.status(500),
    'cut off': faults.truncated(),
    'lost connection': faults.reset(),
  })) {
    sandbox.api.always(fault);
    found.set(`API: ${what}`, await get());
    found.set(`API: ${what}, streamed`, await get({ responseType: 'stream' }));
  }
  sandbox.api.always(faults.hang());
  found.set('API: timeout', await get({ timeout: 30 }));
  sandbox.api.reset();
  // This answer says that there is quota left after all: no token would be asked for before.
  await get();
  // Rejected while another token has become the current one: sent again.
  sandbox.api.next(faults.delay(100, faults.apiUnauthorized('lexik')));
  const replayed = get();
  tokens.add((await app.get(ResamaniaTokenService).renew()).value);
  await replayed;
  found.set('API: answer', await get());
  found.set('API: streamed answer', await get({ responseType: 'stream' }));
  found.set('API: conflict', await outcome(firstValueFrom(http.forTenant('x').get('clubs'))));
  found.set('API: elsewhere', await outcome(firstValueFrom(http.get('https://evil.example/'))));
}

async function gatherTokenFailures(service: ResamaniaTokenService): Promise<void> {
  const registry = app.get(ResamaniaTenantRegistry);
  for (const [what, fault] of Object.entries({
    invalid_client: faults.oauthError('invalid_client', 'secret-canary'),
    gateway: faults.gatewayUnauthorized(),
    'wrong prefix': faults.wrongPrefix(),
    '503': faults.status(503),
    'web page': faults.html(),
    redirect: faults.redirect('https://evil.example/'),
    hang: faults.hang(),
    reset: faults.reset(),
    // The last: nothing is asked for after it.
    'used up': faults.rateLimited({ kind: 'quota' }),
  })) {
    registry.update('demoapi', {});
    sandbox.tokenEndpoint.always(fault);
    found.set(`token: ${what}`, await outcome(service.renew()));
    found.set(`token: ${what}, again`, await outcome(service.renew()));
    found.set(`health: ${what}`, app.get(ResamaniaHealthIndicator).isHealthy('resamania'));
  }
  sandbox.tokenEndpoint.reset();
  registry.update('demoapi', {});
  for (const clientSecret of ['secret-canary\n', '', 7 as never])
    found.set(
      `config: ${JSON.stringify(clientSecret).slice(-3)}`,
      await updateFailure(registry, clientSecret),
    );
  await service.invalidate();
  found.set('tenant: unknown', await outcome(service.getAccessToken('nobody')));
}

async function updateFailure(registry: ResamaniaTenantRegistry, clientSecret: string): Promise<unknown> {
  return outcome(Promise.resolve().then(() => registry.update('demoapi', { clientSecret })));
}

/** What operators look at. */
async function gatherReports(): Promise<void> {
  found.set('spans', spans.getFinishedSpans());
  const { resourceMetrics } = await metrics.collect();
  found.set('metrics', resourceMetrics);
  found.set('metrics page', new PrometheusSerializer().serialize(resourceMetrics));
}

function gatherObjects(service: ResamaniaTokenService): void {
  const registry = app.get(ResamaniaTenantRegistry);
  found.set('events', events);
  found.set('status', service.status());
  found.set('access token', service.peek());
  found.set('registry', registry);
  found.set('registered tenants', registry.list());
  found.set('token service', service);
  found.set('http service', app.get(ResamaniaHttpService));
  found.set('bound http service', app.get(ResamaniaHttpService).forTenant('demoapi'));
  found.set('interceptor', app.get(ResamaniaAuthInterceptor));
  found.set('context', app.get(ResamaniaTenantContext));
}

describe('No secret and no token', () => {
  it('is asked for in vain: there is something to look at', () => {
    expect(found.size).toBeGreaterThan(40);
    const failures = [...found].filter(([what]) => /^(?:API|token|config|tenant): /.test(what));
    // A stream that is cut off fails when it is read.
    const answers = new Set(['API: answer', 'API: streamed answer', 'API: cut off, streamed']);
    for (const [what, value] of failures.filter(([name]) => !answers.has(name)))
      expect([what, value instanceof Error]).toEqual([what, true]);
    expect(spans.getFinishedSpans().length).toBeGreaterThan(10);
    expect(found.get('metrics page')).toContain('resamania_auth_token_fetch_duration');
    expect(JSON.stringify(found.get('health: 503'))).toContain('demoapi');
    const types = new Set(events.map(({ type }) => type));
    for (const type of ['obtained', 'renewal-failed', 'rejected', 'replayed', 'quota-low', 'tenant-updated'])
      expect(types).toContain(type);
  });

  it('shows in an error, an event, a status or a service, however it is looked at', () => {
    const leaks = [...found].flatMap(([what, value]) =>
      leaksOf(value, forbidden()).map((place) => `${what}: ${place}`),
    );
    expect(leaks).toEqual([]);
  });

  it("is in Nest's log, of the library itself or of who logs what it got", () => {
    for (const json of [false, true]) {
      const own = new CapturingLogger({ json, colors: false });
      for (const [what, value] of found) {
        own.error(value, what);
        own.warn({ what, value });
        own.log(what, value);
      }
    }
    expect(logged).toContain('token obtained');
    // In both formats, and at debug too.
    expect(logged).toContain('"params":{"event":"obtained","tenant":"demoapi"');
    expect(logged).toMatch(/digest of the rejected token [0-9a-f]{8}/);
    expect(logged).toContain('credentials');
    expect(logged.match(forbidden()) ?? []).toEqual([]);
  });

  it('is in what a handler would send', async () => {
    const url = await app.getUrl();
    const client = create({ validateStatus: () => true, responseType: 'text' });
    for (const what of found.keys()) {
      const { data } = await client.get<string>(
        `${url}/send/${encodeURIComponent(encodeURIComponent(what))}`,
      );
      expect([what, String(data).match(forbidden())?.length ?? 0]).toEqual([what, 0]);
    }
  });
});
