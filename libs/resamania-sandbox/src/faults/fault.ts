import type { JwtChanges, TokenAnswerMembers } from '../exchange/token-answer-changes.js';

/** What every fault may carry. */
export interface FaultScope {
  /** Only requests of this chain meet the fault. Default: requests of any chain. */
  readonly clientToken?: string;
}

/** A complete answer in place of the normal one. */
export interface AnswerFault extends FaultScope {
  readonly kind: 'answer';
  /** How the journal names it. */
  readonly name: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A refusal in the gateway's own shape: JSON or text, by default as the request's `Accept` asks. */
export interface GatewayFault extends FaultScope {
  readonly kind: 'gateway';
  readonly status: number;
  readonly message: string;
  readonly format: 'json' | 'text' | 'accept';
}

/** Which of the gateway's three limiters fired. */
export type LimiterKind = 'quota' | 'rate' | 'spike';

/** How a 429 tells about its limits. */
export interface RateLimitedOptions {
  /** The limiter that fired. */
  readonly kind: LimiterKind;
  /** When it opens again, in epoch milliseconds. Default: after a day (quota), a minute (rate), a second (spike). */
  readonly resetAt?: number;
  /**
   * `all`: the documented headers with resets in epoch milliseconds; `none`: none of them; `minus-one`: every reset
   * is -1; `without-reset`: limits but no resets; `seconds`: resets in epoch seconds, which clients must not
   * fall for.
   * @default 'all'
   */
  readonly headers?: 'all' | 'none' | 'minus-one' | 'without-reset' | 'seconds';
  /** A `Retry-After`: seconds as a number, or an HTTP date. Default: not sent. */
  readonly retryAfter?: number | string;
  /** Replaces the answer's `Date`, as a server whose clock is wrong would. */
  readonly date?: string;
}

/** A 429 with the headers of one limiter. */
export interface RateLimitedFault extends FaultScope {
  readonly kind: 'rate-limited';
  readonly limits: RateLimitedOptions;
}

/** A normal grant whose answer or token is changed. */
export interface TokenAnswerFault extends FaultScope {
  readonly kind: 'token-answer';
  readonly members: TokenAnswerMembers;
  readonly jwt: JwtChanges;
}

/** The normal answer, its body handed out piece by piece. */
export interface SlowBodyFault extends FaultScope {
  readonly kind: 'slow-body';
  /** From the headers to the last piece, in milliseconds. */
  readonly totalMs: number;
  readonly chunks: number;
}

/** The normal answer, cut: `Content-Length` promises more than comes before the connection closes. */
export interface TruncatedFault extends FaultScope {
  readonly kind: 'truncated';
}

/** A 200 with a JSON body of at least so many bytes. */
export interface OversizedFault extends FaultScope {
  readonly kind: 'oversized';
  readonly bytes: number;
}

/** No answer at all; the connection stays open until the client or `stop()` closes it. */
export interface HangFault extends FaultScope {
  readonly kind: 'hang';
}

/** The connection is reset without an answer. */
export interface ResetFault extends FaultScope {
  readonly kind: 'reset';
}

/** A pause, then another fault or the normal answer. */
export interface DelayFault extends FaultScope {
  readonly kind: 'delay';
  /** Milliseconds of real time. */
  readonly ms: number;
  /** Default: the normal answer. */
  readonly followedBy?: Fault;
}

/** One scripted misbehaviour. Make them with `faults`. */
export type Fault =
  | AnswerFault
  | GatewayFault
  | RateLimitedFault
  | TokenAnswerFault
  | SlowBodyFault
  | TruncatedFault
  | OversizedFault
  | HangFault
  | ResetFault
  | DelayFault;
