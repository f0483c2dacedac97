import type { StoredEntry } from '../../store/token-store.js';
import { partMs, planTimes } from '../cache/token-in-hand.js';
import type { IssuedToken, TokenAtHand } from '../request/token-answer.js';
import type { SharedSourcePorts } from './shared-source-ports.js';
import { readStoredToken } from './shared-values.js';

/** What a flight can use of what is stored, next to the token that its cache has at hand. */
export class Acceptance {
  readonly #key: string;
  readonly #atHand: TokenAtHand | undefined;
  readonly #ports: SharedSourcePorts;
  /** Entries that are of no use here. */
  readonly #notIds = new Set<string>();
  /** Those among them that a new token replaces, even if they last longer. */
  readonly #replaces = new Set<string>();

  constructor(key: string, atHand: TokenAtHand | undefined, ports: SharedSourcePorts) {
    this.#key = key;
    this.#atHand = atHand;
    this.#ports = ports;
    if (atHand?.stored) this.#notIds.add(atHand.stored.id);
    if (atHand?.rejected) this.#refuse(atHand.rejected.id);
  }

  get notIds(): string[] {
    return [...this.#notIds];
  }

  get replaces(): string[] {
    return [...this.#replaces];
  }

  /** How much longer a stored token has to last, in milliseconds. */
  get minRemainingMs(): number {
    const now = this.#ports.clock.now();
    return (this.#usable?.expiresAt ?? now) - now;
  }

  /** The token at hand, as long as callers get it. */
  get #usable(): TokenAtHand | undefined {
    const { clock } = this.#ports;
    return clock.now() < (this.#atHand?.usableUntil ?? 0) ? this.#atHand : undefined;
  }

  /** Whether the token at hand ends so soon that its successor cannot wait for the store. */
  get isPressing(): boolean {
    const usable = this.#usable;
    if (usable === undefined) return true;
    const { policy, random, clock } = this.#ports;
    const { expiresAt, lifetimeMs } = usable;
    const jitter = partMs(policy.jitter, lifetimeMs) * random();
    return clock.now() >= expiresAt - partMs(policy.lead, lifetimeMs) / 2 - jitter;
  }

  /**
   * The token of an entry, to be adopted, where it is of use; otherwise the entry is passed over from now on.
   * @param sentAt - When the store was asked.
   */
  tokenOf(entry: StoredEntry, sentAt: number): IssuedToken | undefined {
    if (this.#notIds.has(entry.id)) return undefined;
    const token = readStoredToken(entry, sentAt);
    if (token === undefined) return this.unreadable(entry);
    const { store, policy, clock } = this.#ports;
    const { usableUntil, expiresAt } = planTimes(token.requestedAt, token.lifetimeMs, policy, () => 0);
    if (usableUntil > clock.now() && expiresAt > (this.#usable?.expiresAt ?? 0)) {
      store.count('adopted');
      return { ...token, origin: 'store', stored: { key: this.#key, id: entry.id } };
    }
    this.#notIds.add(entry.id);
    return undefined;
  }

  /** It cannot be read: it stands in nobody's way from now on. */
  unreadable({ id }: StoredEntry): undefined {
    this.#ports.store.count('unreadable');
    this.#refuse(id);
  }

  #refuse(id: string): void {
    this.#notIds.add(id);
    this.#replaces.add(id);
  }
}
