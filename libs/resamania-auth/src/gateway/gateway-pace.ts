import {
  type HeaderBag,
  type LocalLimit,
  localLimit,
  readRateLimit,
  type RateLimiter,
  type ResamaniaLimits,
  spikeSpacingMs,
} from './limits.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** The longest wait for an advertised reset, in milliseconds: then one request finds out, since a limit may have been raised. */
export const MAX_PAUSE_MS = 60 * MINUTE;
/** Nothing leaves at the very reset: the gateway's clock may be a little behind. In milliseconds. */
const GRACE_MS = 100;
/** Resets that are further apart than this, in milliseconds, are those of two windows: `Date` counts in seconds. */
const ONE_WINDOW_MS = 2 * SECOND;

/** Why no request may leave, and until when. Instants are milliseconds since the epoch. */
export interface Pause {
  readonly limiter: RateLimiter;
  readonly from: number;
  readonly until: number;
  /** The reset as the gateway named it. */
  readonly resetAt: number | undefined;
  /** How many refusals in a row have named no reset: each doubles the next pause. */
  readonly unnamed: number;
}

/** Told of a pause that an answer caused; of none, where an answer ended it. */
export type PauseChanged = (pace: GatewayPace, pause: Pause | undefined) => void;

/**
 * When the next token request may leave through one gateway. A limit is the gateway key's and not the tenant's:
 *
 * - After a 429 nothing leaves until the reset; without one, for 1 s doubling to a minute.
 * - Where the daily quota is used up nothing leaves until its reset, or until an answer says that some is left after all.
 * - In a window of the rate limit no more leaves than the answers say remain, those under way counted.
 * - Once half of it is used, the schedule spreads the rest over the time that is left: there is always one for a caller.
 * - Spike arrest means that so much time lies between two requests.
 */
export class GatewayPace {
  readonly #changed: PauseChanged;
  #pause: Pause | undefined;
  /** Refusals in a row that named no reset. */
  #unnamed = 0;
  /** The window of the rate limit: what may still leave in it, of how many, and when it was seen and ends. */
  #left = 0;
  #limit = 0;
  #seenAt = 0;
  #resetAt = 0;
  #spacingMs = 0;
  #lastLeftAt = 0;
  #underWay = 0;
  /** Most gateways have nobody who waits. */
  #watchers: Set<() => void> | undefined;

  constructor(changed: PauseChanged) {
    this.#changed = changed;
  }

