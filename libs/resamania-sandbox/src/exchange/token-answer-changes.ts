/**
 * Members of a granted token's answer to change. One set to `undefined` is left out; any further member is added.
 */
export interface TokenAnswerMembers {
  /** Sent instead of the JWT; the API does not accept it. */
  readonly access_token?: unknown;
  /** Seconds, or whatever a broken server might say. The token itself lives as long as it would have. */
  readonly expires_in?: number | string | null | undefined;
  /** Default `bearer`. */
  readonly token_type?: string | null | undefined;
  /** Default `null`. */
  readonly scope?: string | null | undefined;
  /** Default absent for `client_credentials`, a one-time token for the other grants. */
  readonly refresh_token?: string | null | undefined;
  readonly [member: string]: unknown;
}

/** What to change in the JWT itself. */
export interface JwtChanges {
  /** `exp - iat` in whole seconds; the API refuses the token after that. Default: the sandbox's setting. */
  readonly jwtLifetimeSeconds?: number;
  /** Moves `iat` and `exp` by this many seconds, as a server whose clock is wrong would. Default 0. */
  readonly iatShiftSeconds?: number;
}

/** The two together, as one grant carries them. */
export interface TokenAnswerChanges {
  readonly members: TokenAnswerMembers;
  readonly jwt: JwtChanges;
}
