import type { LimiterKind } from '../faults/fault.js';

/** One limit: so many requests per window. A window begins with its first request. */
export interface LimitOptions {
  /** Requests let through per window. */
  readonly limit: number;
  /** Length of the window, in milliseconds. @default a day (quota), a minute (rate), a second (spike) */
  readonly periodMs?: number;
}

/** The gateway's limits, which token and API requests of all chains share. Each is off unless given. */
export interface RateLimitOptions {
  readonly quota?: LimitOptions;
  readonly rate?: LimitOptions;
  readonly spike?: LimitOptions;
}

/** What the limiters say to one request. */
export interface LimitVerdict {
  /** The limiter that refuses, if one does. */
  readonly refusedBy?: LimiterKind;
  /** Sent with the answer, whatever that is. Resets are epoch milliseconds. */
  readonly headers: Readonly<Record<string, string>>;
}

interface Window {
  readonly kind: LimiterKind;
  readonly limit: number;
  readonly periodMs: number;
  left: number;
  resetAt: number;
}

const DEFAULT_PERIOD_MS: Record<LimiterKind, number> = { quota: 86_400_000, rate: 60_000, spike: 1_000 };

/** Counts requests as the gateway does. A refused request uses nothing up. */
export class RateLimiter {
  readonly #now: () => number;
  readonly #windows: Window[];

  constructor(options: RateLimitOptions, now: () => number) {
    this.#now = now;
    this.#windows = (['spike', 'rate', 'quota'] as const).flatMap((kind) => {
      const limits = options[kind];
      if (!limits) return [];
      const periodMs = limits.periodMs ?? DEFAULT_PERIOD_MS[kind];
      return [{ kind, limit: limits.limit, periodMs, left: limits.limit, resetAt: 0 }];
    });
  }

  /** Counts one request, or refuses it. */
  take(): LimitVerdict {
    const now = this.#now();
    for (const window of this.#windows) {
      if (now < window.resetAt) continue;
      window.left = window.limit;
      window.resetAt = now + window.periodMs;
    }
    const exhausted = this.#windows.find((window) => window.left <= 0);
    if (!exhausted) for (const window of this.#windows) window.left -= 1;
    const headers = Object.assign({}, ...this.#windows.map(headersOf)) as Record<string, string>;
    return exhausted ? { refusedBy: exhausted.kind, headers } : { headers };
  }
}

function headersOf({ kind, limit, left, resetAt, periodMs }: Window): Record<string, string> {
  if (kind === 'spike') {
    return {
      'X-Spike-Arrest-Limit': String(limit),
      'X-Spike-Arrest-Reset': String(resetAt),
      'X-Spike-Arrest-Slice-Period': `${periodMs}ms`,
    };
  }
  const name = kind === 'quota' ? 'X-Quota' : 'X-Rate-Limit';
  return {
    [`${name}-Limit`]: String(limit),
    [`${name}-Remaining`]: String(left),
    [`${name}-Reset`]: String(resetAt),
  };
}
