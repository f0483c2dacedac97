import {
  catchError,
  defer,
  firstValueFrom,
  from,
  map,
  Observable,
  retry,
  switchMap,
  take,
  tap,
  throwError,
} from 'rxjs';

import { ResamaniaSecretError } from '../../errors.js';
import type { TokenRequestPolicy } from '../../options/resolved-options.js';
import type { Tenant } from '../../tenants/tenant.js';
import type { Clock, Random } from '../../clock.js';
import { after, unlessAborted, within } from './clock-operators.js';
import type { HeaderBag } from '../../gateway/limits.js';
import type { RequestLimiter, Ticket } from './request-limiter.js';
import { type IssuedToken, readTokenAnswer } from './token-answer.js';
import { classifyFault, secretUnavailable, type TokenFailure, TokenRequestFailed } from './token-failure.js';
import { type Credentials, grantForm, type TokenGrant, usesRefreshGrant } from './token-grant.js';
import { type TokenTransport, TransportFailed } from './token-transport.js';
import { pauseMs } from '../cache/token-wait.js';

/** What the client works with. */
export interface TokenEndpointPorts {
  readonly transport: TokenTransport;
  readonly limiter: RequestLimiter;
  readonly clock: Clock;
  readonly random: Random;
  readonly policy: TokenRequestPolicy;
  /** Told of every answer, good or bad. */
  readonly answered: (tenant: Tenant, headers: HeaderBag) => void;
}

/** One flight's side of a token request. */
export interface ObtainOptions {
  readonly signal: AbortSignal;
  readonly ticket: Ticket;
  /** Called when the limiter lets a request go. */
  readonly admitted: () => void;
  /** The refresh token to spend. It goes out with the first request only: it is good for one use. */
  readonly refreshToken: string | undefined;
}

/** Obtains tokens from the endpoint: credentials read anew, time-outs, attempts, and second chances. */
export class TokenEndpointClient {
  constructor(private readonly ports: TokenEndpointPorts) {}

  /**
   * @throws TokenRequestFailed with the classified failure of the last attempt.
   * @throws the signal's reason when it aborts.
   */
  obtain(grant: TokenGrant, options: ObtainOptions): Promise<IssuedToken> {
    const { attempts } = this.ports.policy;
    let { refreshToken } = options;
    const attempt = () => {
      const spent = refreshToken;
      refreshToken = undefined;
      return this.#attempt(grant, options, spent);
    };
    return firstValueFrom(
      defer(attempt).pipe(
        retry({ count: attempts - 1, delay: (error, failures) => this.#pause(error, failures) }),
        unlessAborted(options.signal),
      ),
    );
  }

  /**
   * One attempt, with the second chances that cost no waiting: credentials that have changed meanwhile, and the
   * client's credentials where a refresh token was refused.
   */
  #attempt(
    grant: TokenGrant,
    options: ObtainOptions,
    refreshToken: string | undefined,
  ): Observable<IssuedToken> {
    return this.#credentials(grant).pipe(
      switchMap((credentials) =>
        this.#request(grant, credentials, options, refreshToken).pipe(
          catchError((error: unknown) => {
            const failure = failureOf(error);
            if (failure?.oauthError === true && usesRefreshGrant(grant, refreshToken)) {
              return this.#request(grant, credentials, options, undefined);
            }
            return failure?.kind === 'rejected'
              ? this.#afterRejection(grant, credentials, options, error)
              : throwError(() => error);
          }),
        ),
      ),
    );
  }

  /** The credentials may have been rotated just now: read them again, once, and ask again if they did change. */
  #afterRejection(
    grant: TokenGrant,
    used: Credentials,
    options: ObtainOptions,
    error: unknown,
  ): Observable<IssuedToken> {
    return this.#credentials(grant).pipe(
      switchMap((current) =>
        current.clientSecret === used.clientSecret && current.apiKey === used.apiKey
          ? throwError(() => error)
          : this.#request(grant, current, options, undefined),
      ),
    );
  }

  #request(
    grant: TokenGrant,
    credentials: Credentials,
    options: ObtainOptions,
    refreshToken: string | undefined,
  ): Observable<IssuedToken> {
    const { transport, clock, policy, answered } = this.ports;
    const request = {
      url: grant.tenant.tokenUrl,
      headers: requestHeaders(grant.tenant, credentials),
      form: grantForm(grant, credentials, refreshToken),
    };
    const exchange = defer(() => {
      const requestedAt = clock.now();
      return transport.post(request).pipe(
        within(clock, policy.timeoutMs, () => new TransportFailed({ reason: 'timeout' })),
        tap(({ headers }) => answered(grant.tenant, headers)),
        map((answer) => readTokenAnswer(answer, requestedAt, clock.now())),
        catchError((error: unknown) => throwError(() => asRequestFailure(error))),
      );
    });
    return this.#admission(grant, options).pipe(
      switchMap(() => exchange),
      take(1),
    );
  }

  /** Emits when the limiter lets this request go; unsubscribing gives the place back. */
  #admission(grant: TokenGrant, { ticket, admitted }: ObtainOptions): Observable<void> {
    const host = new URL(grant.tenant.tokenUrl).host;
    return new Observable((subscriber) =>
      this.ports.limiter.enter(host, ticket, () => {
        admitted();
        subscriber.next();
      }),
    );
  }

  #credentials({ tenant }: TokenGrant): Observable<Credentials> {
    const { clock, policy } = this.ports;
    return defer(() => from(Promise.all([tenant.readClientSecret(), tenant.readApiKey()]))).pipe(
      map(([clientSecret, apiKey]) => ({ clientSecret, apiKey })),
      within(
        clock,
        policy.timeoutMs,
        () => new ResamaniaSecretError(tenant.name, 'clientSecret or apiKey', 'did not return in time'),
      ),
      catchError((error: unknown) => throwError(() => asRequestFailure(error))),
    );
  }

  #pause(error: unknown, failures: number): Observable<void> {
    const failure = failureOf(error);
    if (failure?.retryNow !== true) throw error;
    const { clock, random } = this.ports;
    const advertised = failure.resetAt === undefined ? 0 : failure.resetAt - clock.now();
    return after(clock, Math.max(pauseMs(failures, random), advertised));
  }
}

function requestHeaders({ apiKeyHeader }: Tenant, { apiKey }: Credentials): Record<string, string> {
  return {
    // The gateway's error bodies follow this header; with ld+json alone they would be plain text.
    Accept: 'application/json',
    'Content-Type': 'application/x-www-form-urlencoded',
    ...(apiKey === undefined ? {} : { [apiKeyHeader]: apiKey }),
  };
}

function failureOf(error: unknown): TokenFailure | undefined {
  return error instanceof TokenRequestFailed ? error.failure : undefined;
}

function asRequestFailure(error: unknown): unknown {
  if (error instanceof TransportFailed) return new TokenRequestFailed(classifyFault(error.fault));
  if (error instanceof ResamaniaSecretError)
    return new TokenRequestFailed(secretUnavailable(error.field, error.flaw));
  return error;
}
