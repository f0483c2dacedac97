import type { Provider } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';

import { type Clock, CLOCK, systemClock } from './clock.js';
import { ApiCalls } from './http/call/api-call.js';
import { CallsUnderWay } from './http/call/calls-under-way.js';
import { ApiCallsLifecycle } from './http/api-calls.lifecycle.js';
import { CallAuthorizer } from './http/call/authorize.js';
import { type CallCaches, callCaches } from './http/call/call-caches.js';
import { LateBoundServices } from './http/inject-resamania-http.js';
import { OwnInstances } from './http/own-instances.js';
import { ResamaniaAuthInterceptor } from './http/resamania-auth.interceptor.js';
import { ResamaniaHttpService } from './http/resamania-http.service.js';
import { CallTargets } from './http/target/call-target.js';
import { TenantIndex } from './http/target/tenant-index.js';
import { resolveOptions } from './options/resolve-options.js';
import { RESOLVED_OPTIONS, type ResolvedOptions } from './options/resolved-options.js';
import { MODULE_OPTIONS_TOKEN } from './resamania-auth.module-definition.js';
import { ResamaniaTenantContext } from './tenants/resamania-tenant-context.js';
import { ResamaniaTenantRegistry } from './tenants/resamania-tenant-registry.js';
import { TenantRegistration } from './tenants/feature-tenants.js';
import { TenantStore } from './tenants/tenant-store.js';
import { HttpTokenTransport } from './token/request/http-token-transport.js';
import { ResamaniaTokenService } from './token/resamania-token.service.js';
import { SchedulerRegistryTimer } from './token/schedule/scheduler-registry-timer.js';
import { TokenEngine } from './token/token-engine.js';
import { TokenEventHub } from './token/events/token-event-hub.js';
import { TokenEventLogger } from './token/events/token-event-logger.js';
import { TokenRefreshLifecycle } from './token/token-refresh.lifecycle.js';

/** What an application injects. */
export const PUBLIC_PROVIDERS = [
  ResamaniaTokenService,
  ResamaniaTenantRegistry,
  ResamaniaTenantContext,
  ResamaniaHttpService,
  ResamaniaAuthInterceptor,
];

/** What makes the public providers work. */
export const INTERNAL_PROVIDERS: Provider[] = [
  OwnInstances,
  CallsUnderWay,
  ApiCallsLifecycle,
  LateBoundServices,
  TenantRegistration,
  TokenRefreshLifecycle,
  { provide: RESOLVED_OPTIONS, useFactory: resolveOptions, inject: [MODULE_OPTIONS_TOKEN] },
  { provide: CLOCK, useValue: systemClock },
  {
    provide: TenantStore,
    useFactory: (options: ResolvedOptions, clock: Clock) => new TenantStore(options, clock),
    inject: [RESOLVED_OPTIONS, CLOCK],
  },
  { provide: TokenEventHub, useFactory: createHub, inject: [CLOCK] },
  {
    provide: TokenEngine,
    useFactory: createEngine,
    inject: [
      TenantStore,
      RESOLVED_OPTIONS,
      TokenEventHub,
      CLOCK,
      // The host's, when it imports ScheduleModule.forRoot(). This library must not import that: each import
      // discovers the host's scheduled methods once more.
      { token: SchedulerRegistry, optional: true },
    ],
  },
  {
    provide: ApiCalls,
    useFactory: (
      tenants: TenantStore,
      engine: TokenEngine,
      options: ResolvedOptions,
      underWay: CallsUnderWay,
      tokens: object,
    ) => createApiCalls(tenants, engine, options, underWay, callCaches(engine.caches, tokens)),
    inject: [TenantStore, TokenEngine, RESOLVED_OPTIONS, CallsUnderWay, ResamaniaTokenService],
  },
];

function createHub(clock: Clock): TokenEventHub {
  const logger = new TokenEventLogger();
  const hub = new TokenEventHub(clock, (error) => logger.threw('A subscriber of events$', error));
  hub.records$.subscribe(({ event, token }) => logger.write(event, token));
  return hub;
}

function createEngine(
  tenants: TenantStore,
  options: ResolvedOptions,
  hub: TokenEventHub,
  clock: Clock,
  hostScheduler: SchedulerRegistry | undefined,
): TokenEngine {
  return new TokenEngine({
    tenants,
    options,
    hub,
    timer: new SchedulerRegistryTimer(hostScheduler ?? new SchedulerRegistry()),
    transport: new HttpTokenTransport(),
    clock,
    random: Math.random,
    telemetryThrew: (error) => new TokenEventLogger().threw('The telemetry', error),
  });
}

/** What makes API calls, for the interceptor and with it for all HTTP services. */
export function createApiCalls(
  tenants: TenantStore,
  engine: TokenEngine,
  { defaultTenant, retryOn401 }: Pick<ResolvedOptions, 'defaultTenant' | 'retryOn401'>,
  underWay: CallsUnderWay = new CallsUnderWay(),
  caches: CallCaches = engine.caches,
): ApiCalls {
  const targets = new CallTargets(tenants, new TenantIndex(tenants), defaultTenant);
  return new ApiCalls(new CallAuthorizer(caches, targets), engine, retryOn401, underWay);
}
