import { type ResamaniaErrorCode, type ResamaniaSecretError, STATUS_PAGE } from '../../errors.js';

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
  readonly status?: number | undefined;
  /** When the server says that it makes sense again, in milliseconds since the epoch. */
  readonly resetAt?: number | undefined;
  /** True for an OAuth error: the credentials or the request itself were judged, not the way to the server. */
  readonly oauthError?: boolean;
  /** What is known of the error of a secret function. */
  readonly cause?: unknown;
}

/** What one occurrence of a failure adds to its row of the table, or says better. `detail` fills `{detail}`. */
export type FailureFacts = Partial<TokenFailure> & { readonly detail?: string };

type Row = Omit<TokenFailure, 'retryNow'> & { readonly retryNow?: boolean };

/** Ends the remedies of what somebody has to change. The doctor leaves it out. */
export const SEE_DOCTOR = ' Run `npx resamania-auth doctor` to see which step fails.';
const RECOVERS = 'The tenant recovers by itself; ask less often if this recurs.';

/** Every failure that there is: one row each. */
const FAILURES = {
  credentialsRefused: refused(
    'credentials_rejected',
    'Check `clientId` and `clientSecret`, and that they belong to this `clientToken`.',
  ),
  requestRefused: refused(
    'request_rejected',
    'Check `scope`, `params` and `tokenPath`, and that the grant is enabled for this client.',
  ),
  /** About this principal alone, who may be there in a moment: no long wait. */
  principalUnknown: {
    code: 'unknown_principal',
    kind: 'transient',
    what: 'the token endpoint does not know the principal ({detail}).',
    remedy: "Check the contact's e-mail address, or the club's IRI. The tenant's own token is not affected.",
    oauthError: true,
  },
  notAnOAuthAnswer: rejected(
    'request_rejected',
    'the token endpoint answered HTTP {status} without an OAuth error.',
    'Check `apiBaseUrl` and `tokenPath`: this may not be the token endpoint.',
  ),
  gatewayRefused: rejected(
    'gateway_refused',
    'the gateway refused the API key (HTTP {status}).',
    'Check `apiKey`: missing, wrong or revoked, or without a subscription for this API.',
  ),
  notFound: rejected(
    'wrong_url',
    'there is no token endpoint at this URL (HTTP {status}).',
    'Check `apiBaseUrl` with its environment prefix, `clientToken` and `tokenPath`.',
  ),
  redirected: rejected(
    'wrong_url',
    'the token endpoint redirects (HTTP {status}); credentials follow no redirect.',
    'Set `apiBaseUrl` to the final address, with https.',
  ),
  proxyRefused: transient(
    'network_error',
    'the proxy asks for credentials (HTTP {status}).',
    `Check user name and password in HTTPS_PROXY, HTTP_PROXY or ALL_PROXY, or add the API's host to NO_PROXY.${SEE_DOCTOR}`,
  ),
  quota: limited(
    'quota_exhausted',
    'the daily quota of the API key is used up.',
    'Make fewer calls, or ask for a larger quota; the tenant recovers by itself at the reset.',
  ),
  'rate-limit': limited('rate_limited', 'the rate limit of the API key is reached.'),
  'spike-arrest': limited('rate_limited', 'the spike arrest of the gateway refused a burst of requests.'),
  unknown: limited('rate_limited', 'the gateway answered that there were too many requests.'),
  unavailable: retried(
    'service_unavailable',
    'the token endpoint is failing (HTTP {status}).',
    `See ${STATUS_PAGE}; the tenant recovers by itself.`,
  ),
  broken: retried(
    'broken_answer',
    "the token endpoint's answer {detail}.",
    `Check that \`apiBaseUrl\` leads to the API and not to a proxy or a maintenance page; see ${STATUS_PAGE}.`,
  ),
  timeout: retried(
    'timeout',
    'the token endpoint did not answer in time.',
    `Check the network and ${STATUS_PAGE}, or raise \`tokenRequest.timeoutMs\`.`,
  ),
  deadline: transient(
    'timeout',
    'no token within {detail} ms, all attempts included.',
    `Check the network and ${STATUS_PAGE}, or raise \`tokenRequest.deadlineMs\`.`,
  ),
  network: retried(
    'network_error',
    'the token endpoint could not be reached{detail}.',
    `Check \`apiBaseUrl\`, name resolution, proxy and firewall, and ${STATUS_PAGE}.${SEE_DOCTOR}`,
  ),
  closing: transient('shutting_down', 'the application is shutting down.', 'No token is requested any more.'),
  /** What it is stays inside: it may hold the request. */
  unexpected: transient(
    'network_error',
    'the token request failed in an unexpected way.',
    'Please report it to the authors of nestjs-resamania-auth, with the steps to reproduce it.',
  ),
} as const satisfies Record<string, Row>;

function rejected(code: ResamaniaErrorCode, what: string, remedy: string): Row {
  return { code, kind: 'rejected', what, remedy: remedy + SEE_DOCTOR };
}

/** Rejected with an OAuth error. */
function refused(code: ResamaniaErrorCode, remedy: string): Row {
  const what = 'the token endpoint refused the request ({detail}).';
  return { ...rejected(code, what, remedy), oauthError: true };
}

function limited(code: ResamaniaErrorCode, what: string, remedy: string = RECOVERS): Row {
  return { code, kind: 'limited', what, remedy };
}

function transient(code: ResamaniaErrorCode, what: string, remedy: string): Row {
  return { code, kind: 'transient', what, remedy };
}

function retried(code: ResamaniaErrorCode, what: string, remedy: string): Row {
  return { ...transient(code, what, remedy), retryNow: true };
}

/** Names a row of the table. The limiters of a 429 have a row each. */
export type FailureName = keyof typeof FAILURES;

/** One occurrence of a failure. */
export function tokenFailure(name: FailureName, { detail = '', ...facts }: FailureFacts = {}): TokenFailure {
  const failure: TokenFailure = { retryNow: false, ...FAILURES[name], ...facts };
  const what = failure.what.replace('{detail}', () => detail).replace('{status}', String(failure.status));
  return { ...failure, what };
}

/** A failure on its way through promises. */
export class TokenRequestFailed extends Error {
  readonly failure: TokenFailure;

  constructor(failure: TokenFailure) {
    super(failure.what);
    this.failure = failure;
  }
}

/** Nobody waits for the token, and it need not come now: the flight ends without a token and without a failure. */
export class TokenPostponed extends Error {
  /** When to try again, in milliseconds since the epoch. */
  readonly until: number;

  constructor(until: number) {
    super('postponed');
    this.until = until;
  }
}

/** The failure of an error. An error that is not ours tells nothing: it may hold the request. */
export function failureOf(error: unknown): TokenFailure {
  return error instanceof TokenRequestFailed ? error.failure : tokenFailure('unexpected');
}

/** A secret function failed: what its error says, to be waited out like the other failures. */
export function secretFailure({ code, what, remedy = '', cause }: ResamaniaSecretError): TokenFailure {
  return { code, kind: 'transient', what, remedy, retryNow: false, cause };
}
