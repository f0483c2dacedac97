import type { Random } from '../clock.js';
import type { FailureKind, TokenFailure } from './token-failure.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** The shortest share of a wait that jitter may leave: it keeps a run of bad draws from becoming a hot loop. */
const LEAST_SHARE = 0.1;
/** The shortest wait for a reset that is near or past, or for a token that has little time left, in milliseconds. */
const MIN_WAIT_MS = 100;

const GROWTH: Readonly<Record<FailureKind, { readonly firstMs: number; readonly maxMs: number }>> = {
  transient: { firstMs: SECOND, maxMs: MINUTE },
  limited: { firstMs: SECOND, maxMs: MINUTE },
  rejected: { firstMs: MINUTE, maxMs: 15 * MINUTE },
};

/**
 * How long a tenant waits after its `count`-th failure in a row, in milliseconds:
 * transient 1 s doubling to 60 s with full jitter, and while an old token serves no more than half of what it has left,
 * so that a service that comes back is found before anybody misses it; rejected 60 s doubling to 15 min; limited until
 * the advertised reset, and never more than an hour, after which one request finds out.
 * @param leftMs - For how long the old token still serves; 0 where there is none.
 */
export function waitMs(
  failure: TokenFailure,
  count: number,
  now: number,
  random: Random,
  leftMs: number,
): number {
  const advertised = failure.resetAt === undefined ? 0 : Math.min(failure.resetAt - now, HOUR);
  const { firstMs, maxMs } = GROWTH[failure.kind];
  const grown = Math.min(firstMs * 2 ** Math.min(count - 1, 30), maxMs);
  if (failure.kind === 'transient') {
    const most = leftMs > 0 ? Math.min(grown, leftMs / 2) : grown;
    return Math.max(advertised, MIN_WAIT_MS, most * Math.max(LEAST_SHARE, random()));
  }
  if (failure.kind === 'limited' && advertised > 0) return Math.max(MIN_WAIT_MS, advertised);
  return grown;
}

/** The pause before another attempt within the same flight, in milliseconds: 100 ms doubling, with full jitter. */
export function pauseMs(attempt: number, random: Random): number {
  return Math.max(20, 100 * 2 ** (attempt - 1) * random());
}
