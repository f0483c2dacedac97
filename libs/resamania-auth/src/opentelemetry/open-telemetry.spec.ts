import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Attributes, context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

import { createWorld, DEMO, type EngineWorld, json } from '../../../../test/support/engine-world.js';
import { Fleet, outcome } from '../../../../test/support/fleet.js';
import type { ResamaniaAuthOptions } from '../options/resamania-auth-options.js';
import { openTelemetry, type OpenTelemetryOptions } from './open-telemetry.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** The SDK of an application, with what it exports kept. */
class Sdk {
  readonly #spans = new InMemorySpanExporter();
  readonly #metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  readonly #reader = new PeriodicExportingMetricReader({
    exporter: this.#metrics,
    exportIntervalMillis: 2 ** 31 - 1,
  });
  readonly tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(this.#spans)],
  });
  readonly meterProvider = new MeterProvider({ readers: [this.#reader] });
  readonly tracer = this.tracerProvider.getTracer('application');

  options(more: Partial<OpenTelemetryOptions> = {}): Pick<ResamaniaAuthOptions, 'telemetry'> {
    const { tracerProvider, meterProvider } = this;
    return { telemetry: openTelemetry({ tracerProvider, meterProvider, ...more }) };
  }

  /** Work in a span of the application's own, which ends with it. */
  async inSpan<T>(name: string, work: (span: Span) => Promise<T>): Promise<T> {
    const span = this.tracer.startSpan(name);
    return context.with(trace.setSpan(context.active(), span), () => work(span)).finally(() => span.end());
  }

  spans(name: string): ReadableSpan[] {
    return this.#spans.getFinishedSpans().filter((span) => span.name === `resamania.auth.${name}`);
  }

  /** What was measured under a name: its unit, and a value or a count for each set of attributes. */
  async measured(name: string): Promise<{ unit: string; points: [Attributes, number][] }> {
    this.#metrics.reset();
    await this.#reader.forceFlush();
    const all = this.#metrics
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
    const metric = all.find(({ descriptor }) => descriptor.name === `resamania.auth.${name}`);
    if (metric === undefined) return { unit: 'nothing was measured', points: [] };
    return {
      unit: metric.descriptor.unit,
      points: metric.dataPoints.map(({ attributes, value }) => [
        attributes,
        typeof value === 'object' ? value.count : value,
      ]),
    };
  }

  async end(): Promise<void> {
    await this.tracerProvider.shutdown();
    await this.meterProvider.shutdown();
  }
}

let sdk: Sdk;
const manager = new AsyncLocalStorageContextManager();
beforeAll(() => {
  context.setGlobalContextManager(manager.enable());
});
afterAll(() => context.disable());
afterEach(() => sdk.end());

function world(options: ResamaniaAuthOptions = {}, more: Partial<OpenTelemetryOptions> = {}): EngineWorld {
  sdk = new Sdk();
  return createWorld({ ...DEMO, ...options, ...sdk.options(more) });
}

/** An engine that is made in a span. */
async function sdkWorldInSpan(name: string): Promise<EngineWorld> {
  sdk = new Sdk();
  return sdk.inSpan(name, async () => createWorld({ ...DEMO, ...sdk.options() }));
}

const SERVER = { 'server.address': 'api.test', 'server.port': 443 };
const BY_CALLER = { 'resamania.auth.trigger': 'caller', ...SERVER };
const BY_SCHEDULE = { 'resamania.auth.trigger': 'schedule', ...SERVER };
const FROM_ENDPOINT = { 'resamania.auth.origin': 'endpoint' };

describe('a first token that a caller waits for', () => {
  it('is a root span of its own, linked to the caller, whose trace holds the wait', async () => {
    const { service, clock } = world({ refresh: { warmUp: false } });
    const caller = await sdk.inSpan('request', async (span) => {
      const token = service.getAccessToken('demoapi');
      await clock.advance(SECOND);
      await token;
      return span.spanContext();
    });
    const [fetch] = sdk.spans('token.fetch');
    expect(fetch).toMatchObject({
      kind: SpanKind.CLIENT,
      parentSpanContext: undefined,
      attributes: { ...BY_CALLER, ...FROM_ENDPOINT },
      status: { code: SpanStatusCode.UNSET },
    });
    expect(fetch?.links.map((link) => link.context.spanId)).toEqual([caller.spanId]);
    expect(fetch?.spanContext().traceId).not.toBe(caller.traceId);
    const [wait] = sdk.spans('token.wait');
    expect(wait).toMatchObject({ kind: SpanKind.INTERNAL, attributes: {} });
    expect(wait?.parentSpanContext?.spanId).toBe(caller.spanId);
    expect(wait?.spanContext().traceId).toBe(caller.traceId);
    expect(wait?.links.map((link) => link.context.spanId)).toEqual([fetch?.spanContext().spanId]);
    expect(await sdk.measured('token.fetch.duration')).toEqual({
      unit: 's',
      points: [[{ ...BY_CALLER, ...FROM_ENDPOINT }, 1]],
    });
    expect(await sdk.measured('token.wait.duration')).toEqual({ unit: 's', points: [[{}, 1]] });
  });

  it('names the tenant only where that was asked for', async () => {
    const { service, clock } = world({ refresh: { warmUp: false } }, { tenantNames: true });
    void service.getAccessToken('demoapi');
    await clock.advance(SECOND);
    const named = { 'resamania.auth.tenant': 'demoapi' };
    expect(sdk.spans('token.fetch')[0]?.attributes).toMatchObject(named);
    expect(await sdk.measured('token.wait.duration')).toEqual({ unit: 's', points: [[named, 1]] });
  });

  it('makes no span for a caller who has none, nor for a token that is at hand', async () => {
    const { service, clock } = world({ refresh: { warmUp: false } });
    void service.getAccessToken('demoapi');
    await clock.advance(SECOND);
    await sdk.inSpan('request', () => service.getAccessToken('demoapi'));
    expect(sdk.spans('token.wait')).toEqual([]);
    expect(sdk.spans('token.fetch')).toHaveLength(1);
    expect(await sdk.measured('token.wait.duration')).toMatchObject({ points: [[{}, 1]] });
  });
});

describe('a token request that several wait for', () => {
  it('is one span, to which each wait is linked in the trace of its own caller', async () => {
    const { service, clock } = world({ refresh: { warmUp: false } });
    const callers = ['one', 'other', 'third'].map((name) =>
      sdk.inSpan(name, async (span) => {
        await service.getAccessToken('demoapi');
        return span.spanContext();
      }),
    );
    await clock.advance(SECOND);
    const traces = (await Promise.all(callers)).map(({ traceId }) => traceId);
    const [fetch, ...others] = sdk.spans('token.fetch');
    expect(others).toEqual([]);
    const waits = sdk.spans('token.wait');
    expect(waits.map((span) => span.spanContext().traceId)).toEqual(traces);
    expect(new Set(waits.flatMap(({ links }) => links.map((link) => link.context.spanId)))).toEqual(
      new Set([fetch?.spanContext().spanId]),
    );
  });

  it('goes on without one who gives up: that is no error, and no wait that counts', async () => {
    const { service, clock } = world({ refresh: { warmUp: false } });
    const abort = new AbortController();
    const gone = sdk.inSpan('request', () => service.getAccessToken('demoapi', { signal: abort.signal }));
    abort.abort(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    expect(sdk.spans('token.wait')).toMatchObject([
      { attributes: {}, status: { code: SpanStatusCode.UNSET } },
    ]);
    await clock.advance(SECOND);
    expect(sdk.spans('token.wait')).toHaveLength(1);
    expect(sdk.spans('token.fetch')).toMatchObject([{ status: { code: SpanStatusCode.UNSET } }]);
    expect(await sdk.measured('token.wait.duration')).toMatchObject({ points: [] });
  });
});

describe('a renewal by the schedule', () => {
  it('is a root span without links, and tells what the old token had left', async () => {
    // Also when the application is started in a span of its own.
    const { engine, clock } = await sdkWorldInSpan('start');
    await sdk.inSpan('start', async () => engine.start());
    await clock.advance(59 * MINUTE);
    const fetches = sdk.spans('token.fetch');
    expect(fetches).toHaveLength(2);
    for (const span of fetches) {
      expect(span).toMatchObject({ links: [], parentSpanContext: undefined });
      expect(span.attributes).toEqual({ ...BY_SCHEDULE, ...FROM_ENDPOINT });
    }
    expect(await sdk.measured('token.remaining_lifetime')).toEqual({ unit: 's', points: [[{}, 1]] });
    expect(await sdk.measured('token.fetch.duration')).toMatchObject({
      points: [[{ ...BY_SCHEDULE, ...FROM_ENDPOINT }, 2]],
    });
  });
});

describe('a token that the API rejected', () => {
  it('counts, and its successor is linked to the call that met the 401', async () => {
    const { engine, clock } = world();
    engine.start();
    await clock.advance(MINUTE);
    const cache = engine.caches.of('demoapi');
    const caller = await sdk.inSpan('call', async (span) => {
      const renewed = cache?.replaceRejected(cache.peek()?.value ?? '');
      await clock.advance(SECOND);
      await renewed;
      return span.spanContext();
    });
    expect(
      sdk
        .spans('token.fetch')
        .at(-1)
        ?.links.map((link) => link.context.spanId),
    ).toEqual([caller.spanId]);
    expect(sdk.spans('token.wait').at(-1)?.parentSpanContext?.spanId).toBe(caller.spanId);
    expect(await sdk.measured('token.rejections')).toEqual({ unit: '{token}', points: [[{}, 1]] });
  });
});

describe('a token request that fails', () => {
  it('is an error on span and metric, under the same word, and so is the wait for it', async () => {
    const { service, endpoint, clock } = world({ refresh: { warmUp: false } });
    endpoint.next({ status: 400, headers: {}, body: '{"error":"invalid_client"}' });
    const failed = sdk.inSpan('request', () => service.getAccessToken('demoapi'));
    await outcome(clock, failed, SECOND);
    const error = { 'error.type': 'credentials_rejected', 'http.response.status_code': 400 };
    const [fetch] = sdk.spans('token.fetch');
    expect(fetch).toMatchObject({ status: { code: SpanStatusCode.ERROR } });
    expect(fetch?.attributes).toEqual({ ...BY_CALLER, ...error });
    expect(await sdk.measured('token.fetch.duration')).toMatchObject({
      points: [[{ ...BY_CALLER, ...error }, 1]],
    });
    expect(sdk.spans('token.wait')).toMatchObject([{ status: { code: SpanStatusCode.ERROR } }]);
    expect(await sdk.measured('token.wait.duration')).toMatchObject({
      points: [[{ 'error.type': 'credentials_rejected' }, 1]],
    });
    expect(
      JSON.stringify(sdk.spans('token.fetch').map(({ attributes, events }) => [attributes, events])),
    ).not.toContain('secret');
  });

  it('is an error of its time limit, and retries within it are none', async () => {
    const { service, endpoint, clock } = world({ refresh: { warmUp: false } });
    endpoint.next({ status: 503, headers: {}, body: '' }, { status: 503, headers: {}, body: '' });
    await outcome(clock, service.getAccessToken('demoapi'), 10 * SECOND);
    expect(sdk.spans('token.fetch')).toMatchObject([{ status: { code: SpanStatusCode.UNSET } }]);
    endpoint.always(() => 'hang');
    await outcome(clock, service.renew('demoapi'), 40 * SECOND);
    expect(sdk.spans('token.fetch')[1]?.attributes['error.type']).toBe('timeout');
  });
});

describe('a shared store', () => {
  it('tells where tokens came from, and how long its operations took', async () => {
    sdk = new Sdk();
    const fleet = new Fleet(2, sdk.options());
    fleet.start();
    await fleet.clock.advance(MINUTE);
    const { points } = await sdk.measured('token.fetch.duration');
    expect(points).toEqual(
      expect.arrayContaining([
        [{ ...BY_SCHEDULE, ...FROM_ENDPOINT }, 1],
        [{ ...BY_SCHEDULE, 'resamania.auth.origin': 'store' }, 1],
      ]),
    );
    fleet.trouble = () => 'fails';
    void fleet
      .get(0)
      .service.renew('demoapi')
      .catch(() => undefined);
    await fleet.clock.advance(SECOND);
    const operations = await sdk.measured('store.operation.duration');
    expect(operations.unit).toBe('s');
    const kinds = operations.points.map(([attributes]) => attributes);
    expect(kinds).toEqual(
      expect.arrayContaining([
        { 'resamania.auth.store.operation': 'read' },
        { 'resamania.auth.store.operation': 'claim' },
        { 'resamania.auth.store.operation': 'settle' },
        { 'resamania.auth.store.operation': 'read', 'error.type': 'ECONNREFUSED' },
      ]),
    );
  });
});

describe('what is observed', () => {
  const QUOTA = { 'x-quota-limit': '10000', 'x-quota-reset': String(Date.now() + 86_400_000) };

  it('counts tenants by state', async () => {
    const { service, clock } = world({ refresh: { warmUp: false } });
    const count = async () => (await sdk.measured('tenant.count')).points.filter(([, value]) => value > 0);
    expect(await count()).toEqual([[{ 'resamania.auth.state': 'idle' }, 1]]);
    void service.getAccessToken('demoapi');
    expect(await count()).toEqual([[{ 'resamania.auth.state': 'obtaining' }, 1]]);
    await clock.advance(SECOND);
    expect(await count()).toEqual([[{ 'resamania.auth.state': 'valid' }, 1]]);
    expect((await sdk.measured('tenant.count')).unit).toBe('{tenant}');
  });

  it('tells the quota of a host, the least that is left of it; with names that of each tenant', async () => {
    const tenants = ['one', 'other'].map((name) => ({
      name,
      clientToken: name,
      clientId: name,
      clientSecret: 'secret',
    }));
    for (const tenantNames of [false, true]) {
      const { engine, endpoint, clock } = world({ tenants }, { tenantNames });
      let left = 50;
      endpoint.always((request) => {
        left -= 10;
        const headers = { ...QUOTA, 'x-quota-remaining': String(left) };
        return { ...endpoint.token(request), headers };
      });
      engine.start();
      await clock.advance(MINUTE);
      const { unit, points } = await sdk.measured('quota.remaining');
      expect(unit).toBe('{request}');
      const server = { 'server.address': 'api.test' };
      expect(points).toEqual(
        tenantNames
          ? [
              [{ ...server, 'resamania.auth.tenant': 'one' }, 40],
              [{ ...server, 'resamania.auth.tenant': 'other' }, 30],
            ]
          : [[server, 30]],
      );
      expect((await sdk.measured('quota.limit')).points[0]?.[1]).toBe(10_000);
      if (!tenantNames) await sdk.end();
    }
  });

  it('is not observed any more when the application has closed', async () => {
    const { engine } = world();
    await engine.stop();
    expect(await sdk.measured('tenant.count')).toMatchObject({ points: [] });
  });
});

describe('without an SDK', () => {
  it('nothing is measured, and tokens come all the same', async () => {
    sdk = new Sdk();
    const { service, endpoint, clock } = createWorld({ ...DEMO, telemetry: openTelemetry() });
    endpoint.next(json(503, {}), json(503, {}));
    expect(await outcome(clock, service.getAccessToken('demoapi'), 10 * SECOND)).toEqual(expect.any(String));
    expect(sdk.spans('token.fetch')).toEqual([]);
  });
});

describe('what the application has put into its SDK', () => {
  it('costs nobody a token when it throws, and is reported once', async () => {
    const throws = () => {
      throw new Error('a processor');
    };
    sdk = new Sdk();
    const tracerProvider = new BasicTracerProvider({
      spanProcessors: [
        {
          onStart: throws,
          onEnd: throws,
          forceFlush: async () => undefined,
          shutdown: async () => undefined,
        },
      ],
    });
    const telemetry = openTelemetry({ tracerProvider, meterProvider: sdk.meterProvider });
    const { service, engine, clock, thrown } = createWorld({ ...DEMO, telemetry });
    engine.start();
    await clock.advance(3 * 60 * MINUTE);
    expect(service.status()).toMatchObject([{ state: 'valid' }]);
    expect(await outcome(clock, service.renew('demoapi'), SECOND)).toMatchObject({
      value: expect.any(String),
    });
    expect(thrown).toEqual([new Error('a processor')]);
  });

  it.each(['startFetch', 'startWait', 'caller', 'replaced', 'rejected', 'storeOperation', 'close'] as const)(
    'a telemetry whose %s throws stops nothing',
    async (method) => {
      sdk = new Sdk();
      const { tracerProvider, meterProvider } = sdk;
      const broken: NonNullable<ResamaniaAuthOptions['telemetry']> = (source) => {
        const telemetry = openTelemetry({ tracerProvider, meterProvider })(source);
        return Object.assign(Object.create(telemetry) as typeof telemetry, bound(telemetry), {
          [method]: () => {
            throw new Error(method);
          },
        });
      };
      const fleet = new Fleet(2, { telemetry: broken });
      fleet.start();
      await fleet.clock.advance(3 * 60 * MINUTE);
      await fleet.get(0).service.invalidate('demoapi');
      await fleet.clock.advance(MINUTE);
      for (const { service } of fleet.replicas) {
        expect(service.status()).toMatchObject([{ state: 'valid' }]);
        expect(service.sharedStatus()).toMatchObject({ state: 'up' });
      }
      expect(fleet.requests).toBeGreaterThanOrEqual(4);
      for (const { engine } of fleet.replicas) void engine.stop();
    },
  );
});

/** The methods of an object, to be called on another one. */
function bound<T extends object>(object: T): T {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(object)).filter(
    (name) => name !== 'constructor',
  );
  return Object.fromEntries(
    names.map((name) => [name, (object[name as keyof T] as unknown as () => void).bind(object)]),
  ) as T;
}
