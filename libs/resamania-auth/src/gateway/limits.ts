import { AxiosHeaders, type AxiosResponse } from 'axios';

/** The gateway's three limiters, and `unknown` where a 429 does not say which one fired. */
export type RateLimiter = (typeof RATE_LIMITERS)[number];
export const RATE_LIMITERS = ['quota', 'rate-limit', 'spike-arrest', 'unknown'] as const;

/** What a 429 says. */
interface RateLimitVerdict {
  readonly limiter: RateLimiter;
  /** When the limit resets, in milliseconds since this machine's epoch; `undefined` where the answer does not say. */
  readonly resetAt: number | undefined;
}

/** One limit of the gateway, as an answer's headers report it. */
export interface ResamaniaLimit {
  /** How many requests are allowed. */
  readonly limit?: number;
  /** How many are left. */
  readonly remaining?: number;
  /** When it starts over, by the server's clock. */
  readonly resetAt?: Date;
}

/** The limits that an answer reports; each is absent where it does not. */
export interface ResamaniaLimits {
  /** Requests a day. */
  readonly quota?: ResamaniaLimit;
  /** Requests a minute. */
  readonly rateLimit?: ResamaniaLimit;
  /** Requests in a moment: a tenth of a second, or a second. */
  readonly spikeArrest?: ResamaniaLimit;
}

/** Response headers, names in lower case. */
export type HeaderBag = Readonly<Record<string, string | undefined>>;

/** The headers of an answer as axios has them, in this form. */
export function headerBag(headers: AxiosResponse['headers']): HeaderBag {
  const entries = Object.entries(AxiosHeaders.from(headers as AxiosHeaders).toJSON());
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

/** Below this, a reset is in seconds: as milliseconds it would lie before March 1973. */
const SECONDS_BELOW = 100_000_000_000;

/** The latest instant that a `Date` can hold, in milliseconds since the epoch. */
const MAX_DATE_MS = 8.64e15;
/** A reset that is further ahead is taken for one in so many milliseconds: a month, the longest period of a quota. */
const MAX_AHEAD_MS = 31 * 24 * 3_600_000;

/** Spike arrest is about moments: a spacing above this, in milliseconds, is none. */
const MAX_SPACING_MS = 10_000;

/** The names of their headers are made once: every answer is looked through for them. */
const LIMITERS = [
  limiter('quota', 'quota'),
  limiter('rateLimit', 'rate-limit'),
  limiter('spikeArrest', 'spike-arrest'),
];

function limiter(key: keyof ResamaniaLimits, name: RateLimiter) {
  return { key, name, limit: `x-${name}-limit`, remaining: `x-${name}-remaining`, reset: `x-${name}-reset` };
}

/** Whether an answer reports any limit: quick to say, since every answer is asked. */
export function hasLimits(headers: HeaderBag): boolean {
  return LIMITERS.some(({ limit, remaining }) => (headers[limit] ?? headers[remaining]) !== undefined);
}

/** The limits that an answer reports. `now` is in milliseconds since the epoch. */
export function readLimits(headers: HeaderBag, now: number): ResamaniaLimits {
  const limits: { -readonly [K in keyof ResamaniaLimits]: ResamaniaLimit } = {};
  for (const { key, ...names } of LIMITERS) {
    const limit = numberOf(headers[names.limit]);
    const remaining = numberOf(headers[names.remaining]);
    const resetAt = sane(epochMs(headers[names.reset]), now);
    if (limit === undefined && remaining === undefined && resetAt === undefined) continue;
    limits[key] = {
      ...(limit !== undefined && { limit }),
      ...(remaining !== undefined && { remaining }),
      ...(resetAt !== undefined && { resetAt: new Date(resetAt) }),
    };
  }
  return limits;
}

/**
 * Which limiter fired, and until when. The limiter with nothing remaining fired; spike arrest sends no remaining
 * count, so it is taken when no other has. Resets count by the server's own clock (`Date` header) where it is there, so
 * that a clock that is off on either side does not matter.
 */
export function readRateLimit(headers: HeaderBag, now: number): RateLimitVerdict {
  const limits = readLimits(headers, now);
  const fired =
    LIMITERS.find(({ key }) => limits[key]?.remaining === 0) ??
    LIMITERS.find(({ key }) => key === 'spikeArrest' && limits[key]?.limit !== undefined);
  const resetAt = fired && limits[fired.key]?.resetAt?.getTime();
  return {
    limiter: fired?.name ?? 'unknown',
    resetAt: latest(localInstant(resetAt, headers, now), readRetryAfter(headers, now)),
  };
}

/** What is left of a limit and until when, by this machine's clock, in milliseconds since the epoch. */
export interface LocalLimit {
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  readonly resetAt: number | undefined;
}

/** One of the limits that an answer reports, its reset by this machine's clock. */
export function localLimit(
  { limit, remaining, resetAt }: ResamaniaLimit,
  headers: HeaderBag,
  now: number,
): LocalLimit {
  return { limit, remaining, resetAt: localInstant(resetAt?.getTime(), headers, now) };
}

/** How far apart spike arrest wants requests, in milliseconds; without a period it counts by the second. */
export function spikeSpacingMs({ spikeArrest }: ResamaniaLimits, headers: HeaderBag): number | undefined {
  const { limit = 0 } = spikeArrest ?? {};
  if (limit <= 0) return undefined;
  const periodMs = numberOf(headers['x-spike-arrest-slice-period']?.replace(/ms$/, '')) ?? 1000;
  return Math.min(Math.max(periodMs / limit, 0), MAX_SPACING_MS);
}

/** How much of a limit is used, from 0 to 1; `undefined` where the answer does not say. */
export function usedShare({ limit, remaining }: ResamaniaLimit): number | undefined {
  if (limit === undefined || remaining === undefined || limit <= 0) return undefined;
  return Math.min(1, Math.max(0, 1 - remaining / limit));
}

/** `Retry-After` in either form as an instant of this machine's clock, in milliseconds since the epoch. */
export function readRetryAfter(headers: HeaderBag, now: number): number | undefined {
  const text = headers['retry-after']?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d+$/.test(text)) return sane(now + Number(text) * 1000, now);
  return localInstant(Date.parse(text), headers, now);
}

/** A reset in milliseconds since the epoch, given in those or in seconds; `undefined` for none, `-1` and nonsense. */
function epochMs(text: string | undefined): number | undefined {
  const value = Number(text ?? Number.NaN);
  if (!Number.isFinite(value) || value <= 0) return undefined;
  return value < SECONDS_BELOW ? value * 1000 : value;
}

/** An instant that a server told: none if no date can hold it, and no further ahead than any limit reaches. */
export function sane(instant: number | undefined, now: number): number | undefined {
  if (instant === undefined || !(Math.abs(instant) <= MAX_DATE_MS)) return undefined;
  return Math.min(instant, now + MAX_AHEAD_MS);
}

function numberOf(text: string | undefined): number | undefined {
  const value = Number(text);
  return text === undefined || text.trim() === '' || !Number.isFinite(value) ? undefined : value;
}

/** An instant of the server's clock by this machine's, where the answer says what time it is there. */
function localInstant(
  serverInstant: number | undefined,
  headers: HeaderBag,
  now: number,
): number | undefined {
  if (serverInstant === undefined) return undefined;
  const serverNow = Date.parse(headers['date'] ?? '');
  return sane(Number.isNaN(serverNow) ? serverInstant : now + (serverInstant - serverNow), now);
}

function latest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}
