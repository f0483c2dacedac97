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
import type { ResamaniaTenantOptions } from '../options/tenant-options.js';
import { lengthOf } from './cache/waiting-period.js';
import { tokenFailure } from './request/token-failure.js';

/** How many random histories are played. */
const RUNS = 1_200;
const NAMES = ['alpha', 'beta', 'twin-of-alpha'] as const;
type Name = (typeof NAMES)[number];

const name = fc.constantFrom(...NAMES);
const principal = fc.constantFrom(undefined, 'club' as const);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('call' as const), name, principal }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('call-and-abort' as const), name, afterMs: fc.nat(400) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('renew' as const), name }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('complain' as const), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('invalidate' as const), name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rotate' as const), name, serial: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('new client' as const), name, serial: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), name }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('register' as const), name }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(90_000) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(500) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('sleep' as const), ms: fc.nat(7_200_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('set clock back' as const), ms: fc.nat(600_000) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const reply = fc.oneof(
  { weight: 8, arbitrary: fc.constant('token' as const) },
  { weight: 1, arbitrary: fc.constant('same token' as const) },
  { weight: 1, arbitrary: fc.constantFrom<Reply>(text(503, 'down'), text(200, '<html>'), text(200, '')) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Reply>(json(400, { error: 'invalid_client' }), text(401, 'Unauthorized')),
  },
  { weight: 1, arbitrary: fc.constantFrom<Reply>(json(429, {}), json(429, {}, { 'retry-after': '20' })) },
  { weight: 1, arbitrary: fc.constantFrom<Reply>({ reason: 'network', detail: 'ECONNREFUSED' }, 'hang') },
);
type ReplyKind = typeof reply extends fc.Arbitrary<infer T> ? T : never;

/** The least time that a flight of three attempts takes: their answers, and the two shortest pauses between them. */
const SHORTEST_FLIGHT_MS = 3 * 100 + 2 * 20;

/** How many flights fit into a span if each fails at once and every draw of the jitter is the worst. */
function mostFlights(spanMs: number): number {
  let count = 0;
  for (
    let at = 0;
    at < spanMs;
    at += SHORTEST_FLIGHT_MS + lengthOf(tokenFailure('network'), count, 0, () => 0)
  )
    count += 1;
  return count;
}

/**
 * What a cache may send in one minute of an outage: 15 flights, after waiting periods of 0.1 s doubling to 6 s, and one
 * more in time for the end of its old token; 3 requests each. A caller's probe is a single request, 5 s after a failure or
 * later, and begins a new period: it takes the place of a flight, and costs less. Two caches share the key of alpha
 * and its twin, and each has its own periods.
 */
const MOST_IN_AN_OUTAGE = 3 * (mostFlights(60_000) + 1);
/** New config ends a waiting period: the short periods come once more, until those that are longer than 5 s. */
const MOST_AFTER_A_RESTART = 3 * mostFlights(5_000 + SHORTEST_FLIGHT_MS);
const RESTARTS = new Set<Step['do']>(['rotate', 'new client', 'register']);

/** A tenant; `twin-of-alpha` is a second name for alpha's registration, so both share one key. */
function registration(tenant: Name, secret = 0, client = 0): ResamaniaTenantOptions {
  const chain = tenant === 'beta' ? 'beta' : 'alpha';
  return {
    name: tenant,
    clientToken: chain,
    clientId: `${chain}-${client}`,
    clientSecret: `secret-${secret}`,
  };
}

/** Plays one history and holds every answer and every request against the promises of the engine. */
class History {
  readonly world: EngineWorld;
  readonly #open = new Set<Promise<void>>();
  readonly #expiry = new Map<string, { readonly owner: string; readonly until: number }>();
  readonly #clients = new Map<Name, string>();
  readonly #latest = new Map<string, { body: Reply; until: number }>();
  readonly #requestsByKey = new Map<string, number[]>();
  #replies: ReplyKind[];
  /** The first promise that was not kept. */
  #broken: unknown;

