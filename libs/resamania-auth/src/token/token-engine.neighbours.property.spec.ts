import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import {
  createWorld,
  type EngineWorld,
  json,
  type Reply,
  type SeenRequest,
  text,
} from '../../../../test/support/engine-world.js';
import { settle } from '../../../../test/support/simulated-clock.js';
import type { TenantTokenStatus } from './cache/token-status.js';

const RUNS = 150;
const LATENCY_MS = 100;
/** Twice the usual time, which is known to a tenth. */
const LATE_MS = 2.2 * LATENCY_MS;
/** A healthy tenant's caller waits until those under way are late, and for the own request. */
const LONGEST_MS = LATE_MS + LATENCY_MS;
const MINUTE = 60_000;
const TENANTS = 30;
const names = Array.from({ length: TENANTS }, (_, n) => `chain${n}`);

const name = fc.constantFrom(...names);
const some = fc.uniqueArray(name, { minLength: 1, maxLength: 20 });
const step = fc.oneof(
  // Longer than a token request takes: callers alone never fill the places.
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('call' as const),
      name,
      waitMs: fc.integer({ min: LATENCY_MS, max: 3000 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hang' as const), names: some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('heal' as const), names: some }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('burst' as const), names: some }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(30_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('outage' as const), ms: fc.nat(20_000) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What the gateway allows in a minute, and says in every answer: enough for all renewals, and not for all calls. */
const allowance = fc.option(fc.integer({ min: 60, max: 200 }), { nil: undefined, freq: 2 });

/** Many tenants behind one gateway, some of them in trouble at times. */
class Neighbours {
  readonly world: EngineWorld;
  refused = 0;
  /** Calls of healthy tenants that waited for another's trouble, as text. */
  readonly wronged: string[] = [];
  readonly #hanging = new Set<string>();
  readonly #everInTrouble = new Set<string>();
  readonly #open = new Set<Promise<void>>();
  #downUntil = 0;
  #lastHealthy = 0;
  /** When each tenant that hangs was called for the first time since, and when the last two were. */
  readonly #firstHung = new Map<string, number>();
  #beginners: readonly number[] = [];
  #left = 0;
  #resetAt = 0;
  #calls = 0;

  constructor(
    concurrency: number,
    random: () => number,
    private readonly limit: number | undefined,
  ) {
    const tenants = names.map((chain) => ({
      name: chain,
      clientToken: chain,
      clientId: chain,
      clientSecret: 'secret',
    }));
    this.world = createWorld(
      { apiBaseUrl: 'https://api.test', apiKey: 'key', tenants, tokenRequest: { concurrency } },
      random,
    );
    this.world.endpoint.latencyMs = LATENCY_MS;
    this.world.endpoint.lifetimeSeconds = 60;
    this.world.endpoint.always((request) => this.#reply(request));
    this.world.engine.start();
  }

  async play(steps: readonly Step[]): Promise<void> {
    await this.world.clock.advance(30_000);
    for (const one of steps) await this.#take(one);
    this.#hanging.clear();
    await this.world.clock.advance(3 * MINUTE);
    expect(this.#open.size).toBe(0);
    const isIll = ({ principal, state }: TenantTokenStatus) => principal === undefined && state !== 'valid';
    expect(this.world.service.status().filter(isIll)).toEqual([]);
    this.world.engine.stop();
    await settle();
    expect(this.world.clock.timers).toBe(0);
  }

  async #take(one: Step): Promise<void> {
    const { clock } = this.world;
    if (one.do === 'wait') return clock.advance(one.ms);
    if (one.do === 'heal') return one.names.forEach((chain) => this.#heal(chain));
    if (one.do === 'hang') return one.names.forEach((chain) => this.#hang(chain));
    if (one.do === 'outage') {
      this.#downUntil = clock.now() + one.ms;
      // From now on everybody's last attempt may have failed.
      return names.forEach((chain) => this.#everInTrouble.add(chain));
    }
    if (one.do === 'burst') return one.names.forEach((chain) => this.#callIfFair(chain));
    this.#callIfFair(one.name);
    return clock.advance(one.waitMs);
  }

  #heal(tenant: string): void {
    this.#hanging.delete(tenant);
    this.#firstHung.delete(tenant);
  }

  #hang(tenant: string): void {
    this.#hanging.add(tenant);
    this.#everInTrouble.add(tenant);
  }

  /**
   * Without a limit all who wait are to be served in time. So healthy tenants are not called in a burst, where they would
   * wait for each other, and no more than two at once that begin to hang: nobody knows that before they are late.
   */
  #callIfFair(tenant: string): void {
    const now = this.world.clock.now();
    const isHealthy = !this.#hanging.has(tenant);
    const last = isHealthy ? this.#lastHealthy : (this.#firstHung.get(tenant) ?? this.#beginners[0] ?? 0);
    const isFair = isHealthy ? now - last >= LATENCY_MS : now - last >= LATE_MS;
    if (this.limit === undefined && !isFair) return;
    if (isHealthy) this.#lastHealthy = now;
    else if (!this.#firstHung.has(tenant)) {
      this.#firstHung.set(tenant, now);
      this.#beginners = [this.#beginners[1] ?? 0, now];
    }
    this.#call(tenant);
  }

  /** Asks for the token of another club each time, which is not there. */
  #call(tenant: string): void {
    const { clock, service } = this.world;
    const startedAt = clock.now();
    this.#calls += 1;
    const isOver = service
      .getAccessToken(tenant, { principal: { club: `/${tenant}/clubs/${this.#calls}` } })
      .then(
        () => 'served',
        (error: { code?: string }) => String(error.code),
      )
      .then((outcome) => {
        const ms = clock.now() - startedAt;
        if (this.#everInTrouble.has(tenant) || this.limit !== undefined) return;
        if (outcome !== 'served' || ms > LONGEST_MS) this.wronged.push(`${tenant}: ${outcome} in ${ms} ms`);
      });
    this.#open.add(isOver);
    void isOver.then(() => this.#open.delete(isOver));
  }

  #reply(request: SeenRequest): Reply {
    if (request.at < this.#downUntil) return text(503, 'down');
    const headers = this.#count(request.at);
    if (headers === undefined) return this.#answer(request);
    if (headers['x-rate-limit-remaining'] !== 'none') {
      const answer = this.#answer(request);
      return typeof answer === 'object' && 'status' in answer ? { ...answer, headers } : answer;
    }
    this.refused += 1;
    return json(429, {}, { ...headers, 'x-rate-limit-remaining': '0' });
  }

  #answer(request: SeenRequest): Reply {
    const chain = request.url.split('/')[3] ?? '';
    return this.#hanging.has(chain) ? 'hang' : this.world.endpoint.token(request);
  }

  #count(now: number): Record<string, string> | undefined {
    if (this.limit === undefined) return undefined;
    if (now >= this.#resetAt) [this.#left, this.#resetAt] = [this.limit, now + MINUTE];
    const isRefused = this.#left === 0;
    if (!isRefused) this.#left -= 1;
    return {
      'x-rate-limit-limit': String(this.limit),
      'x-rate-limit-remaining': isRefused ? 'none' : String(this.#left),
      'x-rate-limit-reset': String(this.#resetAt),
    };
  }
}

describe('many tenants behind one gateway, whatever befalls some of them', () => {
  it('never wait for the trouble of others, and never ask more often than the limit allows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(4, 8, 16),
        allowance,
        fc.array(step, { minLength: 10, maxLength: 60 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        async (concurrency, requests, steps, randoms) => {
          const neighbours = new Neighbours(concurrency, () => randoms.next().value as number, requests);
          await neighbours.play(steps);
          expect(neighbours.wronged).toEqual([]);
          expect(neighbours.refused).toBe(0);
        },
      ),
      // On a busy machine fewer histories are played, not slower ones.
      { numRuns: RUNS, interruptAfterTimeLimit: 60_000 },
    );
  }, 90_000);
});
