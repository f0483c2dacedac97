// Run in a plain Node process, as applications are traced: OpenTelemetry's SDK and its instrumentation of `node:http`.
// Three requests of an application arm the schedule, each in a span, a tenant's context and a store of its own. Prints
// the spans of the HTTP requests, with `--telemetry` those of the library too, and what secret functions saw around them.
import 'reflect-metadata';

import { AsyncLocalStorage } from 'node:async_hooks';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';

import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

const exporter = new InMemorySpanExporter();
const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
trace.setGlobalTracerProvider(tracerProvider);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
new HttpInstrumentation({ disableIncomingRequestInstrumentation: true }).setTracerProvider(tracerProvider);
// The instrumentation changes a module when it is required.
createRequire(import.meta.url)('http');

const { Module } = await import('@nestjs/common');
const { NestFactory } = await import('@nestjs/core');
const { ResamaniaAuthModule, ResamaniaHttpService, ResamaniaTenantContext, ResamaniaTenantRegistry } =
  await import('nestjs-resamania-auth');
const { openTelemetry } = await import('nestjs-resamania-auth/opentelemetry');
const { faults, ResamaniaSandbox } = await import('resamania-sandbox');

const sandbox = await ResamaniaSandbox.start({ tokenLifetimeSeconds: 3 });
const store = new AsyncLocalStorage();
const seen = [];
const [{ clientToken, clientId, clientSecret }] = sandbox.chains;
const tenant = (name) => ({
  name,
  clientToken,
  clientId,
  clientSecret: () => {
    const isTraced = trace.getActiveSpan() !== undefined;
    seen.push({ tenant: name, store: store.getStore(), current: tenants.current(), isTraced });
    return clientSecret;
  },
});

class AppModule {}
Module({
  imports: [
    ResamaniaAuthModule.forRoot({
      apiBaseUrl: sandbox.apiBaseUrl,
      apiKey: sandbox.apiKey,
      refresh: { warmUp: false },
      tenants: [tenant('on-demand'), tenant('replayed')],
      ...(process.argv.includes('--telemetry') && { telemetry: openTelemetry() }),
    }),
  ],
})(AppModule);
const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
const tenants = app.get(ResamaniaTenantContext);
const registry = app.get(ResamaniaTenantRegistry);
const http = app.get(ResamaniaHttpService).axiosRef;

/** What an application does for one incoming request. */
const request = (name, work) =>
  trace
    .getTracer('application')
    .startActiveSpan(name, (span) =>
      store.run(name, () => tenants.run(name, work)).finally(() => span.end()),
    );

// Before the requests that are looked at: its token is to be of an age at which a 401 replaces it.
await http.get('clubs', { resamania: { tenant: 'replayed' } });
await sleep(600);
sandbox.api.next(faults.apiUnauthorized('lexik'));
await request('replayed', () => http.get('clubs'));
await request('on-demand', () => http.get('clubs'));
await request('registered', async () => {
  registry.register(tenant('registered'));
  await http.get('clubs');
});
// Two more tokens for each, behind the application's back.
await sleep(5_000);
await app.close();
await sandbox.stop();

const spans = exporter.getFinishedSpans().map((span) => ({
  name: span.name,
  url: span.attributes['http.url'] ?? span.attributes['url.full'],
  id: span.spanContext().spanId,
  trace: span.spanContext().traceId,
  parent: span.parentSpanContext?.spanId,
}));
process.stdout.write(`${JSON.stringify({ spans, seen })}\n`);
