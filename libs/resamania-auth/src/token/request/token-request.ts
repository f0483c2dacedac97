import type { Ticket } from '../limiter/ticket.js';
import type { IssuedToken, TokenAtHand } from './token-answer.js';
import type { Credentials, TokenGrant } from './token-grant.js';

/** One flight's side of a token request. */
export interface ObtainOptions {
  readonly signal: AbortSignal;
  readonly ticket: Ticket;
  /** Called when the limiter lets a request go. */
  readonly admitted: () => void;
  /** The refresh token to spend. It goes out with the first request only: it is good for one use. */
  readonly refreshToken: string | undefined;
  /** What a shared token must be better than. */
  readonly atHand?: TokenAtHand | undefined;
  /** How many attempts to make at most, where it is not as many as `tokenRequest.attempts` says. */
  readonly attempts?: number | undefined;
}

/** One request, about to be sent. */
export interface RequestToSend {
  readonly grant: TokenGrant;
  readonly host: string;
  readonly credentials: Credentials;
  readonly options: ObtainOptions;
}

/**
 * Sends it as soon as the limiter lets it go. `admitted` is awaited then, and gives the refresh token to spend; where it
 * rejects, the request does not leave. `inLine` ends the wait for the limiter.
 */
export type Send = (
  admitted: () => Promise<string | undefined>,
  inLine?: AbortSignal,
) => Promise<IssuedToken>;