  constructor(
    lifetimeSeconds: number,
    replies: readonly ReplyKind[],
    /** What every request gets once the replies are used up: an outage that does not end, for instance. */
    private readonly lastly: ReplyKind,
    random: () => number,
  ) {
    this.#replies = [...replies];
    this.world = createWorld(
      { apiBaseUrl: 'https://api.test', tenants: NAMES.map((tenant) => registration(tenant)) },
      random,
    );
    this.world.endpoint.lifetimeSeconds = lifetimeSeconds;
    this.world.endpoint.onRequest = (request) => this.#checkRequest(request);
    this.world.endpoint.always((request) => this.#reply(request));
    for (const tenant of NAMES) this.#clients.set(tenant, registration(tenant).clientId);
    this.world.engine.start();
  }

  async play(steps: readonly Step[]): Promise<void> {
    for (const one of steps) {
      await this.#take(one);
      await settle();
    }
    await this.world.clock.advance(120_000);
    // Every caller has settled: the deadline of a flight is half a minute.
    expect(this.#open.size).toBe(0);
    this.world.engine.stop();
    await settle();
    expect(this.world.endpoint.underWay).toHaveLength(0);
    expect(this.world.clock.timers).toBe(0);
    this.#checkRate(steps);
    if (this.#broken !== undefined) throw this.#broken;
  }

  async #take(one: Step): Promise<void> {
    const { clock, registry, service, engine } = this.world;
    if (one.do === 'wait') return clock.advance(one.ms);
    if (one.do === 'sleep') return clock.jump(one.ms);
    if (one.do === 'set clock back') return clock.jump(-one.ms);
    if (one.do === 'register') {
      if (registry.has(one.name)) return;
      registry.register(registration(one.name));
      this.#clients.set(one.name, registration(one.name).clientId);
      return;
    }
    if (one.do === 'remove') return void registry.remove(one.name);
    if (one.do === 'call') return this.#call(one.name, one.principal);
    if (one.do === 'renew') return this.#track(one.name, service.renew(one.name));
    if (one.do === 'call-and-abort') return this.#callAndAbort(one.name, one.afterMs);
    if (!registry.has(one.name)) return;
    if (one.do === 'invalidate') return service.invalidate(one.name);
    if (one.do === 'complain') return this.#complain(engine.caches.of(one.name)?.peek()?.value, one.name);
    if (one.do === 'rotate') registry.update(one.name, { clientSecret: `secret-${one.serial}` });
    if (one.do === 'new client') {
      const { clientId } = registration(one.name, 0, one.serial);
      registry.update(one.name, { clientId });
      this.#clients.set(one.name, clientId);
    }
  }

  #call(tenant: Name, kind: 'club' | undefined): void {
    const club = `/${registration(tenant).clientToken}/clubs/1`;
    const options = kind === undefined ? {} : { principal: { club } };
    this.#track(tenant, this.world.service.getToken(tenant, options), kind === undefined ? '' : club);
  }

  #callAndAbort(tenant: Name, afterMs: number): void {
    const controller = new AbortController();
    this.world.clock.after(afterMs, () => controller.abort(new Error('aborted')));
    this.#track(tenant, this.world.service.getToken(tenant, { signal: controller.signal }));
  }

