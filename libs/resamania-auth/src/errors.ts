/**
 * Every code that an error of this library can carry. Codes are stable: match on them, never on messages.
 *
 * - `invalid_options`: options, a registered tenant or the environment are invalid; the message lists every problem.
 * - `unknown_tenant`, `no_default_tenant`, `duplicate_tenant`, `tenant_removed`: the tenant named is not there (any more).
 * - `tenant_missing`: a call, `run()` or `forTenant()` was given `undefined`, `null` or an empty string as the tenant.
 * - `tenant_conflict`: two places name different tenants for one request.
 * - `tenant_load_failed`: the `tenantProvider` threw.
 * - `credentials_unavailable`: a secret function threw or returned something that is no secret.
 * - `credentials_rejected`: the token endpoint refused client_id, client_secret or what they may do.
 * - `request_rejected`: the token endpoint refused the shape of the request: grant, scope, parameters.
 * - `unknown_principal`: the token endpoint does not know the contact or the club that a token was asked for.
 * - `gateway_refused`: the gateway in front of the API refused the API key.
 * - `wrong_url`: nothing answers at the token URL, or it redirects.
 * - `rate_limited`, `quota_exhausted`: too many requests; `retryAt` says when it makes sense again, where the answer told.
 * - `network_error`, `timeout`, `service_unavailable`: the token endpoint could not be reached or is failing.
 * - `broken_answer`: the token endpoint answered something that is no token, or a page of a collection is none.
 * - `shutting_down`: the application is closing.
 * - `url_not_allowed`: an API call leaves the tenant's base URL, or https.
 * - `invalid_request`: an API call's `resamania` settings are invalid.
 */
export type ResamaniaErrorCode =
  | 'invalid_options'
  | 'unknown_tenant'
  | 'no_default_tenant'
  | 'duplicate_tenant'
  | 'tenant_removed'
  | 'tenant_missing'
  | 'tenant_conflict'
  | 'tenant_load_failed'
  | 'credentials_unavailable'
  | 'credentials_rejected'
  | 'request_rejected'
  | 'unknown_principal'
  | 'gateway_refused'
  | 'wrong_url'
  | 'rate_limited'
  | 'quota_exhausted'
  | 'network_error'
  | 'timeout'
  | 'service_unavailable'
  | 'broken_answer'
  | 'shutting_down'
  | 'url_not_allowed'
  | 'invalid_request';

/** What an error of this library tells beside its message. */
export interface ResamaniaErrorDetails {
  /** What went wrong, as a stable word. */
  code: ResamaniaErrorCode;
  /** The tenant concerned, by name. */
  tenant?: string | undefined;
  /** HTTP status of the answer that caused the error, where there was one. */
  status?: number | undefined;
  /** When the other side says that another try makes sense. */
  retryAt?: Date | undefined;
  /** When the library asks again, at the earliest. */
  nextAttemptAt?: Date | undefined;
  /** What to do about it: one sentence for the person who reads the log. */
  remedy?: string | undefined;
}

/**
 * The base of every error of this library. Holds no secret, no token and no request: it is safe to log.
 * `cause` is set only where a function of the application itself failed.
 */
export class ResamaniaAuthError extends Error {
  /** What went wrong, as a stable word. */
  readonly code: ResamaniaErrorCode;
  /** The tenant concerned, by name. */
  declare readonly tenant?: string;
  /** HTTP status of the answer that caused the error, where there was one. */
  declare readonly status?: number;
  /** When the other side says that another try makes sense: a limit's reset, a `Retry-After`. Absent where it did not. */
  declare readonly retryAt?: Date;
  /** When the library asks again, at the earliest; calls before that fail at once with this error. */
  declare readonly nextAttemptAt?: Date;
  /** What to do about it. It is also the end of the message. */
  declare readonly remedy?: string;

  constructor(what: string, details: ResamaniaErrorDetails, options?: ErrorOptions) {
    const { code, tenant, status, retryAt, nextAttemptAt, remedy } = details;
    const name = tenant === undefined ? undefined : printableName(tenant);
    const subject = name === undefined ? what : `Tenant "${name}": ${what}`;
    super(remedy === undefined ? subject : `${subject} ${remedy}`, options);
    this.name = new.target.name;
    this.code = code;
    Object.assign(this, definedOnly({ tenant: name, status, retryAt, nextAttemptAt, remedy }));
  }
}

