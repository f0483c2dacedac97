import type { Clock } from '../../clock.js';
import { DEFAULTS } from '../../options/option-table.js';
import type { Tenant } from '../../tenants/tenant.js';
import { RequestLimiter, Ticket } from '../../token/request/request-limiter.js';
import type { IssuedToken } from '../../token/request/token-answer.js';
import { TokenEndpointClient } from '../../token/request/token-endpoint.client.js';
import { failureOf, type TokenFailure } from '../../token/request/token-failure.js';
import type {
  HttpAnswer,
  TokenHttpRequest,
  TokenTransport,
} from '../../token/request/http-token-transport.js';

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

/** What a token request is made with. */
export interface TokenRequestPorts {
  readonly transport: TokenTransport;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** Whether a token request failed. */
export function isFailure(result: TokenOutcome['result']): result is TokenFailure {
  return 'code' in result;
}

/** Asks for a token the way the library does, once. */
export async function requestToken(tenant: Tenant, ports: TokenRequestPorts): Promise<TokenOutcome> {
  const { clock, timeoutMs } = ports;
  const transport = new NotingTransport(ports.transport);
  const client = new TokenEndpointClient({
    transport,
    limiter: new RequestLimiter(1),
    clock,
    random: Math.random,
    policy: { ...DEFAULTS.tokenRequest, timeoutMs, deadlineMs: timeoutMs, attempts: 1 },
    answered: () => undefined,
  });
  const startedAt = clock.now();
  const result = await obtain(client, tenant);
  const endedAt = clock.now();
  return { result, answer: transport.answer, endedAt, durationMs: endedAt - startedAt };
}

async function obtain(client: TokenEndpointClient, tenant: Tenant): Promise<IssuedToken | TokenFailure> {
  try {
    return await client.obtain(
      { tenant, principal: undefined },
      {
        signal: new AbortController().signal,
        ticket: new Ticket(),
        admitted: () => undefined,
        refreshToken: undefined,
      },
    );
  } catch (error) {
    return failureOf(error);
  }
}

/** Keeps the answer, which says more than the token that is read from it. */
class NotingTransport implements TokenTransport {
  answer: HttpAnswer | undefined;
  readonly #inner: TokenTransport;

  constructor(inner: TokenTransport) {
    this.#inner = inner;
  }

  async post(request: TokenHttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    this.answer = await this.#inner.post(request, signal);
    return this.answer;
  }

  close(): void {
    this.#inner.close();
  }
}
