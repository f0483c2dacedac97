import type { JwtChanges, TokenAnswerMembers } from '../exchange/token-answer-changes.js';
import {
  status,
  oauthError,
  gatewayUnauthorized,
  gatewayForbidden,
  wrongPrefix,
  redirect,
  html,
  empty,
  okWithError,
  body,
  apiUnauthorized,
  forbiddenEndpoint,
} from './answer-faults.js';
import type {
  DelayFault,
  Fault,
  HangFault,
  OversizedFault,
  RateLimitedFault,
  RateLimitedOptions,
  ResetFault,
  SlowBodyFault,
  TokenAnswerFault,
  TruncatedFault,
} from './fault.js';

/** A 429 of one of the three limiters. */
function rateLimited(limits: RateLimitedOptions): RateLimitedFault {
  return { kind: 'rate-limited', limits };
}

/** The normal answer, cut short: fewer bytes than `Content-Length` says, then the connection closes. */
function truncated(): TruncatedFault {
  return { kind: 'truncated' };
}

/** A 200 whose JSON body has at least this many bytes. */
function oversized(bytes: number): OversizedFault {
  return { kind: 'oversized', bytes };
}

/** The normal answer, its body spread over `totalMs` milliseconds in `chunks` pieces (default 10). */
function slowBody(options: { totalMs: number; chunks?: number }): SlowBodyFault {
  return { kind: 'slow-body', totalMs: options.totalMs, chunks: Math.max(1, options.chunks ?? 10) };
}

/** Never an answer. */
function hang(): HangFault {
  return { kind: 'hang' };
}

/** A pause of `ms` milliseconds, then `followedBy`, or the normal answer. */
function delay(ms: number, followedBy?: Fault): DelayFault {
  return { kind: 'delay', ms, ...(followedBy ? { followedBy } : {}) };
}

/** The connection is reset (RST) instead of an answer. */
function reset(): ResetFault {
  return { kind: 'reset' };
}

/** A normal grant with members of its answer, or properties of its JWT, changed. Token endpoint only. */
function tokenAnswer(changes: TokenAnswerMembers & JwtChanges): TokenAnswerFault {
  const { jwtLifetimeSeconds, iatShiftSeconds, ...members } = changes;
  const jwt = {
    ...(jwtLifetimeSeconds === undefined ? {} : { jwtLifetimeSeconds }),
    ...(iatShiftSeconds === undefined ? {} : { iatShiftSeconds }),
  };
  return { kind: 'token-answer', members, jwt };
}

/** Makers of every fault that `sandbox.tokenEndpoint` and `sandbox.api` can act out. */
export const faults = {
  status,
  oauthError,
  gatewayUnauthorized,
  gatewayForbidden,
  wrongPrefix,
  rateLimited,
  redirect,
  html,
  empty,
  okWithError,
  body,
  truncated,
  oversized,
  slowBody,
  hang,
  delay,
  reset,
  tokenAnswer,
  apiUnauthorized,
  forbiddenEndpoint,
} as const;
