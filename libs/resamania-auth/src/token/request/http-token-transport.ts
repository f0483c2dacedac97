import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import { AxiosError, type AxiosResponse } from 'axios';

import { isTimeoutCode, systemCodeOf } from '../../errors.js';
import type { HeaderBag } from '../../gateway/limits.js';
import { createOwnAxios } from '../../own-axios.js';

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

/** An answer of the token endpoint is a few kilobytes; a larger one is none. In bytes. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Token requests over an axios instance of its own: interceptors of the application never see a secret, and no
 * AxiosError, which would hold one, gets out.
 */
export class HttpTokenTransport implements TokenTransport {
  readonly #httpAgent = new HttpAgent({ keepAlive: true });
  readonly #httpsAgent = new HttpsAgent({ keepAlive: true });
  readonly #axios = createOwnAxios({
    adapter: 'http',
    httpAgent: this.#httpAgent,
    httpsAgent: this.#httpsAgent,
    maxRedirects: 0,
    maxContentLength: MAX_ANSWER_BYTES,
    responseType: 'text',
    // Whatever the status and the body: judging them is not the transport's work.
    validateStatus: () => true,
    transformRequest: (body: unknown) => body,
    transformResponse: (body: unknown) => body,
  });

  async post({ url, headers, form }: TokenHttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    try {
      return answerOf(await this.#axios.post<unknown>(url, form.toString(), { headers, signal }));
    } catch (error) {
      throw withoutRequest(error);
    }
  }

  close(): void {
    this.#httpAgent.destroy();
    this.#httpsAgent.destroy();
  }
}

/** An answer as axios has it, in the form that it is judged in. */
export function answerOf({ status, headers, data }: AxiosResponse<unknown>): HttpAnswer {
  const bag: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) bag[name.toLowerCase()] = String(value);
  return { status, headers: bag, body: typeof data === 'string' ? data : '' };
}

/** Keeps the system's error code and nothing else. */
function withoutRequest(error: unknown): TransportFailed {
  if (!(error instanceof AxiosError)) return new TransportFailed({ reason: 'network' });
  if (error.message.startsWith('maxContentLength')) return new TransportFailed({ reason: 'oversized' });
  const detail = systemCodeOf(error);
  if (detail === undefined) return new TransportFailed({ reason: 'network' });
  if (detail === 'ERR_BAD_RESPONSE') return new TransportFailed({ reason: 'cut off' });
  return new TransportFailed(isTimeoutCode(detail) ? { reason: 'timeout' } : { reason: 'network', detail });
}
