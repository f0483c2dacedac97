import type { Clock } from '../../clock.js';
import { GatewayPaces } from '../../gateway/gateway-paces.js';
import type { Tenant } from '../../tenants/tenant.js';
import { Ticket } from '../../token/limiter/ticket.js';
import { RequestLimiter } from '../../token/limiter/request-limiter.js';
import type { IssuedToken } from '../../token/request/token-answer.js';
import { TokenEndpointClient } from '../../token/request/token-endpoint.client.js';
import { failureOf, type TokenFailure } from '../../token/request/token-failure.js';
import type { HttpAnswer, TokenTransport } from '../../token/request/http-token-transport.js';

/** What came of the one token request. */
export interface TokenOutcome {
  /** The token, or why there is none. */
  readonly result: IssuedToken | TokenFailure;
  /** The answer; `undefined` where none came. */
  readonly answer: HttpAnswer | undefined;
  /** When the answer came or the request failed, in milliseconds since the epoch. */
  readonly endedAt: number;
  readonly durationMs: number;
}

export function isFailure(result: TokenOutcome['result']): result is TokenFailure {
  return 'code' in result;
}

/** Asks for a token the way the library does, once. */
export async function requestToken(
  tenant: Tenant,
  { transport, clock, timeoutMs }: { transport: TokenTransport; clock: Clock; timeoutMs: number },
): Promise<TokenOutcome> {
  // The answer says more than the token that is read from it.
  let answer: HttpAnswer | undefined;
  const policy = { timeoutMs, deadlineMs: timeoutMs, attempts: 1, concurrency: 1 };
  const client = new TokenEndpointClient({
    transport: {
      post: async (...request) => (answer = await transport.post(...request)),
      close: () => undefined,
    },
    limiter: new RequestLimiter(policy, clock, new GatewayPaces()),
    clock,
    random: Math.random,
    policy,
    answered: () => undefined,
  });
  const flight = {
    signal: new AbortController().signal,
    ticket: new Ticket(),
    admitted: () => undefined,
    refreshToken: undefined,
  };
  const startedAt = clock.now();
  const result = await client.obtain({ tenant, principal: undefined }, flight).catch(failureOf);
  const endedAt = clock.now();
  return { result, answer, endedAt, durationMs: endedAt - startedAt };
}
