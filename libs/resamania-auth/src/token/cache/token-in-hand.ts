import { NEVER, type Random } from '../../clock.js';
import type { RefreshPolicy, ResolvedLifetimePart } from '../../options/resolved-options.js';
import { type IssuedToken, StoredPlace, type TokenAtHand } from '../request/token-answer.js';
import { AccessToken } from './access-token.js';
import type { TokenObtained } from './token-cache-ports.js';

/**
 * What a token is good for at an instant:
 *
 * - `fresh`: handed out, nothing to do.
 * - `due`: handed out still; it is time for a new one.
 * - `unusable`: expired or nearly so, dropped, never there, or of the future, since the clock was set back.
 */
type TokenUse = 'fresh' | 'due' | 'unusable';

/** How long a token request takes, as long as none was seen, in milliseconds. */
const FIRST_LATENCY_MS = 250;
/** The bounds of the time that is set aside for the last request before a token runs out, in milliseconds. */
const MIN_RESERVE_MS = 250;
const MAX_RESERVE_MS = 10_000;

/** What became of a token that has come. */
type Adopted = Omit<TokenObtained, 'failures'>;

/** The token in hand, and when it is time for the next. Instants are milliseconds since the epoch. */
export class TokenInHand {
  #token: AccessToken | undefined;
  // Never 0: V8 would lay the object out for small integers, and move it when the first instant comes.
  #usableUntil = NEVER;
  #dueAt = NEVER;
  /** When the token was issued. It stands here too, so that a call looks at one object less. */
  #usableFrom = NEVER;
  /** Whether somebody asked since the last request. It stands among what every call looks at. */
  used = false;
  #obtained = 0;
  #oddity: string | undefined;
  #refreshToken: string | undefined;
  #latencyMs = FIRST_LATENCY_MS;
  #place: StoredPlace | undefined;

  /** The token, whatever it is good for. */
  get token(): AccessToken | undefined {
    return this.#token;
  }

  /** When a new token is due. */
  get dueAt(): number {
    return this.#dueAt;
  }

