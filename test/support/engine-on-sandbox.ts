import { SchedulerRegistry } from '@nestjs/schedule';

import { systemClock } from '../../libs/resamania-auth/src/clock.js';
import { resolveOptions } from '../../libs/resamania-auth/src/options/resolve-options.js';
import type { ResamaniaAuthOptions } from '../../libs/resamania-auth/src/options/resamania-auth-options.js';
import { ResamaniaTenantRegistry } from '../../libs/resamania-auth/src/tenants/resamania-tenant-registry.js';
import { TenantStore } from '../../libs/resamania-auth/src/tenants/tenant-store.js';
import { HttpTokenTransport } from '../../libs/resamania-auth/src/token/request/http-token-transport.js';
import { ResamaniaTokenService } from '../../libs/resamania-auth/src/token/resamania-token.service.js';
import { SchedulerRegistryTimer } from '../../libs/resamania-auth/src/token/schedule/scheduler-registry-timer.js';
import { TokenEngine } from '../../libs/resamania-auth/src/token/token-engine.js';
import { TokenEventHub } from '../../libs/resamania-auth/src/token/events/token-event-hub.js';
import type { ResamaniaTokenEvent } from '../../libs/resamania-auth/src/token/events/token-events.js';

/** A running engine without Nest around it, on the real clock and over real sockets. */
export interface RunningEngine {
  readonly engine: TokenEngine;
  readonly service: ResamaniaTokenService;
  readonly tenants: TenantStore;
  readonly registry: ResamaniaTenantRegistry;
  readonly events: ResamaniaTokenEvent[];
}

/** Builds it; `engine.start()` and `engine.stop()` are the caller's. */
export function createEngine(options: ResamaniaAuthOptions): RunningEngine {
  const resolved = resolveOptions(options);
  const tenants = new TenantStore(resolved, systemClock);
  const registry = new ResamaniaTenantRegistry(tenants);
  const events: ResamaniaTokenEvent[] = [];
  const hub = new TokenEventHub(systemClock, (error) => {
    throw error;
  });
  hub.events$.subscribe((event) => events.push(event));
  const engine = new TokenEngine({
    tenants,
    options: resolved,
    transport: new HttpTokenTransport(),
    timer: new SchedulerRegistryTimer(new SchedulerRegistry()),
    clock: systemClock,
    random: Math.random,
    hub,
  });
  return { engine, service: new ResamaniaTokenService(engine, hub), tenants, registry, events };
}
