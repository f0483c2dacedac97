import type { Random } from '../../clock.js';
import type { FailureKind, TokenFailure } from '../request/token-failure.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** The shortest share of a wait that jitter may leave: it keeps a run of bad draws from becoming a hot loop. */
const LEAST_SHARE = 0.1;
/** The shortest wait for a reset that is near or past, in milliseconds. */
const MIN_WAIT_MS = 100;
/** The shortest wait, in milliseconds, and the shortest share of it that jitter may leave, while an old token serves. */
const MIN_CUT_MS = 250;
const LEAST_SHARE_OF_CUT = 0.5;

const GROWTH: Readonly<Record<FailureKind, { readonly firstMs: number; readonly maxMs: number }>> = {
  transient: { firstMs: SECOND, maxMs: MINUTE },
  limited: { firstMs: SECOND, maxMs: MINUTE },
  rejected: { firstMs: MINUTE, maxMs: 15 * MINUTE },
};

/** How long to wait after a failure. */
export interface Wait {
  readonly ms: number;
  /** How often the wait has grown by now; one that the old token cuts short does not count. */
  readonly growth: number;
}

/**
 * How long a tenant waits after a failure:
 * transient 1 s doubling to 60 s with full jitter, and while an old token serves no more than half of what it has left,
 * so that a service that comes back is found before anybody misses it; rejected 60 s doubling to 15 min; limited until
 * the advertised reset, and never more than an hour, after which one request finds out.
 * @param grown - How often the wait has grown, by the failures before in a row.
 * @param leftMs - For how long the old token still serves; 0 where there is none.
 */
export function waitAfter(
  failure: TokenFailure,
  grown: number,
  now: number,
  random: Random,
  leftMs: number,
): Wait {
  const advertised = failure.resetAt === undefined ? 0 : Math.min(failure.resetAt - now, HOUR);
  const { firstMs, maxMs } = GROWTH[failure.kind];
  const full = Math.min(firstMs * 2 ** Math.min(grown, 30), maxMs);
  const growth = grown + 1;
  if (failure.kind === 'transient') {
    if (leftMs > 0 && leftMs / 2 < full) {
      const drawn = (leftMs / 2) * Math.max(LEAST_SHARE_OF_CUT, random());
      return { ms: Math.max(advertised, MIN_CUT_MS, drawn), growth: grown };
    }
    return { ms: Math.max(advertised, full * Math.max(LEAST_SHARE, random())), growth };
  }
  if (failure.kind === 'limited' && advertised > 0) return { ms: Math.max(MIN_WAIT_MS, advertised), growth };
  return { ms: full, growth };
}

/** The pause before another attempt within the same flight, in milliseconds: 100 ms doubling, with full jitter. */
export function pauseMs(attempt: number, random: Random): number {
  return Math.max(20, 100 * 2 ** (attempt - 1) * random());
}