  /** What the token is good for. The clock decides, at every call. */
  useAt(now: number): TokenUse {
    if (this.#token === undefined || now < this.#usableFrom || now >= this.#usableUntil) return 'unusable';
    return now < this.#dueAt ? 'fresh' : 'due';
  }

  /** The token, if it may be handed out. */
  usable(now: number): AccessToken | undefined {
    return this.useAt(now) === 'unusable' ? undefined : this.#token;
  }

  /** When the token stops being handed out; an instant that has passed where there is none. */
  get usableUntil(): number {
    return this.#token === undefined ? 0 : this.#usableUntil;
  }

  /**
   * The last instant for a request whose answer is to come before the token stops being handed out: earlier than that by
   * twice the time that requests have taken.
   */
  get lastStartAt(): number {
    const reserve = Math.min(Math.max(2 * this.#latencyMs, MIN_RESERVE_MS), MAX_RESERVE_MS);
    return this.usableUntil - reserve;
  }

  /** Plans the next token for this instant. */
  planFor(instant: number): void {
    this.#dueAt = instant;
  }

  /** How many tokens have come. */
  get obtained(): number {
    return this.#obtained;
  }

  /** Where the token is in the shared store, if it was ever there. */
  get place(): StoredPlace | undefined {
    return this.#place;
  }

  /** What a shared token must be better than. */
  atHand(): TokenAtHand {
    return {
      usableUntil: this.usableUntil,
      expiresAt: this.#token?.expiresAtMs ?? 0,
      lifetimeMs: this.#token?.lifetimeMs ?? 0,
      stored: this.#place?.stored,
      rejected: this.#place?.rejected,
    };
  }

  /** Drops the token. The plan for the next one stays. */
  drop(): void {
    this.#token = undefined;
    this.#place?.dropped();
    this.#refreshToken = undefined;
  }

  /** The refresh token that came along, to be spent: it is good for one use. */
  takeRefreshToken(): string | undefined {
    const refreshToken = this.#refreshToken;
    this.#refreshToken = undefined;
    return refreshToken;
  }

  /** Takes a token that has come: it replaces the one in hand if it expires later. */
  adopt(issued: IssuedToken, policy: RefreshPolicy, now: number, random: Random): Adopted {
    const oddity = issued.oddity === this.#oddity ? undefined : issued.oddity;
    const leftMs = Math.max(0, this.usableUntil - now);
    const token = this.#better(issued, policy, now, random);
    this.#refreshToken = issued.refreshToken;
    // A slow answer counts at once, and is forgotten by halves. A token from the store tells nothing of it.
    if (issued.origin === undefined)
      this.#latencyMs = Math.max(now - issued.requestedAt, Math.round(this.#latencyMs / 2));
    this.#oddity = issued.oddity;
    this.#obtained += 1;
    const { origin = 'endpoint' } = issued;
    return { renewal: this.#obtained > 1, token, dueAt: this.#dueAt, leftMs, oddity, origin };
  }

  #better(issued: IssuedToken, policy: RefreshPolicy, now: number, random: Random): AccessToken {
    const { value, scope } = issued;
    const current = this.usable(now);
    const times = planTimes(issued.requestedAt, issued.lifetimeMs, policy, random);
    const { issuedAt, usableUntil, expiresAt } = times;
    if (current?.value === value) return this.#keepTheSame(current, policy, now);
    if (current !== undefined && current.expiresAtMs >= expiresAt) {
      // Ask again one lead from now, not before.
      this.#dueAt = now + partMs(policy.lead, current.lifetimeMs);
      return current;
    }
    this.#token = new AccessToken({ value, scope, issuedAt, expiresAt });
    this.#usableFrom = issuedAt;
    this.#usableUntil = usableUntil;
    this.#dueAt = issued.origin === 'store' ? standInDueAt(times, policy, random) : times.dueAt;
    if (issued.stored !== undefined) this.#place ??= new StoredPlace();
    this.#place?.adopted(issued.stored);
    return this.#token;
  }

  /** Asking does not help before this token has expired: it serves until then, without the margin. */
  #keepTheSame(token: AccessToken, policy: RefreshPolicy, now: number): AccessToken {
    this.#usableUntil = token.expiresAtMs;
    this.#dueAt = Math.max(now + partMs(policy.lead, token.lifetimeMs), token.expiresAtMs);
    return token;
  }
}

/** When a token's stages end, in milliseconds since the epoch: `issuedAt < dueAt < usableUntil < expiresAt`. */
interface TokenTimes {
  readonly issuedAt: number;
  readonly dueAt: number;
  readonly usableUntil: number;
  readonly expiresAt: number;
}

/**
 * The stages of a token's life:
 * usable until `L - margin`, due for renewal at `L - lead - jitter`, jitter drawn once per token.
 */
export function planTimes(
  issuedAt: number,
  lifetimeMs: number,
  policy: RefreshPolicy,
  random: Random,
): TokenTimes {
  const lead = partMs(policy.lead, lifetimeMs);
  const jitter = partMs(policy.jitter, lifetimeMs) * random();
  return {
    issuedAt,
    dueAt: issuedAt + lifetimeMs - lead - jitter,
    usableUntil: issuedAt + lifetimeMs - partMs(policy.margin, lifetimeMs),
    expiresAt: issuedAt + lifetimeMs,
  };
}

/**
 * When a token that another replica obtained is due here: after it is due there, so that renewals stay with one replica and
 * the others stand in for it.
 */
function standInDueAt(times: TokenTimes, policy: RefreshPolicy, random: Random): number {
  const { issuedAt, expiresAt, usableUntil } = times;
  const dueFrom = expiresAt - partMs(policy.lead, expiresAt - issuedAt);
  return dueFrom + ((usableUntil - dueFrom) / 3) * random();
}

/** A part of a lifetime in milliseconds. */
export function partMs(part: ResolvedLifetimePart, lifetimeMs: number): number {
  return Math.min(lifetimeMs * part.share, part.maxMs);
}