  /** What keeps everybody from leaving at this instant. One that begins in the future is over: the clock was set back. */
  pauseAt(now: number): Pause | undefined {
    const pause = this.#pause;
    if (pause !== undefined && now >= pause.from && now < pause.until) return pause;
    if (!this.#isWindow(now) || this.#left > 0) return undefined;
    return {
      limiter: 'rate-limit',
      from: this.#seenAt,
      until: this.#resetAt + GRACE_MS,
      resetAt: this.#resetAt,
      unnamed: 0,
    };
  }

  /**
   * Keeps a pause that another replica met, where it is the longer one.
   * @returns whether it is
   */
  adopt(pause: Pause, now: number): boolean {
    if ((this.pauseAt(now)?.until ?? now) >= pause.until) return false;
    this.#pause = pause;
    this.#unnamed = Math.max(this.#unnamed, pause.unnamed);
    this.#tell();
    return true;
  }

  /** Ends a pause that was adopted, if it is still the one that is kept. */
  lift(pause: Pause): void {
    if (this.#pause !== pause) return;
    this.#pause = undefined;
    this.#tell();
  }

  /**
   * Tells when `opensAt()` may say something else than before, but for what the time that passes or another request does.
   * @returns how to stop
   */
  watch(tell: () => void): () => void {
    this.#watchers ??= new Set();
    this.#watchers.add(tell);
    return () => {
      this.#watchers?.delete(tell);
      if (this.#watchers?.size === 0) this.#watchers = undefined;
    };
  }

  /** From when on the next request may leave, as far as is known now. */
  opensAt({ isUrgent }: { isUrgent: boolean }, now: number): number {
    const pause = this.pauseAt(now);
    if (pause !== undefined) return pause.until;
    const lastAt = Math.min(this.#lastLeftAt, now);
    const isPlenty = isUrgent || !this.#isWindow(now) || this.#left > this.#limit / 2;
    const spread = isPlenty ? 0 : Math.max(0, this.#resetAt - lastAt) / (this.#left + 1);
    return lastAt + Math.max(spread, this.#spacingMs);
  }

  /**
   * A token request leaves.
   * @returns to be called if it does not after all
   */
  left(now: number): () => void {
    const before = this.#lastLeftAt;
    this.#left -= 1;
    this.#underWay += 1;
    this.#lastLeftAt = now;
    return () => {
      this.#left += 1;
      this.#underWay -= 1;
      if (this.#lastLeftAt === now) this.#lastLeftAt = before;
      this.#tell();
    };
  }

  /** A token request is over: this answer has come, or none. */
  over(answer: { status: number; headers: HeaderBag } | undefined, now: number): void {
    this.#underWay -= 1;
    if (answer?.status === 429) this.#refuse(answer.headers, now);
    else if (answer !== undefined) this.#unnamed = 0;
  }

  /** Takes note of the limits that an answer reports, to a token request or to an API call. */
  learn(limits: ResamaniaLimits, headers: HeaderBag, now: number): void {
    this.#spacingMs = spikeSpacingMs(limits, headers) ?? this.#spacingMs;
    const quota = localLimit(limits.quota ?? {}, headers, now);
    if (quota.remaining === 0 && quota.resetAt !== undefined) this.#stop('quota', quota.resetAt, now);
    else if ((quota.remaining ?? 0) > 0 && this.#isPausedBy('quota', now)) this.#pauseFor(undefined);
    this.#learnWindow(localLimit(limits.rateLimit ?? {}, headers, now), now);
    this.#tell();
  }

  #learnWindow({ limit = 0, remaining, resetAt }: LocalLimit, now: number): void {
    if (remaining === undefined || resetAt === undefined) return;
    const left = Math.max(0, remaining - this.#underWay);
    const isSame = this.#isWindow(now) && Math.abs(resetAt - this.#resetAt) <= ONE_WINDOW_MS;
    // An answer of the window before came late.
    if (!isSame && this.#isWindow(now) && resetAt < this.#resetAt) return;
    this.#left = isSame ? Math.min(this.#left, left) : left;
    this.#resetAt = isSame ? Math.min(this.#resetAt, resetAt) : resetAt;
    this.#limit = limit;
    this.#seenAt = now;
  }

  #isWindow(now: number): boolean {
    return now >= this.#seenAt && now < this.#resetAt + GRACE_MS;
  }

  #refuse(headers: HeaderBag, now: number): void {
    const { limiter, resetAt } = readRateLimit(headers, now);
    if (resetAt !== undefined && resetAt > now) return this.#stop(limiter, resetAt, now);
    if (this.pauseAt(now) !== undefined) return;
    const ms = Math.min(SECOND * 2 ** this.#unnamed, MINUTE);
    this.#unnamed += 1;
    this.#pauseFor({ limiter, from: now, until: now + ms, resetAt: undefined, unnamed: this.#unnamed });
  }

  #isPausedBy(limiter: RateLimiter, now: number): boolean {
    return this.#pause?.limiter === limiter && this.pauseAt(now) === this.#pause;
  }

  #stop(limiter: RateLimiter, resetAt: number, now: number): void {
    // Every answer tells of a used-up quota: once is enough.
    const isKnown = Math.abs(resetAt - (this.#pause?.resetAt ?? 0)) <= ONE_WINDOW_MS;
    if (isKnown && this.#isPausedBy(limiter, now)) return;
    const until = Math.min(resetAt + GRACE_MS, now + MAX_PAUSE_MS);
    if ((this.pauseAt(now)?.until ?? now) < until)
      this.#pauseFor({ limiter, from: now, until, resetAt, unnamed: 0 });
  }

  #pauseFor(pause: Pause | undefined): void {
    this.#pause = pause;
    this.#changed(this, pause);
    this.#tell();
  }

  #tell(): void {
    for (const tell of this.#watchers ?? []) tell();
  }
}
