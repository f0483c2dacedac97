import type { HeaderBag } from '../../gateway/limits.js';

/** A token request, ready to leave. Holds secrets. */
export interface TokenHttpRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly form: URLSearchParams;
}

/** An answer of the token endpoint, whatever it is. Header names are in lower case. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: HeaderBag;
  readonly body: string;
}

/** Why no answer came. `detail` is a system error code such as `ECONNREFUSED`, never a message. */
export interface TransportFault {
  readonly reason: 'timeout' | 'network' | 'oversized' | 'cut off';
  readonly detail?: string;
}

/** The way to the token endpoint. Follows no redirect. */
export interface TokenTransport {
  /**
   * Sends a request and gives its answer, of any status. Aborting the signal cancels the request.
   * @throws TransportFailed
   */
  post(request: TokenHttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  /** Closes what is kept open between requests. */
  close(): void;
}

/** No answer came. Holds nothing of the request. */
export class TransportFailed extends Error {
  readonly fault: TransportFault;

  constructor(fault: TransportFault) {
    super(fault.reason);
    this.fault = fault;
  }
}
