import { isWithin, NEVER } from '../../clock.js';
import type { AccessToken } from './access-token.js';

/** After a rejected token, a renewal is forced once in this many milliseconds, at most. */
const EVERY_MS = 30_000;
/** A token rejected when younger than this, or than a tenth of its lifetime, stays: a new one would not help. */
const TOO_YOUNG_MS = 10_000;

/** Limits the renewals that rejected tokens force. Instants are milliseconds since the epoch. */
export class ForcedRenewals {
  #lastAt = -NEVER;

  /** Whether the rejection of a token may force a renewal now; if so, the next one has to wait. */
  allow(rejected: AccessToken | undefined, now: number): boolean {
    if (rejected !== undefined && isTooYoung(rejected, now)) return false;
    if (isWithin(EVERY_MS, this.#lastAt, now)) return false;
    this.#lastAt = now;
    return true;
  }
}

function isTooYoung(token: AccessToken, now: number): boolean {
  return token.ageMs(now) < Math.min(TOO_YOUNG_MS, token.lifetimeMs / 10);
}
