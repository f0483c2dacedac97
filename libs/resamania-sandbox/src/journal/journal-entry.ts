/** Which half of the sandbox a request was for. */
export type Surface = 'token' | 'api';

/** On whose behalf a token speaks: the application, one club, or one contact. */
export type PrincipalKind = 'client' | 'club' | 'contact';

/**
 * How a request ended.
 *
 * - `pending`: no complete answer yet; `aborted`: the connection closed before anything was decided
 * - `issued`, `oauth-error`: what the token endpoint decided
 * - `ok`, `unauthorized`, `forbidden`, `not-found`, `bad-request`, `error`: what the API decided
 * - `gateway-unauthorized`, `wrong-prefix`, `rate-limited`: refused in front of both
 * - `fault`: a scripted fault answered instead
 */
export type JournalOutcome =
  | 'pending'
  | 'aborted'
  | 'issued'
  | 'oauth-error'
  | 'ok'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'bad-request'
  | 'error'
  | 'gateway-unauthorized'
  | 'wrong-prefix'
  | 'rate-limited'
  | 'fault';

/** What the journal keeps of one request. It holds no bearer, no gateway key, no secret and no query string. */
export interface JournalEntry {
  /** 1 for the first request since the start, then counting up. */
  readonly id: number;
  /** Arrival, in epoch milliseconds of the sandbox's clock. */
  readonly at: number;
  /** Token endpoint or API. */
  readonly surface: Surface;
  /** The chain named in the path; absent when the path names none. */
  readonly clientToken?: string;
  /** HTTP method. */
  readonly method: string;
  /** Path as the client sent it, environment prefix included, query left out. */
  readonly path: string;
  /** Status sent; absent while there is no answer, and for a fault that never gives one. */
  readonly status?: number;
  /** The `grant_type` sent (token requests). */
  readonly grantType?: string;
  /** Whose token was asked for (token requests) or presented (API requests). */
  readonly principalKind?: PrincipalKind;
  /** Number of the token issued (token requests) or presented (API requests), counted from 1 over all chains. */
  readonly tokenSerial?: number;
  /** How it ended. */
  readonly outcome: JournalOutcome;
  /** The OAuth error code, when `outcome` is `oauth-error`. */
  readonly error?: string;
  /** Name of the scripted fault that took part, also of one that let the normal answer follow. */
  readonly fault?: string;
  /** Whether credentials (token requests) or key and bearer (API requests) were checked and accepted. */
  readonly authorized: boolean;
  /** Lower-case names of the authentication and context headers that were present. */
  readonly authHeaders: readonly string[];
  /** Value of `x-user-club-id`, when sent. */
  readonly clubId?: string;
  /** Value of `x-user-network-node-id`, when sent. */
  readonly networkNodeId?: string;
}

/** A journal entry while its request is under way. */
export type JournalDraft = { -readonly [K in keyof JournalEntry]: JournalEntry[K] };
