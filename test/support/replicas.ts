import { DEFAULTS } from '../../libs/resamania-auth/src/options/option-table.js';
import { resolveTenantOptions } from '../../libs/resamania-auth/src/options/resolve-options.js';
import type { ResamaniaTenantOptions } from '../../libs/resamania-auth/src/options/tenant-options.js';
import { MemoryTokenStore } from '../../libs/resamania-auth/src/store/memory-token-store.js';
import {
  type ResamaniaTokenStore,
  TokenStoreError,
} from '../../libs/resamania-auth/src/store/token-store.js';
import { Tenant } from '../../libs/resamania-auth/src/tenants/tenant.js';
import type { IssuedToken, TokenAtHand } from '../../libs/resamania-auth/src/token/request/token-answer.js';
import type { ResamaniaPrincipal } from '../../libs/resamania-auth/src/token/request/principal.js';
import { Ticket } from '../../libs/resamania-auth/src/token/limiter/ticket.js';
import type { StoreHealth } from '../../libs/resamania-auth/src/token/shared/guarded-store.js';
import { GatewayPaces } from '../../libs/resamania-auth/src/gateway/gateway-paces.js';
import { SharedTokenSource } from '../../libs/resamania-auth/src/token/shared/shared-token-source.js';
import { delay } from '../../libs/resamania-auth/src/waiting.js';
import { SimulatedClock } from './simulated-clock.js';

/** How an operation of a store goes wrong; `lost` is done, but nobody learns of it. */
export type StoreTrouble = 'fails' | 'hangs' | 'lost' | { readonly lateMs: number } | undefined;

/** One replica's way to the store, on which anything may happen. */
export class TroubledStore implements ResamaniaTokenStore {
  /** Decides what becomes of each operation. */
  trouble: (operation: string) => StoreTrouble = () => undefined;

  constructor(
    private readonly store: ResamaniaTokenStore,
    private readonly clock: SimulatedClock,
  ) {}

  read: ResamaniaTokenStore['read'] = (...args) => this.#run('read', () => this.store.read(...args));
  claim: ResamaniaTokenStore['claim'] = (...args) => this.#run('claim', () => this.store.claim(...args));
  settle: ResamaniaTokenStore['settle'] = (...args) => this.#run('settle', () => this.store.settle(...args));
  drop: ResamaniaTokenStore['drop'] = (...args) => this.#run('drop', () => this.store.drop(...args));

  subscribe(listener: (key: string) => void): () => void {
    return this.store.subscribe((key) => {
      if (this.trouble('hint') === undefined) listener(key);
    });
  }

  async close(): Promise<void> {
    // The others go on with it.
  }

  async #run<T>(name: string, operation: () => Promise<T>): Promise<T> {
    const trouble = this.trouble(name);
    if (trouble === undefined) return operation();
    if (trouble === 'fails') throw new TokenStoreError('ECONNREFUSED');
    if (trouble === 'hangs') return new Promise(() => undefined);
    if (trouble !== 'lost') await delay(this.clock, trouble.lateMs, new AbortController().signal);
    const result = await operation();
    if (trouble === 'lost') throw new TokenStoreError('timeout');
    return result;
  }
}

/** A flight of a simulated replica. */
export interface FlightOptions {
  readonly replica: Replica;
  readonly tenant?: Tenant;
  readonly principal?: ResamaniaPrincipal;
  readonly secret?: string;
  readonly apiKey?: string;
  /** Nobody waits for it. */
  readonly inBackground?: boolean;
  readonly atHand?: TokenAtHand;
  readonly signal?: AbortSignal;
}

/** One process among several. Its clock may be wrong. */
export interface Replica {
  readonly name: number;
  readonly source: SharedTokenSource;
  readonly store: TroubledStore;
  readonly skewMs: number;
  readonly changes: StoreHealth[];
}

export interface SeenTokenRequest {
  readonly at: number;
  readonly replica: number;
  readonly refresh: string | undefined;
  readonly secret: string;
}

/** Several replicas, one store, and a token endpoint that each of them would ask. */
export class ReplicaWorld {
  readonly clock = new SimulatedClock();
  readonly store = new MemoryTokenStore(this.clock);
  readonly requests: SeenTokenRequest[] = [];
  latencyMs = 100;
  lifetimeMs = 3_600_000;
  refreshToken: string | undefined;
  /** What becomes of a request instead of a token: it hangs, or it throws. */
  answer: (request: SeenTokenRequest) => 'hang' | Error | undefined = () => undefined;
  random: () => number = () => 0.5;
  #replicas = 0;

  replica(skewMs = 0): Replica {
    const store = new TroubledStore(this.store, this.clock);
    const changes: StoreHealth[] = [];
    const source = new SharedTokenSource(store, {
      clock: { now: () => this.clock.now() + skewMs, after: (ms, task) => this.clock.after(ms, task) },
      random: () => this.random(),
      options: DEFAULTS,
      paces: new GatewayPaces(),
      telemetry: undefined,
      hub: { storeChanged: (health) => changes.push(health) },
    });
    this.#replicas += 1;
    return { name: this.#replicas, source, store, skewMs, changes };
  }

  /** One request of a replica, as its token endpoint's client makes it. */
  flight(options: FlightOptions): Promise<IssuedToken> {
    const {
      replica,
      tenant = TENANT,
      principal,
      secret = 'secret',
      apiKey,
      inBackground = false,
      atHand,
    } = options;
    const ticket = new Ticket();
    if (!inBackground) ticket.hurry();
    const signal = options.signal ?? new AbortController().signal;
    const flight = { signal, ticket, admitted: () => undefined, refreshToken: undefined, atHand };
    const credentials = { clientSecret: secret, apiKey };
    return replica.source.share(
      { grant: { tenant, principal }, host: 'api.example', credentials, options: flight },
      async (admitted) => {
        const refresh = await admitted();
        const request = { at: this.clock.now(), replica: replica.name, refresh, secret };
        this.requests.push(request);
        const answer = this.answer(request);
        await delay(this.clock, answer === 'hang' ? 1e9 : this.latencyMs, signal);
        if (answer instanceof Error) throw answer;
        return {
          value: `token-${this.requests.indexOf(request) + 1}-of-${secret}`,
          scope: undefined,
          lifetimeMs: this.lifetimeMs,
          requestedAt: request.at + replica.skewMs,
          refreshToken: this.refreshToken,
          oddity: undefined,
        };
      },
    );
  }

  /** Lets time pass until a promise is settled, and returns how long it took. */
  async until(promise: Promise<unknown>): Promise<number> {
    const state = { isSettled: false };
    void promise.catch(() => undefined).finally(() => (state.isSettled = true));
    const startedAt = this.clock.elapsed;
    await this.clock.advance(0);
    while (!state.isSettled && this.clock.elapsed < startedAt + 100_000) await this.clock.advance(50);
    return this.clock.elapsed - startedAt;
  }
}

/** A tenant `demoapi`. */
export function tenantOf(options: Partial<ResamaniaTenantOptions> = {}): Tenant {
  const usual = { clientToken: 'demoapi', clientId: '1_demo', clientSecret: 'not read here' };
  const defaults = {
    apiBaseUrl: 'https://api.test/env',
    apiKey: undefined,
    apiKeyHeader: 'X-Gravitee-Api-Key',
    allowInsecureHttp: false,
  };
  return new Tenant(resolveTenantOptions({ ...usual, ...options }, defaults, 'test'));
}

const TENANT = tenantOf();
