import type { Clock } from '../clock.js';
import {
  type ClaimOutcome,
  type ClaimRequest,
  DROP_MARK_MS,
  MAX_WAIT_MS,
  type ResamaniaTokenStore,
  type Settlement,
  type StoredEntry,
  TokenStoreError,
} from './token-store.js';

/** A value with its end, in milliseconds since the epoch. */
interface Kept {
  readonly id: string;
  readonly value: string;
  readonly endsAt: number;
}

type Part = 'token' | 'claim' | 'wait' | 'refresh' | 'mark';

/**
 * A store in the memory of one process: says in TypeScript what the scripts of the Redis store say in Lua. For tests of
 * what shares tokens, and of other stores.
 */
export class MemoryTokenStore implements ResamaniaTokenStore {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();
  readonly #listeners = new Set<(key: string) => void>();
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async read(key: string): Promise<StoredEntry | undefined> {
    return this.#entry(key, 'token');
  }

  async claim(key: string, request: ClaimRequest): Promise<ClaimOutcome> {
    const { claimId, claimMs, minRemainingMs, notIds, takeRefresh } = request;
    const token = this.#entry(key, 'token');
    if (token && token.remainingMs > minRemainingMs && !notIds.includes(token.id))
      return { kind: 'stored', entry: token };
    const wait = this.#entry(key, 'wait');
    if (wait && !notIds.includes(wait.id)) return { kind: 'wait', entry: wait };
    const storeMs = this.#clock.now();
    if ((this.#get(key, 'claim')?.id ?? claimId) !== claimId) return { kind: 'held', storeMs };
    this.#set(key, 'claim', { id: claimId, value: '', endsAt: storeMs + claimMs });
    const refresh = takeRefresh ? this.#get(key, 'refresh')?.value : undefined;
    if (takeRefresh) this.#delete(key, 'refresh');
    return { kind: 'granted', storeMs, refresh };
  }

  async settle(key: string, { claimId, token, wait }: Settlement): Promise<void> {
    const now = this.#now();
    const isOurs = this.#get(key, 'claim')?.id === claimId;
    const current = this.#get(key, 'token');
    const endsAt = Math.min(token?.expiresAt ?? 0, now + (token?.lifetimeMs ?? 0));
    if (
      token &&
      endsAt > now &&
      (!current || current.endsAt < endsAt || token.replaces.includes(current.id))
    ) {
      this.#set(key, 'token', { id: token.id, value: token.value, endsAt });
      this.#delete(key, 'wait');
      if (token.refresh !== undefined) this.#set(key, 'refresh', { id: '', value: token.refresh, endsAt });
    }
    if (wait && isOurs) {
      this.#set(key, 'wait', { ...wait, endsAt: Math.min(wait.endsAt, now + MAX_WAIT_MS) });
    }
    if (isOurs) this.#delete(key, 'claim');
    for (const listener of this.#listeners) listener(key);
  }

  async drop(key: string, id: string): Promise<boolean> {
    const now = this.#now();
    const current = this.#get(key, 'token');
    if (current && current.id !== id) return true;
    if (this.#get(key, 'mark')) return current === undefined;
    this.#delete(key, 'token');
    this.#set(key, 'mark', { id: '', value: '', endsAt: now + DROP_MARK_MS });
    return true;
  }

  subscribe(listener: (key: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#listeners.clear();
  }

  #entry(key: string, part: Part): StoredEntry | undefined {
    const now = this.#now();
    const kept = this.#get(key, part);
    return kept && { id: kept.id, value: kept.value, remainingMs: kept.endsAt - now };
  }

  #now(): number {
    if (this.#isClosed) throw new TokenStoreError('closed');
    return this.#clock.now();
  }

  #get(key: string, part: Part): Kept | undefined {
    const kept = this.#kept.get(`${key}:${part}`);
    return kept !== undefined && kept.endsAt > this.#clock.now() ? kept : undefined;
  }

  #set(key: string, part: Part, kept: Kept): void {
    this.#kept.set(`${key}:${part}`, kept);
  }

  #delete(key: string, part: Part): void {
    this.#kept.delete(`${key}:${part}`);
  }
}
