import type { Clock, Random } from '../../clock.js';
import { type ClaimOutcome, type ClaimRequest, TokenStoreError } from '../../store/token-store.js';
import type { ResamaniaTokenStore, Settlement, StoredEntry } from '../../store/token-store.js';
import type { ResamaniaTelemetry, StoreOperation } from '../../telemetry/telemetry.js';
import { TimeUp, withTimeLimit } from '../../waiting.js';

/** A store that keeps no time limit of its own is given up on after this long, in milliseconds. */
const DEADLINE_MS = 1000;
/** So many failures in a row, and nobody waits for the store any more. */
const FAILURES = 2;
/** While it is down it is tried again after this long, and up to three times as long, in milliseconds. */
const PROBE_MS = 750;
const PROBE_KEY = 'probe';
/** What a claim asks for that no token request follows: no stored token will do in its place, and it takes none. */
export const BARE_CLAIM = { minRemainingMs: Number.MAX_SAFE_INTEGER, notIds: [], takeRefresh: false };
/** What the other replicas should know is written so often before it is given up, with this pause between, in milliseconds. */
export const WRITES = 3;
export const WRITE_PAUSE_MS = 500;

/** How the store fares. Instants are milliseconds since the epoch. */
export interface StoreHealth {
  readonly state: 'up' | 'down';
  readonly since: number;
  /** While it is down: why, in one word. */
  readonly reason?: string;
}

/** What a guarded store runs on. */
interface GuardedStorePorts {
  readonly store: ResamaniaTokenStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly changed: (health: StoreHealth) => void;
  readonly telemetry: ResamaniaTelemetry | undefined;
}

/**
 * A store that costs no time when it fails. Every operation ends within a second. After two failures in a row, of reads or
 * of writes, the store is down: operations fail at once, and a claim of its own, which takes a store that writes, finds out
 * when it is back.
 */
export class GuardedStore {
  readonly #ports: GuardedStorePorts;
  /** How often something happened, by name. */
  readonly counts = new Map<string, number>();
  #health: StoreHealth;
  /** Failures in a row, of what reads and of what writes: a store that is full still answers readers. */
  readonly #failures = { read: 0, write: 0 };
  #isClosed = false;
  #cancelProbe = () => {};

  constructor(ports: GuardedStorePorts) {
    this.#ports = ports;
    this.#health = { state: 'up', since: ports.clock.now() };
  }

  get health(): StoreHealth {
    return this.#health;
  }

  /** `unknown` where the store does not say. */
  read(key: string): Promise<StoredEntry | 'unknown' | undefined> {
    return this.#try('read', (store) => store.read(key)).catch(() => 'unknown' as const);
  }

  claim(key: string, request: ClaimRequest): Promise<ClaimOutcome> {
    return this.#try('claim', (store) => store.claim(key, request));
  }

  settle(key: string, settlement: Settlement): Promise<void> {
    return this.#try('settle', (store) => store.settle(key, settlement));
  }

  drop(key: string, id: string): Promise<boolean> {
    return this.#try('drop', (store) => store.drop(key, id));
  }

  count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** Ends it; the store too. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelProbe();
    await this.#limited((store) => store.close()).catch(() => undefined);
  }

  async #try<T>(name: StoreOperation, operation: (store: ResamaniaTokenStore) => Promise<T>): Promise<T> {
    if (this.#health.state === 'down' || this.#isClosed) {
      this.count('skipped');
      throw new TokenStoreError('down');
    }
    return this.#judged(name, operation);
  }

  async #judged<T>(name: StoreOperation, operation: (store: ResamaniaTokenStore) => Promise<T>): Promise<T> {
    const { clock, telemetry } = this.#ports;
    const startedAt = clock.now();
    const kind = name === 'read' ? 'read' : 'write';
    const ended = (reason?: string) => telemetry?.storeOperation(name, clock.now() - startedAt, reason);
    try {
      const result = await this.#limited(operation);
      ended();
      this.#failures[kind] = 0;
      this.count('ok');
      return result;
    } catch (error) {
      const reason = reasonOf(error);
      ended(reason);
      this.count(reason);
      this.#failures[kind] += 1;
      if (this.#failures[kind] >= FAILURES && this.#health.state === 'up') this.#become('down', reason);
      throw error;
    }
  }

  #limited<T>(operation: (store: ResamaniaTokenStore) => Promise<T>): Promise<T> {
    const { clock, store } = this.#ports;
    // An operation of a store that is not ours may throw instead of rejecting.
    return withTimeLimit(clock, DEADLINE_MS, async () => operation(store));
  }

  #become(state: 'up' | 'down', reason?: string): void {
    if (this.#isClosed) return;
    const { clock, changed } = this.#ports;
    this.#failures.read = 0;
    this.#health = { state, since: clock.now(), ...(reason !== undefined && { reason }) };
    changed(this.#health);
    if (state === 'down') this.#probeSoon();
  }

  /** Nothing else ends a store's trouble: what was under way when it began may have needed no write. */
  #probeSoon(): void {
    const { clock, random } = this.#ports;
    if (this.#isClosed) return;
    this.#cancelProbe = clock.after(PROBE_MS * (1 + 2 * random()), () => {
      const request = { claimId: PROBE_KEY, claimMs: 1, ...BARE_CLAIM };
      this.#judged('claim', (store) => store.claim(PROBE_KEY, request)).then(
        () => this.#become('up'),
        () => this.#probeSoon(),
      );
    });
  }
}

/** Only what the store's own error says: any other may hold a token. */
function reasonOf(error: unknown): string {
  if (error instanceof TokenStoreError) return error.reason;
  return error instanceof TimeUp ? 'timeout' : 'error';
}
