import { type ResamaniaErrorCode, ResamaniaTokenError, STATUS_PAGE } from '../../errors.js';
import { jsonObject } from '../../gateway/json.js';
import { type HeaderBag, type RateLimiter, readRateLimit, readRetryAfter } from '../../gateway/limits.js';

/**
 * How a failure is waited out.
 *
 * - `transient`: it may pass by itself; short waits that grow.
 * - `limited`: the server says when to come back.
 * - `rejected`: somebody has to change something; long waits.
 */
export type FailureKind = 'transient' | 'limited' | 'rejected';

/** A failed token request, classified once. Holds nothing of the request. */
export interface TokenFailure {
  readonly code: ResamaniaErrorCode;
  readonly kind: FailureKind;
  /** What happened, as the start of a sentence about the tenant. */
  readonly what: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Whether to try again within the same flight, after a moment. */
  readonly retryNow: boolean;
  readonly status?: number;
  /** When the server says that it makes sense again, in milliseconds since the epoch. */
  readonly resetAt?: number;
  /** True for an OAuth error: the credentials or the request itself were judged, not the way to the server. */
  readonly oauthError?: boolean;
}

/** An answer of the token endpoint, whatever it is. Header names are in lower case. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: HeaderBag;
  readonly body: string;
}

/** Why no answer came. `detail` is a system error code such as `ECONNREFUSED`, never a message. */
export interface TransportFault {
  readonly reason: 'timeout' | 'network' | 'oversized' | 'cut off';
  readonly detail?: string;
}

/** A failure on its way through promises and observables. */
export class TokenRequestFailed extends Error {
  constructor(readonly failure: TokenFailure) {
    super(failure.what);
  }
}

/** A spike arrest that ends this soon is waited out within the flight, in milliseconds. */
const SPIKE_WAITED_OUT_MS = 2000;
const CREDENTIALS_ERRORS = new Set([
  'invalid_client',
  'unauthorized_client',
  'invalid_grant',
  'access_denied',
]);

/** Judges an answer that is no token: any status but 2xx. */
export function classifyAnswer(answer: HttpAnswer, now: number): TokenFailure {
  const { status } = answer;
  const error = oauthErrorOf(answer.body);
  if (status === 429) return rateLimited(answer.headers, now);
  if (error !== undefined && status < 500) return oauthRefusal(error, status);
  if (status === 401 || status === 403) return gatewayRefusal(status);
  if (status === 404 || status === 405) return nothingThere(status);
  if (status >= 300 && status < 400) return redirected(status);
  if (status >= 500 || status === 408) return unavailable(answer, now);
  return {
    code: 'request_rejected',
    kind: 'rejected',
    what: `the token endpoint answered HTTP ${status} without an OAuth error.`,
    remedy: 'Check `apiBaseUrl` and `tokenPath`: this may not be the token endpoint.',
    retryNow: false,
    status,
  };
}

/** Judges a request that got no answer. */
export function classifyFault({ reason, detail }: TransportFault): TokenFailure {
  if (reason === 'oversized') return brokenAnswer('is larger than 64 KiB', 200);
  if (reason === 'cut off') return brokenAnswer('breaks off before its end', 200);
  const known = detail === undefined ? '' : ` (${detail})`;
  return reason === 'timeout'
    ? {
        code: 'timeout',
        kind: 'transient',
        what: 'the token endpoint did not answer in time.',
        remedy: `Check the network and ${STATUS_PAGE}, or raise \`tokenRequest.timeoutMs\`.`,
        retryNow: true,
      }
    : {
        code: 'network_error',
        kind: 'transient',
        what: `the token endpoint could not be reached${known}.`,
        remedy: `Check \`apiBaseUrl\`, name resolution, proxy and firewall, and ${STATUS_PAGE}.`,
        retryNow: true,
      };
}

/** A 2xx answer that holds no usable token. `flaw` completes "the answer …". */
export function brokenAnswer(flaw: string, status: number): TokenFailure {
  return {
    code: 'broken_answer',
    kind: 'transient',
    what: `the token endpoint's answer ${flaw}.`,
    remedy: `Check that \`apiBaseUrl\` leads to the API and not to a proxy or a maintenance page; see ${STATUS_PAGE}.`,
    retryNow: true,
    status,
  };
}

/** A secret function failed. `flaw` completes "the function given as clientSecret …". */
export function secretUnavailable(field: string, flaw: string): TokenFailure {
  return {
    code: 'credentials_unavailable',
    kind: 'transient',
    what: `the function given as ${field} ${flaw}.`,
    remedy: `Check where ${field} is read from; the function must return the bare value.`,
    retryNow: false,
  };
}

