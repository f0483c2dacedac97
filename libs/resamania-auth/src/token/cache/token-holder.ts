import type { RefreshPolicy } from '../../options/resolved-options.js';
import { AccessToken } from './access-token.js';
import type { Random } from '../../clock.js';
import type { IssuedToken } from '../request/token-answer.js';
import { partMs, planTimes } from '../request/token-lifetime.js';

/** An instant before all others. */
const NEVER = Number.NEGATIVE_INFINITY;

/** The token in hand, and how long it may be handed out. Instants are milliseconds since the epoch. */
export class TokenHolder {
  #token: AccessToken | undefined;
  // Never 0 for "never": V8 would lay the object out for small integers, and move it when the first instant comes.
  /** Until then the token is handed out without further thought. */
  #freshUntil = NEVER;
  #usableUntil = NEVER;
  #dueAt = NEVER;

  /** The token, usable or not. */
  get token(): AccessToken | undefined {
    return this.#token;
  }

  get usableUntil(): number {
    return this.#usableUntil;
  }

  /** When a new token is due; `-Infinity` while nothing is planned. */
  get dueAt(): number {
    return this.#dueAt;
  }

  /** The token, if there is nothing to do about it. A clock set back to before the token makes it unusable. */
  fresh(now: number): AccessToken | undefined {
    const token = this.#token;
    return now < this.#freshUntil && token !== undefined && token.ageMs(now) >= 0 ? token : undefined;
  }

  /** The token, if it may be handed out. */
  usable(now: number): AccessToken | undefined {
    const token = this.#token;
    return now < this.#usableUntil && token !== undefined && token.ageMs(now) >= 0 ? token : undefined;
  }

  /** Plans the next token for this instant. */
  planFor(instant: number): void {
    this.#dueAt = instant;
    this.#freshUntil = Math.min(instant, this.#usableUntil);
  }

  /** Nothing can be done about a token that is due until this instant. */
  pauseUntil(instant: number): void {
    this.#freshUntil = Math.min(instant, this.#usableUntil);
  }

  drop(): void {
    this.#token = undefined;
    this.#usableUntil = NEVER;
    this.#freshUntil = NEVER;
  }

  /** Takes a new token, if it expires later than the one in hand. Returns the token in hand from now on. */
  adopt(issued: IssuedToken, policy: RefreshPolicy, now: number, random: Random): AccessToken {
    const { value, scope } = issued;
    const current = this.usable(now);
    const times = planTimes(issued.requestedAt, issued.lifetimeMs, policy, random);
    if (current !== undefined && (current.value === value || current.expiresAtMs >= times.expiresAt)) {
      return this.#keep(current, current.value === value, policy, now);
    }
    this.#token = new AccessToken({ value, scope, issuedAt: times.issuedAt, expiresAt: times.expiresAt });
    this.#usableUntil = times.usableUntil;
    this.planFor(times.dueAt);
    return this.#token;
  }

  /**
   * The server gave nothing better: ask again one lead from now, not before. Where it gave the very same token, asking
   * does not help before that has expired, so it serves until then, without the margin.
   */
  #keep(token: AccessToken, isSame: boolean, policy: RefreshPolicy, now: number): AccessToken {
    if (isSame) this.#usableUntil = token.expiresAtMs;
    const nextLead = now + partMs(policy.lead, token.lifetimeMs);
    this.planFor(isSame ? Math.max(nextLead, token.expiresAtMs) : nextLead);
    return token;
  }
}
