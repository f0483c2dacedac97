import { resolveOptions } from '../../libs/resamania-auth/src/options/resolve-options.js';
import type { ResamaniaAuthOptions } from '../../libs/resamania-auth/src/options/resamania-auth-options.js';
import { ResamaniaTenantRegistry } from '../../libs/resamania-auth/src/tenants/resamania-tenant-registry.js';
import { TenantStore } from '../../libs/resamania-auth/src/tenants/tenant-store.js';
import { ResamaniaTokenService } from '../../libs/resamania-auth/src/token/resamania-token.service.js';
import type { ScheduleTimer } from '../../libs/resamania-auth/src/token/schedule/refresh-schedule.js';
import { TokenEngine } from '../../libs/resamania-auth/src/token/token-engine.js';
import { TokenEventHub } from '../../libs/resamania-auth/src/token/events/token-event-hub.js';
import type { ResamaniaTokenEvent } from '../../libs/resamania-auth/src/token/events/token-events.js';
import {
  type HttpAnswer,
  type TokenHttpRequest,
  type TokenTransport,
  TransportFailed,
  type TransportFault,
} from '../../libs/resamania-auth/src/token/request/http-token-transport.js';
import { SimulatedClock } from './simulated-clock.js';

/** What the simulated token endpoint does with a request. */
export type Reply = HttpAnswer | TransportFault | 'hang';

/** One request as it reached the simulated token endpoint. */
export interface SeenRequest {
  readonly at: number;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
}

/** A token endpoint in memory, on a simulated clock. */
export class SimulatedEndpoint implements TokenTransport {
  readonly requests: SeenRequest[] = [];
  /** Requests under way. */
  underWay: SeenRequest[] = [];
  maxUnderWay = 0;
  latencyMs = 100;
  lifetimeSeconds = 3600;
  isClosed = false;
  /** Told of every request as it arrives. */
  onRequest: (request: SeenRequest) => void = () => undefined;
  readonly #script: Reply[] = [];
  #always: ((request: SeenRequest) => Reply | undefined) | undefined;
  #issued = 0;

  constructor(private readonly clock: SimulatedClock) {}

  /** Answers the next requests in this order, before anything else. */
  next(...replies: Reply[]): void {
    this.#script.push(...replies);
  }

  /** Answers every request, unless the script does or this returns nothing. */
  always(reply: ((request: SeenRequest) => Reply | undefined) | undefined): void {
    this.#always = reply;
  }

  post({ url, headers, form }: TokenHttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const request = { at: this.clock.now(), url, headers, form: Object.fromEntries(form) };
      this.#arrive(request);
      const reply = this.#script.shift() ?? this.#always?.(request) ?? this.token(request);
      const cancel =
        reply === 'hang'
          ? undefined
          : this.clock.after(this.latencyMs, () => {
              this.#leave(request);
              if ('reason' in reply) reject(new TransportFailed(reply));
              else resolve(reply);
            });
      signal.addEventListener('abort', () => {
        cancel?.();
        this.#leave(request);
        reject(signal.reason as Error);
      });
    });
  }

  close(): void {
    this.isClosed = true;
  }

  /** The normal answer: a token that tells whose it is. */
  token(request: SeenRequest, fields: Record<string, unknown> = {}): HttpAnswer {
    this.#issued += 1;
    const { client_id: client, grant_type: grant } = request.form;
    const principal = request.form['clubId'] ?? request.form['email'] ?? '';
    return json(200, {
      access_token: `token-${this.#issued}|${request.url}|${client}|${grant}|${principal}`.replaceAll(
        ' ',
        '',
      ),
      expires_in: this.lifetimeSeconds,
      token_type: 'bearer',
      scope: null,
      ...fields,
    });
  }

  #leave(request: SeenRequest): void {
    this.underWay = this.underWay.filter((other) => other !== request);
  }

  #arrive(request: SeenRequest): void {
    this.requests.push(request);
    this.underWay.push(request);
    this.maxUnderWay = Math.max(this.maxUnderWay, this.underWay.length);
    this.onRequest(request);
  }
}

/** A JSON answer. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** A text answer. */
export function text(status: number, body: string, headers: Record<string, string> = {}): HttpAnswer {
  return { status, headers: { 'content-type': 'text/plain', ...headers }, body };
}

/** An engine with everything around it simulated. */
export interface EngineWorld {
  readonly clock: SimulatedClock;
  readonly endpoint: SimulatedEndpoint;
  readonly tenants: TenantStore;
  readonly registry: ResamaniaTenantRegistry;
  readonly engine: TokenEngine;
  readonly service: ResamaniaTokenService;
  readonly hub: TokenEventHub;
  readonly events: ResamaniaTokenEvent[];
  /** What subscribers of the events threw, or the telemetry. */
  readonly thrown: unknown[];
}

/** Options for one tenant, `demoapi`. */
export const DEMO: ResamaniaAuthOptions = {
  apiBaseUrl: 'https://api.test/env',
  tenants: [{ clientToken: 'demoapi', clientId: '1_demo', clientSecret: 'demo-secret' }],
};

/** Builds an engine; `random` is 0.5 unless given. Not started. Several may share a clock and an endpoint. */
export function createWorld(
  options: ResamaniaAuthOptions = DEMO,
  random: () => number = () => 0.5,
  clock = new SimulatedClock(),
  endpoint = new SimulatedEndpoint(clock),
): EngineWorld {
  const resolved = resolveOptions(options);
  const tenants = new TenantStore(resolved, clock);
  const registry = new ResamaniaTenantRegistry(tenants);
  const thrown: unknown[] = [];
  const hub = new TokenEventHub(clock, (error) => thrown.push(error));
  const events: ResamaniaTokenEvent[] = [];
  hub.events$.subscribe((event) => events.push(event));
  const engine = new TokenEngine({
    tenants,
    options: resolved,
    transport: endpoint,
    timer: timerOn(clock),
    clock,
    random,
    hub,
    telemetryThrew: (error) => thrown.push(error),
  });
  return {
    clock,
    endpoint,
    tenants,
    registry,
    engine,
    service: new ResamaniaTokenService(engine, hub),
    hub,
    events,
    thrown,
  };
}

function timerOn(clock: SimulatedClock): ScheduleTimer {
  let disarm = () => {};
  return {
    arm: (ms, task) => {
      disarm();
      disarm = clock.after(ms, task);
    },
    disarm: () => disarm(),
  };
}
