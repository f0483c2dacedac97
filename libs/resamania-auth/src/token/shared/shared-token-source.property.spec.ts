import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { type Replica, ReplicaWorld, type StoreTrouble } from '../../../../../test/support/replicas.js';
import { planTimes } from '../cache/token-in-hand.js';
import { DEFAULTS } from '../../options/option-table.js';
import type { IssuedToken } from '../request/token-answer.js';
import { TokenPostponed } from '../request/token-failure.js';

/** Longest patience, and what a request and a store that hangs may add. */
const LONGEST_WAIT_MS = 15_000 + 2 * 1000 + 4 * 1000;

type Step =
  | { readonly do: 'need'; readonly replica: number; readonly key: number; readonly inBackground: boolean }
  | { readonly do: 'reject'; readonly replica: number; readonly key: number }
  | {
      readonly do: 'trouble';
      readonly replica: number;
      readonly operation: string;
      readonly trouble: StoreTrouble;
    }
  | { readonly do: 'crash'; readonly replica: number }
  | { readonly do: 'pass'; readonly ms: number };

const replica = fc.nat(3);
const key = fc.nat(1);
const steps = (troubles: readonly StoreTrouble[]): fc.Arbitrary<Step[]> => {
  const trouble = fc.constantFrom(undefined, ...troubles);
  const operation = fc.constantFrom('read', 'claim', 'settle', 'drop', 'hint');
  const usual: fc.WeightedArbitrary<Step>[] = [
    {
      weight: 8,
      arbitrary: fc.record({ do: fc.constant('need'), replica, key, inBackground: fc.boolean() }),
    },
    {
      weight: 5,
      arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(1, 50, 500, 5000, 60_000) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reject'), replica, key }) },
  ];
  const worse: fc.WeightedArbitrary<Step>[] = [
    { weight: 4, arbitrary: fc.record({ do: fc.constant('trouble'), replica, operation, trouble }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('crash'), replica }) },
  ];
  const all = troubles.length === 0 ? usual : [...usual, ...worse];
  return fc.array(fc.oneof(...all), { minLength: 20, maxLength: 80 });
};

/** Four replicas with caches of their own, and whatever happens to them. */
class Course {
  readonly world = new ReplicaWorld();
  readonly #replicas: Replica[];
  /** What each replica has at hand, by replica and key. */
  readonly #hands = new Map<string, IssuedToken>();
  readonly #rejected = new Map<string, IssuedToken>();
  readonly #underWay = new Map<string, number>();
  mostAtOnce = 0;
  readonly problems: string[] = [];

  constructor(
    readonly skews: readonly number[],
    random: () => number,
    lifetimeMs: number,
  ) {
    this.world.random = random;
    this.world.lifetimeMs = lifetimeMs;
    this.#replicas = skews.map((skew) => this.world.replica(skew));
  }

  async take(step: Step): Promise<void> {
    if (step.do === 'pass') return this.world.clock.advance(step.ms);
    const { replica: index } = step;
    const chosen = this.#replicas[index] as Replica;
    if (step.do === 'crash') return this.#crash(index, chosen);
    if (step.do === 'trouble') return this.#trouble(chosen, step.operation, step.trouble);
    if (step.do === 'reject') return this.#reject(chosen, `${index}:${step.key}`);
    this.#need(chosen, `${index}:${step.key}`, `secret-${step.key}`, step.inBackground);
    return undefined;
  }

  #need(chosen: Replica, slot: string, secret: string, inBackground: boolean): void {
    const { world } = this;
    const hand = this.#hands.get(slot);
    const atHand = this.#atHand(slot, hand);
    if (!inBackground && hand && atHand.usableUntil > world.clock.now() + chosen.skewMs) return;
    const startedAt = world.clock.elapsed;
    const isAlive = () => this.#replicas.includes(chosen);
    const over = (problem?: string) => {
      if (problem !== undefined && isAlive()) this.problems.push(problem);
      if (isAlive() && world.clock.elapsed - startedAt > LONGEST_WAIT_MS)
        this.problems.push('waited too long');
    };
    void world.flight({ replica: chosen, secret, inBackground, atHand }).then(
      (token) => {
        const isLater = (this.#expiry(this.#hands.get(slot)) ?? 0) < (this.#expiry(token) ?? 0);
        if (isLater) this.#hands.set(slot, token);
        over(this.#flawOf(chosen, secret, token));
      },
      (error: unknown) => over(error instanceof TokenPostponed && inBackground ? undefined : String(error)),
    );
  }

  /** Nobody gets another key's token, or one that has ended in truth. */
  #flawOf(chosen: Replica, secret: string, token: IssuedToken): string | undefined {
    if (!token.value.endsWith(`-of-${secret}`)) return `a token of another key: ${token.value} for ${secret}`;
    const [, number] = /^token-(\d+)/.exec(token.value) ?? [];
    const request = this.world.requests[Number(number) - 1];
    const trulyEndsAt = (request?.at ?? 0) + this.world.lifetimeMs;
    const endsAt = (this.#expiry(token) ?? 0) - chosen.skewMs;
    return endsAt > trulyEndsAt ? `a token is said to live ${endsAt - trulyEndsAt} ms too long` : undefined;
  }

  #expiry(token: IssuedToken | undefined): number | undefined {
    return token && token.requestedAt + token.lifetimeMs;
  }