/** The whole flight took too long, its attempts and pauses included. */
export function deadlineExceeded(deadlineMs: number): TokenFailure {
  return {
    code: 'timeout',
    kind: 'transient',
    what: `no token within ${deadlineMs} ms, all attempts included.`,
    remedy: `Check the network and ${STATUS_PAGE}, or raise \`tokenRequest.deadlineMs\`.`,
    retryNow: false,
  };
}

/** Something failed that this library does not know. What it is stays inside: it may hold the request. */
export function unexpectedFailure(): TokenFailure {
  return {
    code: 'network_error',
    kind: 'transient',
    what: 'the token request failed in an unexpected way.',
    remedy: 'Please report it to the authors of nestjs-resamania-auth, with how it came about.',
    retryNow: false,
  };
}

/** Makes the error that a caller sees. A new one for each caller, so that its stack is the caller's. */
export function toTokenError(failure: TokenFailure, tenant: string, retryAt?: number): ResamaniaTokenError {
  return new ResamaniaTokenError(failure.what, {
    code: failure.code,
    tenant,
    status: failure.status,
    retryAt: retryAt === undefined ? undefined : new Date(retryAt),
    remedy: failure.remedy,
  });
}

function rateLimited(headers: HeaderBag, now: number): TokenFailure {
  const { limiter, resetAt } = readRateLimit(headers, now);
  const quota = limiter === 'quota';
  const passesSoon = limiter === 'spike-arrest' && (resetAt ?? now) - now <= SPIKE_WAITED_OUT_MS;
  return {
    code: quota ? 'quota_exhausted' : 'rate_limited',
    kind: 'limited',
    what: LIMIT_TEXT[limiter],
    remedy: quota
      ? 'Ask for fewer calls or a larger quota; the tenant recovers by itself at the reset.'
      : 'The tenant recovers by itself; ask less often if this recurs.',
    retryNow: passesSoon,
    status: 429,
    ...(resetAt === undefined ? {} : { resetAt }),
  };
}

const LIMIT_TEXT: Readonly<Record<RateLimiter, string>> = {
  quota: 'the daily quota of the API key is used up.',
  'rate-limit': 'the rate limit of the API key is reached.',
  'spike-arrest': 'the spike arrest of the gateway refused a burst of requests.',
  unknown: 'the gateway answered that there were too many requests.',
};

function oauthRefusal(error: string, status: number): TokenFailure {
  const credentials = CREDENTIALS_ERRORS.has(error);
  return {
    code: credentials ? 'credentials_rejected' : 'request_rejected',
    kind: 'rejected',
    what: `the token endpoint refused the request (${error}).`,
    remedy: credentials
      ? 'Check `clientId` and `clientSecret`, and that they belong to this `clientToken`.'
      : 'Check `scope`, `params` and `tokenPath`, and that the grant is enabled for this client.',
    retryNow: false,
    status,
    oauthError: true,
  };
}

function gatewayRefusal(status: number): TokenFailure {
  return {
    code: 'gateway_refused',
    kind: 'rejected',
    what: `the gateway refused the API key (HTTP ${status}).`,
    remedy: 'Check `apiKey`: missing, wrong or revoked, or without a subscription for this API.',
    retryNow: false,
    status,
  };
}

function nothingThere(status: number): TokenFailure {
  return {
    code: 'wrong_url',
    kind: 'rejected',
    what: `there is no token endpoint at this URL (HTTP ${status}).`,
    remedy: 'Check `apiBaseUrl` with its environment prefix, `clientToken` and `tokenPath`.',
    retryNow: false,
    status,
  };
}

function redirected(status: number): TokenFailure {
  return {
    code: 'wrong_url',
    kind: 'rejected',
    what: `the token endpoint redirects (HTTP ${status}); credentials follow no redirect.`,
    remedy: 'Set `apiBaseUrl` to the final address, with https.',
    retryNow: false,
    status,
  };
}

function unavailable({ status, headers }: HttpAnswer, now: number): TokenFailure {
  const resetAt = readRetryAfter(headers, now);
  return {
    code: 'service_unavailable',
    kind: 'transient',
    what: `the token endpoint is failing (HTTP ${status}).`,
    remedy: `See ${STATUS_PAGE}; the tenant recovers by itself.`,
    retryNow: resetAt === undefined,
    status,
    ...(resetAt === undefined ? {} : { resetAt }),
  };
}

/**
 * The OAuth error code of a body. A gateway's own JSON holds `http_status_code` and is none. Only a code of the
 * usual shape is printed, so that nothing that the server echoes gets into a message.
 */
function oauthErrorOf(body: string): string | undefined {
  const json = jsonObject(body);
  if (json === undefined || 'http_status_code' in json) return undefined;
  const error = json['error'];
  if (typeof error !== 'string' || error === '') return undefined;
  return /^[a-z_]{1,40}$/.test(error) ? error : 'an unusual error code';
}
