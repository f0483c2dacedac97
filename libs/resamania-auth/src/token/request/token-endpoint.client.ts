import type { Clock, Random } from '../../clock.js';
import type { HeaderBag } from '../../gateway/limits.js';
import type { TokenRequestPolicy } from '../../options/resolved-options.js';
import type { Tenant } from '../../tenants/tenant.js';
import { delay, TimeUp, waitFor, withTimeLimit } from '../../waiting.js';
import { classifyFault } from './classify-failure.js';
import type { Outcome } from '../limiter/host-places.js';
import { LineIsShut, type RequestLimiter } from '../limiter/request-limiter.js';
import { type IssuedToken, readTokenAnswer } from './token-answer.js';
import type { ObtainOptions, RequestToSend, Send } from './token-request.js';
import { failureOf, type TokenFailure, tokenFailure, TokenRequestFailed } from './token-failure.js';
import {
  type Credentials,
  grantForm,
  grantHeaders,
  readCredentials,
  type TokenGrant,
  usesRefreshGrant,
} from './token-grant.js';
import { type TokenTransport, TransportFailed } from './http-token-transport.js';

/** What the client works with. */
interface TokenEndpointPorts {
  readonly transport: TokenTransport;
  readonly limiter: RequestLimiter;
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: TokenRequestPolicy;
  /** Told of every answer, good or bad. */
  readonly answered: (tenant: Tenant, headers: HeaderBag) => void;
  /** Awaited before a refusal counts: has the tenant's config read anew, which ends the flight where it has changed. */
  readonly refused?: (tenant: Tenant) => Promise<void>;
  /** Goes around each request where replicas share what comes of it: answers itself, or sends it. */
  readonly share?: ((request: RequestToSend, send: Send) => Promise<IssuedToken>) | undefined;
}

/** Obtains tokens from the endpoint: credentials read anew, time-outs, attempts, and second chances. */
export class TokenEndpointClient {
  readonly #ports: TokenEndpointPorts;

  constructor(ports: TokenEndpointPorts) {
    this.#ports = ports;
  }

  /**
   * @throws TokenRequestFailed with the classified failure of the last attempt.
   * @throws the signal's reason when it aborts.
   */
  async obtain(grant: TokenGrant, options: ObtainOptions): Promise<IssuedToken> {
    const { policy, clock, random } = this.#ports;
    const { attempts = policy.attempts } = options;
    let { refreshToken } = options;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(grant, options, refreshToken);
      } catch (error) {
        const { retryNow, resetAt } = failureOf(error);
        if (!retryNow || attempt >= attempts) throw error;
        const advertised = resetAt === undefined ? 0 : resetAt - clock.now();
        await delay(clock, Math.max(pauseMs(attempt, random), advertised), options.signal);
      }
      refreshToken = undefined;
    }
  }

  /**
   * One attempt, with the second chances that cost no waiting: the client's credentials where a refresh token was
   * refused, and credentials that were rotated just now.
   */
  async #attempt(
    grant: TokenGrant,
    options: ObtainOptions,
    refreshToken: string | undefined,
  ): Promise<IssuedToken> {
    const { clock, policy } = this.#ports;
    const read = () => readCredentials(grant.tenant, clock, policy.timeoutMs, options.signal);
    const used = await read();
    try {
      return await this.#send(grant, used, options, refreshToken);
    } catch (error) {
      const { kind, oauthError } = failureOf(error);
      if (oauthError === true && usesRefreshGrant(grant, refreshToken)) {
        return this.#send(grant, used, options, undefined);
      }
      if (kind !== 'rejected') throw error;
      const current = await read();
      if (current.clientSecret === used.clientSecret && current.apiKey === used.apiKey) {
        await this.#reread(grant, options);
        throw error;
      }
      return this.#send(grant, current, options, undefined);
    }
  }

  async #reread({ tenant }: TokenGrant, { signal }: ObtainOptions): Promise<void> {
    await waitFor(this.#ports.refused?.(tenant) ?? Promise.resolve(), signal);
  }

  /** One request, unless another replica has made it. */
  #send(
    grant: TokenGrant,
    credentials: Credentials,
    options: ObtainOptions,
    refreshToken: string | undefined,
  ): Promise<IssuedToken> {
    const request = { grant, host: new URL(grant.tenant.tokenUrl).host, credentials, options };
    if (this.#ports.share !== undefined)
      return this.#ports.share(request, (admitted, inLine) => this.#post(request, admitted, inLine));
    return this.#post(request, async () => {
      options.admitted();
      return refreshToken;
    });
  }

  /** One request, as soon as the limiter lets it go. */
  async #post(
    { grant, host, credentials, options }: RequestToSend,
    admitted: () => Promise<string | undefined>,
    inLine: AbortSignal = options.signal,
  ): Promise<IssuedToken> {
    const { tenant } = grant;
    const { ticket, signal } = options;
    const { transport, limiter, clock, policy, answered } = this.#ports;
    const applicant = { tenant, host, apiKey: credentials.apiKey, ticket };
    const place = await limiter.enter(applicant, inLine).catch(throwFailure);
    let outcome: Outcome = 'unsent';
    try {
      const request = {
        url: tenant.tokenUrl,
        headers: grantHeaders(grant, credentials),
        form: grantForm(grant, credentials, await admitted()),
      };
      signal.throwIfAborted();
      outcome = 'neither';
      place.sent();
      const requestedAt = clock.now();
      const post = (ended: AbortSignal) => transport.post(request, ended);
      const answer = await withTimeLimit(clock, policy.timeoutMs, post, signal);
      place.answered(answer);
      answered(tenant, answer.headers);
      const token = readTokenAnswer(answer, requestedAt, clock.now(), grant.principal);
      outcome = 'token';
      return token;
    } catch (error) {
      const failed = requestFailure(error, host);
      if (failed instanceof TokenRequestFailed && isOwnTrouble(failed.failure)) outcome = 'failure';
      throw failed;
    } finally {
      place.leave(outcome);
    }
  }
}

function throwFailure(error: unknown): never {
  if (!(error instanceof LineIsShut)) throw error;
  throw new TokenRequestFailed(tokenFailure(error.pause.limiter, { resetAt: error.pause.resetAt }));
}

function requestFailure(error: unknown, host: string): unknown {
  if (error instanceof TimeUp) return new TokenRequestFailed(tokenFailure('timeout'));
  return error instanceof TransportFailed ? new TokenRequestFailed(classifyFault(error.fault, host)) : error;
}

/** Whether a failure tells how its tenant fares: a limit is everybody's, an unknown principal is that one's. */
function isOwnTrouble({ kind, code }: TokenFailure): boolean {
  return kind !== 'limited' && code !== 'unknown_principal';
}

/** The pause before another attempt within the same flight, in milliseconds: 100 ms doubling, with full jitter, and at least 20 ms. */
export function pauseMs(attempt: number, random: Random): number {
  return Math.max(20, 100 * 2 ** (attempt - 1) * random());
}
