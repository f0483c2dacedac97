/** The gateway's three limiters, and `unknown` where a 429 does not say which one fired. */
export type RateLimiter = 'quota' | 'rate-limit' | 'spike-arrest' | 'unknown';

/** What a 429 says. */
export interface RateLimitVerdict {
  readonly limiter: RateLimiter;
  /** When the limit resets, in milliseconds since this machine's epoch; `undefined` where the answer does not say. */
  readonly resetAt: number | undefined;
}

/** One limit of the gateway, as an answer's headers tell it. */
export interface ResamaniaLimit {
  /** How many requests are allowed. */
  readonly limit?: number;
  /** How many are left. */
  readonly remaining?: number;
  /** When it starts over, by the server's clock. */
  readonly resetAt?: Date;
}

/** The limits that an answer tells; each is absent where it does not. */
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

/** Below this, a reset is in seconds: as milliseconds it would lie before March 1973. */
const SECONDS_BELOW = 100_000_000_000;

const LIMITERS: readonly { limiter: RateLimiter; prefix: string }[] = [
  { limiter: 'quota', prefix: 'x-quota' },
  { limiter: 'rate-limit', prefix: 'x-rate-limit' },
  { limiter: 'spike-arrest', prefix: 'x-spike-arrest' },
];

/** Whether an answer tells any limit: quick to say, since every answer is asked. */
export function hasLimits(headers: HeaderBag): boolean {
  return (
    headers['x-quota-remaining'] !== undefined ||
    headers['x-quota-limit'] !== undefined ||
    headers['x-rate-limit-remaining'] !== undefined ||
    headers['x-rate-limit-limit'] !== undefined ||
    headers['x-spike-arrest-limit'] !== undefined
  );
}

/** How much of a limit is used, from 0 to 1; `undefined` where the answer does not say. */
export function usedShare({ limit, remaining }: ResamaniaLimit): number | undefined {
  if (limit === undefined || remaining === undefined || limit <= 0) return undefined;
  return Math.min(1, Math.max(0, 1 - remaining / limit));
}

/** The limits that an answer tells. */
export function readLimits(headers: HeaderBag): ResamaniaLimits {
  return {
    ...limitIn('quota', headers, 'x-quota'),
    ...limitIn('rateLimit', headers, 'x-rate-limit'),
    ...limitIn('spikeArrest', headers, 'x-spike-arrest'),
  };
}

function limitIn<K extends keyof ResamaniaLimits>(
  key: K,
  headers: HeaderBag,
  prefix: string,
): ResamaniaLimits {
  const [max, remaining] = ['limit', 'remaining'].map((part) => numberOf(headers[`${prefix}-${part}`]));
  const reset = epochMs(headers[`${prefix}-reset`]);
  if (max === undefined && remaining === undefined && reset === undefined) return {};
  const told: ResamaniaLimit = {
    ...(max !== undefined && { limit: max }),
    ...(remaining !== undefined && { remaining }),
    ...(reset !== undefined && { resetAt: new Date(reset) }),
  };
  return { [key]: told };
}

function numberOf(text: string | undefined): number | undefined {
  const value = Number(text ?? '');
  return text === undefined || text.trim() === '' || !Number.isFinite(value) ? undefined : value;
}

/**
 * Which limiter fired, and until when. The limiter with nothing remaining fired; spike arrest sends no remaining
 * count, so it is taken when its headers are all there is. Resets count by the server's own clock (`Date` header)
 * where it is there, so that a clock that is off on either side does not matter.
 */
export function readRateLimit(headers: HeaderBag, now: number): RateLimitVerdict {
  const fired =
    LIMITERS.find(({ prefix }) => headers[`${prefix}-remaining`]?.trim() === '0') ??
    LIMITERS.find(({ limiter, prefix }) => limiter === 'spike-arrest' && `${prefix}-limit` in headers);
  const resetAt = fired && localInstant(epochMs(headers[`${fired.prefix}-reset`]), headers, now);
  const retryAt = readRetryAfter(headers, now);
  return {
    limiter: fired?.limiter ?? 'unknown',
    resetAt: latest(resetAt, retryAt),
  };
}

/** `Retry-After` in either form as an instant of this machine's clock, in milliseconds since the epoch. */
export function readRetryAfter(headers: HeaderBag, now: number): number | undefined {
  const text = headers['retry-after']?.trim();
  if (text === undefined || text === '') return undefined;
  if (/^\d+$/.test(text)) return now + Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : localInstant(date, headers, now);
}

/** A reset in milliseconds since the epoch, given in those or in seconds; `undefined` for none, `-1` and nonsense. */
export function epochMs(text: string | undefined): number | undefined {
  const value = Number(text ?? Number.NaN);
  if (!Number.isFinite(value) || value <= 0) return undefined;
  return value < SECONDS_BELOW ? value * 1000 : value;
}

function localInstant(
  serverInstant: number | undefined,
  headers: HeaderBag,
  now: number,
): number | undefined {
  if (serverInstant === undefined) return undefined;
  const serverNow = Date.parse(headers['date'] ?? '');
  return Number.isNaN(serverNow) ? serverInstant : now + (serverInstant - serverNow);
}

function latest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.max(a, b);
}
