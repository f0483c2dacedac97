import {
  type ResamaniaErrorCode,
  type ResamaniaSecretError,
  ResamaniaTokenError,
  STATUS_PAGE,
} from '../../errors.js';

/**
 * How long a tenant waits after a failure.
 *
 * - `transient`: it may pass by itself; short waiting periods that grow.
 * - `limited`: the server says when to come back.
 * - `rejected`: somebody has to change something; long waiting periods.
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

/** What one occurrence of a failure adds to its row of the table. */
export interface FailureFacts {
  /** Fills `{detail}`. */
  readonly detail?: string;
  /** Fills `{status}`. */
  readonly status?: number;
  readonly resetAt?: number | undefined;
  readonly retryNow?: boolean;
}

type Row = Omit<TokenFailure, 'status' | 'resetAt' | 'retryNow'> & { readonly retryNow?: boolean };

/** Every failure that there is: one row each. */
const FAILURES = {
  credentialsRefused: {
    code: 'credentials_rejected',
    kind: 'rejected',
    what: 'the token endpoint refused the request ({detail}).',
    remedy: 'Check `clientId` and `clientSecret`, and that they belong to this `clientToken`.',
    oauthError: true,
  },
  requestRefused: {
    code: 'request_rejected',
    kind: 'rejected',
    what: 'the token endpoint refused the request ({detail}).',
    remedy: 'Check `scope`, `params` and `tokenPath`, and that the grant is enabled for this client.',
    oauthError: true,
  },
  notAnOAuthAnswer: {
    code: 'request_rejected',
    kind: 'rejected',
    what: 'the token endpoint answered HTTP {status} without an OAuth error.',
    remedy: 'Check `apiBaseUrl` and `tokenPath`: this may not be the token endpoint.',
  },
  gatewayRefused: {
    code: 'gateway_refused',
    kind: 'rejected',
    what: 'the gateway refused the API key (HTTP {status}).',
    remedy: 'Check `apiKey`: missing, wrong or revoked, or without a subscription for this API.',
  },
  notFound: {
    code: 'wrong_url',
    kind: 'rejected',
    what: 'there is no token endpoint at this URL (HTTP {status}).',
    remedy: 'Check `apiBaseUrl` with its environment prefix, `clientToken` and `tokenPath`.',
  },
  redirected: {
    code: 'wrong_url',
    kind: 'rejected',
    what: 'the token endpoint redirects (HTTP {status}); credentials follow no redirect.',
    remedy: 'Set `apiBaseUrl` to the final address, with https.',
  },
  quota: {
    code: 'quota_exhausted',
    kind: 'limited',
    what: 'the daily quota of the API key is used up.',
    remedy: 'Make fewer calls, or ask for a larger quota; the tenant recovers by itself at the reset.',
  },
  'rate-limit': {
    code: 'rate_limited',
    kind: 'limited',
    what: 'the rate limit of the API key is reached.',
    remedy: 'The tenant recovers by itself; ask less often if this recurs.',
  },
  'spike-arrest': {
    code: 'rate_limited',
    kind: 'limited',
    what: 'the spike arrest of the gateway refused a burst of requests.',
    remedy: 'The tenant recovers by itself; ask less often if this recurs.',
  },
  unknown: {
    code: 'rate_limited',
    kind: 'limited',
    what: 'the gateway answered that there were too many requests.',
    remedy: 'The tenant recovers by itself; ask less often if this recurs.',
  },
  unavailable: {
    code: 'service_unavailable',
    kind: 'transient',
    what: 'the token endpoint is failing (HTTP {status}).',
    remedy: `See ${STATUS_PAGE}; the tenant recovers by itself.`,
    retryNow: true,
  },
  broken: {
    code: 'broken_answer',
    kind: 'transient',
    what: "the token endpoint's answer {detail}.",
    remedy: `Check that \`apiBaseUrl\` leads to the API and not to a proxy or a maintenance page; see ${STATUS_PAGE}.`,
    retryNow: true,
  },
  timeout: {
    code: 'timeout',
    kind: 'transient',
    what: 'the token endpoint did not answer in time.',
    remedy: `Check the network and ${STATUS_PAGE}, or raise \`tokenRequest.timeoutMs\`.`,
    retryNow: true,
  },
  deadline: {
    code: 'timeout',
    kind: 'transient',
    what: 'no token within {detail} ms, all attempts included.',
    remedy: `Check the network and ${STATUS_PAGE}, or raise \`tokenRequest.deadlineMs\`.`,
  },
  network: {
    code: 'network_error',
    kind: 'transient',
    what: 'the token endpoint could not be reached{detail}.',
    remedy: `Check \`apiBaseUrl\`, name resolution, proxy and firewall, and ${STATUS_PAGE}.`,
    retryNow: true,
  },
  /** What it is stays inside: it may hold the request. */
  unexpected: {
    code: 'network_error',
    kind: 'transient',
    what: 'the token request failed in an unexpected way.',
    remedy: 'Please report it to the authors of nestjs-resamania-auth, with the steps to reproduce it.',
  },
} as const satisfies Record<string, Row>;

/** Names a row of the table. The limiters of a 429 have a row each. */
export type FailureName = keyof typeof FAILURES;

/** One occurrence of a failure. */
export function tokenFailure(name: FailureName, facts: FailureFacts = {}): TokenFailure {
  const row: Row = FAILURES[name];
  const { detail = '', status, resetAt, retryNow = row.retryNow ?? false } = facts;
  const what = row.what.replace('{detail}', () => detail).replace('{status}', String(status));
  return {
    ...row,
    what,
    retryNow,
    ...(status !== undefined && { status }),
    ...(resetAt !== undefined && { resetAt }),
  };
}

/** A failure on its way through promises. */
export class TokenRequestFailed extends Error {
  readonly failure: TokenFailure;

  constructor(failure: TokenFailure) {
    super(failure.what);
    this.failure = failure;
  }
}

/** The failure of an error. An error that is not ours tells nothing: it may hold the request. */
export function failureOf(error: unknown): TokenFailure {
  return error instanceof TokenRequestFailed ? error.failure : tokenFailure('unexpected');
}

/** A secret function failed: what its error says, to be waited out like the other failures. */
export function secretFailure({ code, what, remedy = '' }: ResamaniaSecretError): TokenFailure {
  return { code, kind: 'transient', what, remedy, retryNow: false };
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
