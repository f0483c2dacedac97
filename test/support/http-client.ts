import { SchedulerRegistry } from '@nestjs/schedule';
import type { AxiosRequestConfig } from 'axios';

import { type Clock, systemClock } from '../../libs/resamania-auth/src/clock.js';
import { CallsUnderWay } from '../../libs/resamania-auth/src/http/call/calls-under-way.js';
import { OwnInstances } from '../../libs/resamania-auth/src/http/own-instances.js';
import { ResamaniaAuthInterceptor } from '../../libs/resamania-auth/src/http/resamania-auth.interceptor.js';
import { ResamaniaHttpService } from '../../libs/resamania-auth/src/http/resamania-http.service.js';
import type { ResamaniaAuthOptions } from '../../libs/resamania-auth/src/options/resamania-auth-options.js';
import { resolveOptions } from '../../libs/resamania-auth/src/options/resolve-options.js';
import { createApiCalls } from '../../libs/resamania-auth/src/resamania-auth.providers.js';
import { ResamaniaTenantContext } from '../../libs/resamania-auth/src/tenants/resamania-tenant-context.js';
import { ResamaniaTenantRegistry } from '../../libs/resamania-auth/src/tenants/resamania-tenant-registry.js';
import { TenantStore } from '../../libs/resamania-auth/src/tenants/tenant-store.js';
import { HttpTokenTransport } from '../../libs/resamania-auth/src/token/request/http-token-transport.js';
import { SchedulerRegistryTimer } from '../../libs/resamania-auth/src/token/schedule/scheduler-registry-timer.js';
import { TokenEngine } from '../../libs/resamania-auth/src/token/token-engine.js';
import { TokenEventHub } from '../../libs/resamania-auth/src/token/events/token-event-hub.js';
import type { TokenTransport } from '../../libs/resamania-auth/src/token/request/http-token-transport.js';

/** The headers of this library beside `Authorization`, in lower case. */
export const KEY_AND_CONTEXT_HEADERS = ['x-gravitee-api-key', 'x-user-club-id', 'x-user-network-node-id'];

/** Every host name is this machine. */
export const everyHostIsLocal: NonNullable<AxiosRequestConfig['lookup']> = (_host, _options, done) =>
  done(null, '127.0.0.1', 4);

/** The HTTP side without Nest around it. */
export interface HttpSide {
  readonly http: ResamaniaHttpService;
  readonly interceptor: ResamaniaAuthInterceptor;
  readonly tenants: TenantStore;
  readonly registry: ResamaniaTenantRegistry;
  readonly context: ResamaniaTenantContext;
  readonly engine: TokenEngine;
  readonly underWay: CallsUnderWay;
  /** Sets the clock forward, so that tokens are older than they are. */
  age(ms: number): void;
  stop(): void;
}

/** Options for one tenant that has everything: `demoapi`. */
export function demoOptions(apiBaseUrl: string): ResamaniaAuthOptions {
  return {
    apiBaseUrl,
    apiKey: 'gateway-key',
    tenants: [
      {
        clientToken: 'demoapi',
        clientId: '1_demo',
        clientSecret: 'secret',
        clubId: '/demoapi/clubs/1',
        networkNodeId: '/demoapi/network_nodes/1',
      },
    ],
  };
}

/** Builds it; the schedule is not started, so every token is obtained by a call. */
export function createHttpSide(
  options: ResamaniaAuthOptions,
  transport: TokenTransport = new HttpTokenTransport(),
): HttpSide {
  const resolved = resolveOptions(options);
  let offset = 0;
  const clock: Clock = {
    now: () => systemClock.now() + offset,
    after: (ms, task) => systemClock.after(ms, task),
  };
  const tenants = new TenantStore(resolved, clock);
  const registry = new ResamaniaTenantRegistry(tenants);
  const engine = new TokenEngine({
    tenants,
    options: resolved,
    transport,
    timer: new SchedulerRegistryTimer(new SchedulerRegistry()),
    clock,
    random: Math.random,
    hub: new TokenEventHub(clock, () => undefined),
  });
  const context = new ResamaniaTenantContext();
  const underWay = new CallsUnderWay();
  const calls = createApiCalls(tenants, engine, resolved, underWay);
  const interceptor = new ResamaniaAuthInterceptor(calls, context);
  return {
    http: new ResamaniaHttpService(new OwnInstances(resolved, interceptor), context),
    interceptor,
    tenants,
    registry,
    context,
    engine,
    underWay,
    age: (ms) => {
      offset += ms;
    },
    stop: () => engine.stop(),
  };
}