/** Options, a tenant's config or the environment are invalid (`invalid_options`). Its message lists every problem. */
export class ResamaniaConfigError extends ResamaniaAuthError {
  /** One line per problem: where it is, and what is expected there. */
  readonly problems: readonly string[];

  constructor(where: string, problems: readonly string[], tenant?: string) {
    const list = problems.map((problem) => `\n  - ${problem}`).join('');
    super(`${where}: ${problems.length === 1 ? 'one problem' : `${problems.length} problems`}${list}`, {
      code: 'invalid_options',
      tenant,
    });
    this.problems = problems;
  }
}

/**
 * The tenant asked for cannot be used: unknown, removed, missing, registered twice, or none named and no
 * default.
 */
export class ResamaniaTenantError extends ResamaniaAuthError {}

/** No access token could be obtained. `nextAttemptAt` is set while the tenant is in its waiting period. */
export class ResamaniaTokenError extends ResamaniaAuthError {}

/**
 * A function given as `clientSecret` or `apiKey` did not return a secret (`credentials_unavailable`). Of what it threw only
 * the system code (`ENOENT`) or the HTTP status is kept, as the `cause`'s `code` or `status`: the rest may hold the very
 * secret, or the request that fetched it.
 */
export class ResamaniaSecretError extends ResamaniaTokenError {
  readonly #what: string;

  /**
   * @param field - The option that holds the function.
   * @param flaw - What the function did instead, as the end of a sentence.
   * @param thrown - What it threw.
   */
  constructor(tenant: string, field: string, flaw: string, thrown?: unknown) {
    const cause = traceOf(thrown);
    const what = `the function given as ${field} ${flaw}${cause === undefined ? '' : ` (${cause.message})`}.`;
    const remedy = `Check ${cause === undefined ? 'what the function returns: the bare value' : 'what the function reads'}.`;
    super(what, { code: 'credentials_unavailable', tenant, remedy }, cause && { cause });
    this.#what = what;
  }

  /** The message without the tenant and the remedy. */
  get what(): string {
    return this.#what;
  }
}

/** An API call was stopped before it left: wrong URL, wrong settings. */
export class ResamaniaRequestError extends ResamaniaAuthError {}

function definedOnly<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Where the vendor says how the service is doing. */
export const STATUS_PAGE = 'https://resamania.statuspage.io/';

/**
 * The code of a system, OpenSSL or axios error, such as `ECONNREFUSED`. Only what has the shape of one: other texts, the
 * error's message above all, may hold a secret.
 */
export function systemCodeOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? code : undefined;
}

/** Whether axios says with this code that a request took too long. */
export function isTimeoutCode(code: string): boolean {
  return code === 'ECONNABORTED' || code === 'ETIMEDOUT';
}

/** An error of our own that has what may be told of another one: a system code, or the HTTP status of an answer. */
function traceOf(error: unknown): Error | undefined {
  const code = systemCodeOf(error);
  if (code !== undefined) return Object.assign(new Error(code), { code });
  const { status, statusCode, response, $metadata } = (error ?? {}) as Readonly<Record<string, unknown>>;
  const nested = [response, $metadata].map(
    (part) => (part ?? {}) as { status?: unknown; httpStatusCode?: unknown },
  );
  const found = [status, statusCode, ...nested.flatMap((part) => [part.status, part.httpStatusCode])];
  const http = found.find((value) => Number.isInteger(value) && Number(value) >= 100 && Number(value) <= 599);
  return http === undefined ? undefined : Object.assign(new Error(`HTTP ${String(http)}`), { status: http });
}

/** No tenant's own name is longer. */
const MAX_NAME_LENGTH = 200;

/** A name that came from outside, as a message may hold it: on one line, and not for ever. */
export function printableName(name: unknown): string {
  const text = String(name);
  const start = text.length > MAX_NAME_LENGTH ? `${text.slice(0, MAX_NAME_LENGTH)}…` : text;
  return start.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}
