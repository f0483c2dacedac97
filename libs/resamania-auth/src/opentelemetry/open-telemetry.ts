import {
  type Attributes,
  context,
  type Histogram,
  metrics,
  type MeterProvider,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';

import type {
  FetchEnd,
  FetchRecording,
  ResamaniaTelemetry,
  StoreOperation,
  TelemetrySource,
  TokenFetch,
  WaitRecording,
} from '../telemetry/telemetry.js';
import { createInstruments, type Instruments } from './instruments.js';

const SCOPE = 'nestjs-resamania-auth';

/** Options of `openTelemetry()`. */
export interface OpenTelemetryOptions {
  /**
   * Puts the tenant's name on metrics and spans, as `resamania.auth.tenant`. Each tenant is then a time series of its own:
   * OpenTelemetry's SDK keeps 2,000 of an instrument.
   * @default false
   */
  tenantNames?: boolean;
  /**
   * Where meters come from.
   * @default the global one
   */
  meterProvider?: MeterProvider;
  /**
   * Where tracers come from.
   * @default the global one
   */
  tracerProvider?: TracerProvider;
}

/**
 * Makes the option `telemetry` of `ResamaniaAuthModule`: metrics and spans for OpenTelemetry. Needs `@opentelemetry/api`,
 * and an SDK that is registered before the application starts; without one it does nothing.
 */
export function openTelemetry(
  options: OpenTelemetryOptions = {},
): (source: TelemetrySource) => ResamaniaTelemetry {
  return (source) => new OpenTelemetry(source, options);
}

class SpanOfFetch implements FetchRecording {
  readonly span: Span;
  readonly #attributes: Attributes;
  readonly #duration: Histogram;
  readonly #startedAt = performance.now();

  constructor(span: Span, attributes: Attributes, duration: Histogram) {
    this.span = span;
    this.#attributes = attributes;
    this.#duration = duration;
  }

  run<T>(work: () => T): T {
    return context.with(trace.setSpan(ROOT_CONTEXT, this.span), work);
  }

  end(end: FetchEnd): void {
    if (end.kind !== 'left')
      this.#duration.record(secondsSince(this.#startedAt), { ...this.#attributes, ...attributesOf(end) });
    endSpan(this.span, end);
  }
}

class OpenTelemetry implements ResamaniaTelemetry {
  readonly #options: OpenTelemetryOptions;
  readonly #tracer: Tracer;
  readonly #instruments: Instruments;

  constructor(source: TelemetrySource, options: OpenTelemetryOptions) {
    const { meterProvider = metrics, tracerProvider = trace } = options;
    this.#options = options;
    this.#tracer = tracerProvider.getTracer(SCOPE);
    this.#instruments = createInstruments(meterProvider.getMeter(SCOPE), source, (name) => this.#about(name));
  }

  caller(): SpanContext | undefined {
    return trace.getSpanContext(context.active());
  }

  startFetch({ tenant, trigger, cause, serverAddress, serverPort }: TokenFetch): SpanOfFetch {
    const attributes: Attributes = {
      'resamania.auth.trigger': trigger,
      'server.address': serverAddress,
      'server.port': serverPort,
      ...this.#about(tenant),
    };
    const links = cause === undefined ? [] : [{ context: cause as SpanContext }];
    const span = this.#tracer.startSpan(
      'resamania.auth.token.fetch',
      { kind: SpanKind.CLIENT, root: true, attributes, links },
      ROOT_CONTEXT,
    );
    return new SpanOfFetch(span, attributes, this.#instruments.fetchDuration);
  }

  startWait(tenant: string, fetch: FetchRecording): WaitRecording {
    const startedAt = performance.now();
    const span = this.#waitSpan(tenant, fetch);
    return {
      end: (end) => {
        const failed = end.kind === 'failed' ? { 'error.type': end.code } : {};
        if (end.kind !== 'left')
          this.#instruments.waitDuration.record(secondsSince(startedAt), {
            ...this.#about(tenant),
            ...failed,
          });
        if (span !== undefined) endSpan(span, end);
      },
    };
  }

  replaced(tenant: string, leftMs: number): void {
    this.#instruments.remainingLifetime.record(leftMs / 1000, this.#about(tenant));
  }

  rejected(tenant: string): void {
    this.#instruments.rejections.add(1, this.#about(tenant));
  }

  storeOperation(operation: StoreOperation, durationMs: number, error: string | undefined): void {
    const failed = error === undefined ? {} : { 'error.type': error };
    this.#instruments.storeDuration.record(durationMs / 1000, {
      'resamania.auth.store.operation': operation,
      ...failed,
    });
  }

  close(): void {
    this.#instruments.close();
  }

  /** A child of the caller's own span; none where the caller has none. */
  #waitSpan(tenant: string, fetch: FetchRecording): Span | undefined {
    if (this.caller() === undefined) return undefined;
    const links = fetch instanceof SpanOfFetch ? [{ context: fetch.span.spanContext() }] : [];
    const attributes = this.#about(tenant);
    return this.#tracer.startSpan('resamania.auth.token.wait', {
      kind: SpanKind.INTERNAL,
      attributes,
      links,
    });
  }

  #about(tenant: string): Attributes {
    return this.#options.tenantNames === true ? { 'resamania.auth.tenant': tenant } : {};
  }
}

/** Who was left by all, or put off, has not failed. */
function endSpan(span: Span, end: FetchEnd): void {
  span.setAttributes(attributesOf(end));
  if (end.kind === 'failed') span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

function attributesOf(end: FetchEnd): Attributes {
  if (end.kind === 'left') return {};
  if (end.kind === 'token') return end.origin === undefined ? {} : { 'resamania.auth.origin': end.origin };
  const { code, status } = end;
  return { 'error.type': code, ...(status !== undefined && { 'http.response.status_code': status }) };
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000;
}
