import { NEVER } from 'rxjs';

import { AccessToken } from '../token/cache/access-token.js';
import type { ResamaniaTokenService } from '../token/resamania-token.service.js';

const HOUR_MS = 3_600_000;

/** A token service that hands out one token for all, and asks nobody. */
export function fixedTokens(value: string): Pick<ResamaniaTokenService, keyof ResamaniaTokenService> {
  const issuedAt = Date.now();
  const token = new AccessToken({ value, scope: undefined, issuedAt, expiresAt: issuedAt + HOUR_MS });
  return {
    getAccessToken: async () => value,
    getToken: async () => token,
    peek: () => token,
    renew: async () => token,
    invalidate: async () => undefined,
    status: () => [],
    sharedStatus: () => ({ state: 'off' }),
    events$: NEVER,
  };
}
