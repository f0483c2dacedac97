import { hash } from 'node:crypto';

import type { Clock } from '../../clock.js';
import { ResamaniaSecretError } from '../../errors.js';
import type { Tenant } from '../../tenants/tenant.js';
import { TimeUp, withTimeLimit } from '../../waiting.js';
import { principalGrant, principalKey, type ResamaniaPrincipal } from './principal.js';
import { secretFailure, TokenRequestFailed } from './token-failure.js';

/** What a token is asked for: a tenant, or one principal of it. */
export interface TokenGrant {
  readonly tenant: Tenant;
  readonly principal: ResamaniaPrincipal | undefined;
}

/** What a token request proves itself with, read just before it leaves. */
export interface Credentials {
  readonly clientSecret: string;
  readonly apiKey: string | undefined;
}

/**
 * Reads what a request of this tenant proves itself with.
 * @throws TokenRequestFailed also where it takes too long
 * @throws the signal's reason
 */
export async function readCredentials(
  tenant: Tenant,
  clock: Clock,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Credentials> {
  const read = async () => {
    const [clientSecret, apiKey] = await Promise.all([tenant.readClientSecret(), tenant.readApiKey()]);
    return { clientSecret, apiKey };
  };
  try {
    return await withTimeLimit(clock, timeoutMs, read, signal);
  } catch (error) {
    const late = new ResamaniaSecretError(tenant.name, 'clientSecret or apiKey', 'did not return in time');
    const failed = error instanceof TimeUp ? late : error;
    throw failed instanceof ResamaniaSecretError ? new TokenRequestFailed(secretFailure(failed)) : failed;
  }
}

/**
 * The key of a grant: equal for two grants only if every answer to one is right for the other. It is a digest, so it
 * gives nothing away.
 */
export function grantKey({ tenant, principal }: TokenGrant): string {
  const parts = [tenant.identity, tenant.secretFingerprint, principal ? principalKey(principal) : 'tenant'];
  return hash('sha256', JSON.stringify(parts), 'base64url');
}

/** The headers of a token request. */
export function grantHeaders({ tenant }: TokenGrant, { apiKey }: Credentials): Record<string, string> {
  return {
    // The gateway's error bodies follow this header; with ld+json alone they would be plain text.
    Accept: 'application/json',
    'Content-Type': 'application/x-www-form-urlencoded',
    ...(apiKey === undefined ? {} : { [tenant.apiKeyHeader]: apiKey }),
  };
}

/** The body of a token request. `refreshToken` is sent as `renewWith` says. */
export function grantForm(
  grant: TokenGrant,
  { clientSecret }: Credentials,
  refreshToken: string | undefined,
): URLSearchParams {
  const { tenant } = grant;
  const form = new URLSearchParams({ ...tenant.params() });
  for (const [field, value] of grantFields(grant, refreshToken)) form.set(field, value);
  form.set('client_id', tenant.clientId);
  form.set('client_secret', clientSecret);
  if (tenant.scope !== undefined) form.set('scope', tenant.scope);
  return form;
}

/** Whether a request with this refresh token uses the refresh token grant. */
export function usesRefreshGrant(
  { tenant }: TokenGrant,
  refreshToken: string | undefined,
): refreshToken is string {
  return refreshToken !== undefined && tenant.renewWith === 'refresh-token';
}

function grantFields(grant: TokenGrant, refreshToken: string | undefined): [field: string, value: string][] {
  const { tenant, principal } = grant;
  if (usesRefreshGrant(grant, refreshToken)) {
    return [
      ['grant_type', 'refresh_token'],
      ['refresh_token', refreshToken],
    ];
  }
  const fields: [string, string][] = principal
    ? principalFields(principal)
    : [['grant_type', 'client_credentials']];
  const isSent = refreshToken !== undefined && tenant.renewWith !== 'credentials';
  return isSent ? [...fields, ['refresh_token', refreshToken]] : fields;
}

function principalFields(principal: ResamaniaPrincipal): [string, string][] {
  const { grantType, field, value } = principalGrant(principal);
  return [
    ['grant_type', grantType],
    [field, value],
  ];
}
