import { connectionFault } from '../../gateway/connection-faults.js';
import { jsonObject } from '../../gateway/json.js';
import { readRateLimit, readRetryAfter } from '../../gateway/limits.js';
import type { ResamaniaPrincipal } from './principal.js';
import { type FailureName, SEE_DOCTOR, type TokenFailure, tokenFailure } from './token-failure.js';
import type { HttpAnswer, TransportFault } from './http-token-transport.js';

/** A spike arrest that ends this soon is waited out within the flight, in milliseconds. */
const SPIKE_WAITED_OUT_MS = 2000;

/** OAuth errors that are about the client or its credentials; all others are about the request. */
const CREDENTIALS_ERRORS = new Set([
  'invalid_client',
  'unauthorized_client',
  'invalid_grant',
  'access_denied',
]);

/**
 * Judges an answer that is no token: any status but 2xx.
 * @param principal - On whose behalf the token was asked for.
 */
export function classifyAnswer(
  answer: HttpAnswer,
  now: number,
  principal?: ResamaniaPrincipal,
): TokenFailure {
  const { status, headers, body } = answer;
  const error = oauthErrorOf(body);
  if (status === 429) return limited(answer, now);
  if (error !== undefined && status < 500) {
    return tokenFailure(refusal(error, principal), { status, detail: error });
  }
  if (status === 401 || status === 403) return tokenFailure('gatewayRefused', { status });
  if (status === 407) return tokenFailure('proxyRefused', { status });
  if (status === 404 || status === 405) return tokenFailure('notFound', { status });
  if (status >= 300 && status < 400) return tokenFailure('redirected', { status });
  if (status < 500 && status !== 408) return tokenFailure('notAnOAuthAnswer', { status });
  const named = readRetryAfter(headers, now);
  // An instant that is not ahead asks for no wait.
  const resetAt = named !== undefined && named > now ? named : undefined;
  return tokenFailure('unavailable', { status, resetAt, retryNow: resetAt === undefined });
}

/** With one of the two extension grants `invalid_grant` means that there is no such contact or club. */
function refusal(error: string, principal: ResamaniaPrincipal | undefined): FailureName {
  if (error === 'invalid_grant' && principal !== undefined) return 'principalUnknown';
  return CREDENTIALS_ERRORS.has(error) ? 'credentialsRefused' : 'requestRefused';
}

/** Judges a request that got no answer from a host. */
export function classifyFault({ reason, detail }: TransportFault, host: string): TokenFailure {
  switch (reason) {
    case 'timeout':
      return tokenFailure('timeout');
    case 'oversized':
      return tokenFailure('broken', { status: 200, detail: 'is larger than 64 KiB' });
    case 'cut off':
      return tokenFailure('broken', { status: 200, detail: 'breaks off before its end' });
    case 'network': {
      const fault = connectionFault(detail, host);
      if (fault === undefined)
        return tokenFailure('network', { detail: detail === undefined ? '' : ` (${detail})` });
      return tokenFailure('network', { what: fault.what, remedy: fault.remedy + SEE_DOCTOR });
    }
  }
}

function limited({ headers }: HttpAnswer, now: number): TokenFailure {
  const { limiter, resetAt } = readRateLimit(headers, now);
  const retryNow = limiter === 'spike-arrest' && (resetAt ?? now) - now <= SPIKE_WAITED_OUT_MS;
  return tokenFailure(limiter, { status: 429, resetAt, retryNow });
}

/**
 * The OAuth error code of a body. A gateway's own JSON holds `http_status_code` and is none. Only a code of the
 * usual shape is printed, so that nothing that the server echoes gets into a message.
 */
function oauthErrorOf(body: string): string | undefined {
  const json = jsonObject(body);
  if (json === undefined || 'http_status_code' in json) return undefined;
  const { error } = json as { error?: unknown };
  if (typeof error !== 'string' || error === '') return undefined;
  return /^[a-z_]{1,40}$/.test(error) ? error : 'an unusual error code';
}
