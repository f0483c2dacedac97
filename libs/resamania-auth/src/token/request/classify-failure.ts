import { jsonObject } from '../../gateway/json.js';
import { readRateLimit, readRetryAfter } from '../../gateway/limits.js';
import { type TokenFailure, tokenFailure } from './token-failure.js';
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

/** Judges an answer that is no token: any status but 2xx. */
export function classifyAnswer(answer: HttpAnswer, now: number): TokenFailure {
  const { status, headers, body } = answer;
  const error = oauthErrorOf(body);
  if (status === 429) return limited(answer, now);
  if (error !== undefined && status < 500) {
    const name = CREDENTIALS_ERRORS.has(error) ? 'credentialsRefused' : 'requestRefused';
    return tokenFailure(name, { status, detail: error });
  }
  if (status === 401 || status === 403) return tokenFailure('gatewayRefused', { status });
  if (status === 404 || status === 405) return tokenFailure('notFound', { status });
  if (status >= 300 && status < 400) return tokenFailure('redirected', { status });
  if (status < 500 && status !== 408) return tokenFailure('notAnOAuthAnswer', { status });
  const resetAt = readRetryAfter(headers, now);
  return tokenFailure('unavailable', { status, resetAt, retryNow: resetAt === undefined });
}

/** Judges a request that got no answer. */
export function classifyFault({ reason, detail }: TransportFault): TokenFailure {
  switch (reason) {
    case 'timeout':
      return tokenFailure('timeout');
    case 'oversized':
      return tokenFailure('broken', { status: 200, detail: 'is larger than 64 KiB' });
    case 'cut off':
      return tokenFailure('broken', { status: 200, detail: 'breaks off before its end' });
    case 'network':
      return tokenFailure('network', { detail: detail === undefined ? '' : ` (${detail})` });
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
