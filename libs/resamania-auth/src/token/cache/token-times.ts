import type { Random } from '../../clock.js';
import type { RefreshPolicy, ResolvedLifetimePart } from '../../options/resolved-options.js';

/** When a token's stages end, in milliseconds since the epoch: `issuedAt < dueAt < usableUntil < expiresAt`. */
export interface TokenTimes {
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

/** A part of a lifetime in milliseconds. */
export function partMs(part: ResolvedLifetimePart, lifetimeMs: number): number {
  return Math.min(lifetimeMs * part.share, part.maxMs);
}
