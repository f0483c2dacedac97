/** For how long a second drop of the same key is refused, in milliseconds. */
export const DROP_MARK_MS = 30_000;
/** A shared wait ends after this long at the latest, in milliseconds, whoever wrote it. */
export const MAX_WAIT_MS = 3_600_000;

/**
 * Shares tokens among the replicas of an application. Keys are opaque, and are equal for two replicas only if both would
 * send the same token request. Times are durations, or instants of the store's own clock: clocks of replicas never enter.
 *
 * Every method is one atomic step. Any may reject: the application then goes on without the store. Values hold tokens: a
 * store that keeps them outside of the process must encrypt them.
 */
export interface ResamaniaTokenStore {
  /** The token of this key; `undefined` where there is none. */
  read(key: string): Promise<StoredEntry | undefined>;
  /** Asks for the right to make the token request of this key. The same `claimId` again prolongs the claim. */
  claim(key: string, request: ClaimRequest): Promise<ClaimOutcome>;
  /** Ends a claim with what came of it, and tells the listeners. */
  settle(key: string, settlement: Settlement): Promise<void>;
  /**
   * Deletes a token that the API rejected, if it is still the one stored.
   * @returns false where the one before it was dropped less than 30 s ago: a new token would not help
   */
  drop(key: string, id: string): Promise<boolean>;
  /**
   * Has a listener told of keys that were settled, by any replica. Messages may be lost: who waits looks again anyway.
   * @returns how to stop
   */
  subscribe(listener: (key: string) => void): () => void;
  /** Ends it. Later calls of other methods reject. */
  close(): Promise<void>;
}

/** A store failed. Holds nothing of what it was asked to do. */
export class TokenStoreError extends Error {
  /** One word, such as `timeout`, `ECONNREFUSED` or the first word of the server's error. */
  readonly reason: string;

  constructor(reason: string) {
    super(`the token store failed (${reason})`);
    this.reason = reason;
  }
}

/** A token or a wait, as it is stored. */
export interface StoredEntry {
  /** Tells it from every other entry. */
  readonly id: string;
  /** What was stored; `undefined` where it cannot be read: foreign, damaged, or encrypted with a key that is not known. */
  readonly value: string | undefined;
  /** For how long the store keeps it, in milliseconds. */
  readonly remainingMs: number;
}

/** Who asks for a claim, and what makes it needless. */
export interface ClaimRequest {
  /** Random, a new one for each token request. */
  readonly claimId: string;
  /** How long the claim lasts unless it is prolonged, in milliseconds. */
  readonly claimMs: number;
  /** A stored token that lasts longer than this is returned instead. In milliseconds. */
  readonly minRemainingMs: number;
  /** Entries that are of no use: they neither are returned nor stand in the way. */
  readonly notIds: readonly string[];
  /** Take the stored refresh token with the claim. It is good for one use: nobody gets it again. */
  readonly takeRefresh: boolean;
}

/**
 * What a claim comes to, in this order of preference.
 *
 * - `stored`: there is an acceptable token.
 * - `wait`: a request failed a moment ago; the entry says how, and lasts as long as nobody should ask.
 * - `granted`: make the request.
 * - `held`: another replica makes it right now.
 */
export type ClaimOutcome =
  | {
      /** Which of them. */
      readonly kind: 'stored' | 'wait';
      /** The token, or the failure. */
      readonly entry: StoredEntry;
    }
  | {
      /** Make the request. */
      readonly kind: 'granted';
      /** The store's time, in milliseconds since the epoch. */
      readonly storeMs: number;
      /** The stored refresh token, if it was asked for and there was one. */
      readonly refresh: string | undefined;
    }
  | {
      /** Another replica makes it. */
      readonly kind: 'held';
      /** The store's time, in milliseconds since the epoch. */
      readonly storeMs: number;
    };

/** What came of a token request; neither token nor wait where there is nothing to share. */
export interface Settlement {
  /** The claim that ends. */
  readonly claimId: string;
  /** The token that came. */
  readonly token?: TokenToStore | undefined;
  /** Stored only while the claim is still this one. */
  readonly wait?: WaitToStore | undefined;
}

/** A token replaces one that ends earlier, and one that is named. It ends every wait. */
export interface TokenToStore {
  /** Tells it from every other entry. */
  readonly id: string;
  /** The token with its times, as text. */
  readonly value: string;
  /** By the store's clock, in milliseconds since the epoch: a write that was delayed prolongs nothing. */
  readonly expiresAt: number;
  /** The token is never kept longer than this, in milliseconds. */
  readonly lifetimeMs: number;
  /** Entries that it replaces whatever their end. */
  readonly replaces: readonly string[];
  /** The refresh token that came along. */
  readonly refresh: string | undefined;
}

/** For how long nobody should ask. */
export interface WaitToStore {
  /** Tells it from every other entry. */
  readonly id: string;
  /** The failure, as text. Never a secret. */
  readonly value: string;
  /** By the store's clock, in milliseconds since the epoch. */
  readonly endsAt: number;
}
