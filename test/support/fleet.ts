import type { ResamaniaAuthOptions } from '../../libs/resamania-auth/src/options/resamania-auth-options.js';
import { MemoryTokenStore } from '../../libs/resamania-auth/src/store/memory-token-store.js';
import { createWorld, DEMO, type EngineWorld, SimulatedEndpoint } from './engine-world.js';
import { type StoreTrouble, TroubledStore } from './replicas.js';
import { SimulatedClock } from './simulated-clock.js';

/** Engines of several replicas on one clock and one store. */
export class Fleet {
  readonly clock = new SimulatedClock();
  readonly endpoint = new SimulatedEndpoint(this.clock);
  readonly store = new MemoryTokenStore(this.clock);
  readonly replicas: EngineWorld[] = [];
  trouble: (operation: string, replica: number) => StoreTrouble = () => undefined;

  constructor(count: number, options: ResamaniaAuthOptions = {}) {
    for (let index = 0; index < count; index += 1) {
      const store = new TroubledStore(this.store, this.clock);
      store.trouble = (operation) => this.trouble(operation, index);
      const given = { ...DEMO, store: () => store, ...options };
      this.replicas.push(createWorld(given, pseudoRandom(index), this.clock, this.endpoint));
    }
  }

  get(index: number): EngineWorld {
    const found = this.replicas[index];
    if (found === undefined) throw new Error(`there is no replica ${index}`);
    return found;
  }

  get requests(): number {
    return this.endpoint.requests.length;
  }

  start(): void {
    for (const { engine } of this.replicas) engine.start();
  }

  /** Tokens that came, in order, with the replica. */
  obtained(): { replica: number; origin: string; at: number }[] {
    const all = this.replicas.flatMap(({ events }, replica) =>
      events.flatMap((event) =>
        event.type === 'obtained' ? [{ replica, origin: event.origin, at: event.at.getTime() }] : [],
      ),
    );
    return all.toSorted((one, other) => one.at - other.at);
  }

  /** Lets a call be made every now and then on each replica; returns how many did not get a token at once, and why. */
  async serve(ms: number, everyMs: number): Promise<string[]> {
    const missed: string[] = [];
    for (let passed = 0; passed < ms; passed += everyMs) {
      await this.clock.advance(everyMs);
      for (const [index, { service }] of this.replicas.entries()) {
        if (service.peek('demoapi') === undefined) missed.push(`replica ${index} at ${passed}`);
      }
    }
    return missed;
  }
}

function pseudoRandom(seed: number): () => number {
  let state = seed * 7919 + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** What a promise comes to, while time passes. */
export async function outcome<T>(
  clock: SimulatedClock,
  promise: Promise<T>,
  ms = 40_000,
): Promise<T | Error> {
  const settled = promise.catch((error: unknown) => error as Error);
  await clock.advance(ms);
  return settled;
}