  #complain(value: string | undefined, tenant: Name): void {
    if (value === undefined) return;
    const replacement = this.world.engine.caches.of(tenant)?.replaceRejected(value);
    if (replacement !== undefined) this.#settles(replacement);
  }

  #track(tenant: Name, call: Promise<{ value: string }>, club = ''): void {
    this.#settles(
      call.then(({ value }) => {
        const known = this.#expiry.get(value);
        // Nobody gets another key's token, and none past its expiry.
        expect(known?.owner).toBe(`${registration(tenant).clientToken}|${this.#clients.get(tenant)}|${club}`);
        expect(known?.until).toBeGreaterThan(this.world.clock.now());
      }),
    );
  }

  #settles(call: Promise<unknown>): void {
    const tracked = call.then(
      () => undefined,
      (error: unknown) => {
        // Ours, or the caller's own abort: an assertion that failed above must not be lost.
        if (error instanceof Error && ('code' in error || error.message === 'aborted')) return;
        this.#broken ??= error;
      },
    );
    this.#open.add(tracked);
    void tracked.then(() => this.#open.delete(tracked));
  }

  #checkRequest(request: SeenRequest): void {
    const sameKey = this.world.endpoint.underWay.filter((other) => keyOf(other) === keyOf(request));
    const instants = this.#requestsByKey.get(keyOf(request)) ?? [];
    this.#requestsByKey.set(keyOf(request), [...instants, this.world.clock.elapsed]);
    if (sameKey.length > 1) this.#broken ??= new Error(`two requests at once for ${keyOf(request)}`);
  }

  #reply(request: SeenRequest): Reply {
    const kind = this.#replies.shift() ?? this.lastly;
    if (typeof kind === 'object' || kind === 'hang') return kind;
    const key = keyOf(request);
    const latest = this.#latest.get(key);
    const remaining = Math.floor(((latest?.until ?? 0) - request.at) / 1000);
    if (kind === 'same token' && latest !== undefined && remaining > 0) {
      const body = JSON.parse((latest.body as { body: string }).body) as Record<string, unknown>;
      return json(200, { ...body, expires_in: remaining });
    }
    return this.#freshToken(request, key);
  }

  #freshToken(request: SeenRequest, key: string): Reply {
    const body = this.world.endpoint.token(request);
    const { access_token: value } = JSON.parse(body.body) as { access_token: string };
    const until = request.at + this.world.endpoint.lifetimeSeconds * 1000;
    const chain = request.url.split('/')[3];
    const owner = `${chain}|${request.form['client_id']}|${request.form['clubId'] ?? ''}`;
    this.#expiry.set(value, { owner, until });
    this.#latest.set(key, { body, until });
    return body;
  }

  /** No hot loop: in any minute a key costs what its two caches may ask for, and what was demanded of them. */
  #checkRate(steps: readonly Step[]): void {
    const demands = steps.filter(({ do: what }) => what !== 'call' && what !== 'wait').length;
    const restarts = steps.filter(({ do: what }) => RESTARTS.has(what)).length;
    // A lifetime takes a request or two, and one of the caches may get tokens that are half used up.
    const renewals = 300 / this.world.endpoint.lifetimeSeconds;
    const allowed = 2 * MOST_IN_AN_OUTAGE + renewals + demands + restarts * MOST_AFTER_A_RESTART;
    for (const instants of this.#requestsByKey.values()) {
      for (const [index, at] of instants.entries()) {
        const later = instants[index + Math.ceil(allowed)];
        if (later !== undefined && later - at < 60_000) throw new Error('a hot loop of token requests');
      }
    }
  }
}

function keyOf({ url, form }: SeenRequest): string {
  return [url, form['client_id'], form['client_secret'], form['grant_type'], form['clubId']].join('|');
}

describe('the token engine, whatever happens in whatever order', () => {
  it('keeps its promises', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(2, 60, 3600),
        fc.array(reply, { maxLength: 40 }),
        reply,
        fc.array(step, { minLength: 5, maxLength: 40 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        async (lifetimeSeconds, replies, lastly, steps, randoms) => {
          const random = () => randoms.next().value as number;
          const history = new History(lifetimeSeconds, replies, lastly, random);
          await history.play(steps);
        },
      ),
      // On a busy machine fewer histories are played, not slower ones.
      { numRuns: RUNS, interruptAfterTimeLimit: 90_000 },
    );
  }, 120_000);
});