  #atHand(slot: string, hand: IssuedToken | undefined) {
    const rejected = this.#rejected.get(slot)?.stored;
    if (hand === undefined)
      return { usableUntil: 0, expiresAt: 0, lifetimeMs: 0, stored: undefined, rejected };
    const { usableUntil, expiresAt } = planTimes(
      hand.requestedAt,
      hand.lifetimeMs,
      DEFAULTS.refresh,
      () => 0,
    );
    return { usableUntil, expiresAt, lifetimeMs: hand.lifetimeMs, stored: hand.stored, rejected };
  }

  #reject(chosen: Replica, slot: string): void {
    const hand = this.#hands.get(slot);
    if (hand?.stored === undefined) return;
    this.#hands.delete(slot);
    this.#rejected.set(slot, hand);
    void chosen.source.drop(hand.stored);
  }

  #trouble(chosen: Replica, operation: string, trouble: StoreTrouble): void {
    const before = chosen.store.trouble;
    chosen.store.trouble = (name) => (name === operation ? trouble : before(name));
  }

  /** It is gone at once: nothing that it has under way reaches the store any more. Another one takes its place. */
  #crash(index: number, chosen: Replica): void {
    chosen.store.trouble = () => 'hangs';
    this.#replicas[index] = this.world.replica(this.skews[index]);
    for (const slot of this.#hands.keys()) if (slot.startsWith(`${index}:`)) this.#hands.delete(slot);
  }

  /** Counts the requests of a key that are under way together. */
  watch(): void {
    this.world.answer = (request) => {
      const name = request.secret;
      const count = (this.#underWay.get(name) ?? 0) + 1;
      this.#underWay.set(name, count);
      this.mostAtOnce = Math.max(this.mostAtOnce, count);
      this.world.clock.after(this.world.latencyMs, () =>
        this.#underWay.set(name, (this.#underWay.get(name) ?? 1) - 1),
      );
      return undefined;
    };
  }
}

const skews = fc.array(fc.constantFrom(0, -3_600_000, 86_400_000, 1234), { minLength: 4, maxLength: 4 });
const draws = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 20 });

function drawsIn(values: readonly number[]): () => number {
  let index = 0;
  return () => values[(index += 1) % values.length] ?? 0;
}

describe('replicas, whatever happens to them and to the store', () => {
  it('get tokens of their own key, in time, that live no longer than they do', async () => {
    const troubles = ['fails', 'hangs', 'lost', { lateMs: 300 }, { lateMs: 900 }, undefined] as const;
    await fc.assert(
      fc.asyncProperty(
        skews,
        draws,
        fc.constantFrom(20_000, 3_600_000),
        steps(troubles),
        async (skew, values, life, course) => {
          const run = new Course(skew, drawsIn(values), life);
          for (const step of course) await run.take(step);
          await run.world.clock.advance(60_000);
          expect(run.problems).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
  }, 120_000);

  it('make one request at a time for a key, where nothing is wrong', async () => {
    await fc.assert(
      fc.asyncProperty(
        skews,
        draws,
        fc.constantFrom(20_000, 3_600_000),
        steps([]),
        async (skew, values, life, course) => {
          const run = new Course(skew, drawsIn(values), life);
          run.watch();
          for (const step of course) await run.take(step);
          await run.world.clock.advance(60_000);
          expect(run.problems).toEqual([]);
          expect(run.mostAtOnce).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 100 },
    );
  }, 120_000);
});
