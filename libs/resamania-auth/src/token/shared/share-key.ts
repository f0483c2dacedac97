import { createHmac, hash, randomBytes } from 'node:crypto';

import { principalKey } from '../request/principal.js';
import type { Credentials, TokenGrant } from '../request/token-grant.js';

/**
 * The name under which replicas share a token: equal for two requests only if both send the same. Keyed with the client
 * secret, so that nobody can tell from a name whose it is, not even by trying e-mail addresses.
 */
export function shareKey({ tenant, principal }: TokenGrant, { clientSecret, apiKey }: Credentials): string {
  const parts = [
    tenant.identity,
    principal === undefined ? 'tenant' : principalKey(principal),
    tenant.apiKeyHeader,
    apiKey === undefined ? '' : hash('sha256', apiKey, 'base64url'),
  ];
  return createHmac('sha256', clientSecret).update(JSON.stringify(parts)).digest('base64url');
}

/** The name under which replicas share the pauses of a gateway. Keyed with the gateway key, as its limits are. */
export function pauseKey(host: string, apiKey: string | undefined): string {
  return createHmac('sha256', apiKey ?? '')
    .update(`pauses of ${host}`)
    .digest('base64url');
}

/** Tells a claim or an entry from all others. */
export function randomId(): string {
  return randomBytes(16).toString('base64url');
}
