import type { AccessToken } from './access-token.js';
import type { IssuedToken } from '../request/token-answer.js';
import type { TokenFlight } from './token-flight.js';

/** What a cache does when its flight ends. */
export interface RenewalEnd {
  readonly landed: (issued: IssuedToken) => AccessToken;
  /** Turns the flight's error into the one that callers get. */
  readonly failed: (error: unknown) => Error;
  /** Where waiting callers go when the cache left the flight before its end. */
  readonly left: () => Promise<AccessToken>;
}

/** One cache's share in a flight, which other caches of the same key may share too. */
export interface Renewal {
  readonly flight: TokenFlight;
  readonly promise: Promise<AccessToken>;
  /** Gets off. Whoever waits is passed on to `left`, at once. */
  leave(): void;
}

/** Waits for a boarded flight on behalf of one cache. Nobody has to handle the promise's rejection. */
export function startRenewal(flight: TokenFlight, end: RenewalEnd): Renewal {
  const off = new AbortController();
  const promise = new Promise<AccessToken>((resolve, reject) => {
    off.signal.addEventListener('abort', () => resolve(end.left()), { once: true });
    const landed = flight.result.then(
      (issued) => (off.signal.aborted ? undefined : end.landed(issued)),
      (error: unknown) => {
        if (!off.signal.aborted) throw end.failed(error);
        return undefined;
      },
    );
    // Nothing comes of it after leaving: `left` has the promise by then.
    landed.then((token) => token && resolve(token), reject);
  });
  promise.catch(() => undefined);
  return {
    flight,
    promise,
    leave: () => {
      off.abort();
      flight.leave(new Error('the flight was left by all who wanted its token'));
    },
  };
}
