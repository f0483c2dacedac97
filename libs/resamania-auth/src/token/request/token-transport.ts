import type { Observable } from 'rxjs';

import type { HttpAnswer, TransportFault } from './token-failure.js';

/** A token request, ready to leave. Holds secrets. */
export interface TokenHttpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly form: URLSearchParams;
}

/**
 * The way to the token endpoint. Emits one answer of any status, or fails with a `TransportFailed`; unsubscribing
 * cancels the request. Follows no redirect.
 */
export interface TokenTransport {
  post(request: TokenHttpRequest): Observable<HttpAnswer>;
  /** Closes what is kept open between requests. */
  close(): void;
}

/** No answer came. Holds nothing of the request. */
export class TransportFailed extends Error {
  constructor(readonly fault: TransportFault) {
    super(fault.reason);
  }
}
