import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

import { HttpService } from '@nestjs/axios';
import axios, { AxiosError, type AxiosResponse } from 'axios';
import { catchError, map, type Observable, throwError } from 'rxjs';

import { isTimeoutCode, systemCodeOf } from '../../errors.js';
import type { HttpAnswer } from './token-failure.js';
import { type TokenHttpRequest, type TokenTransport, TransportFailed } from './token-transport.js';

/** An answer of the token endpoint is a few kilobytes; a larger one is none. In bytes. */
export const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Token requests over an axios instance of its own: interceptors of the application never see a secret, and no
 * AxiosError, which would hold one, gets out.
 */
export class HttpTokenTransport implements TokenTransport {
  readonly #httpAgent = new HttpAgent({ keepAlive: true });
  readonly #httpsAgent = new HttpsAgent({ keepAlive: true });
  readonly #http = new HttpService(
    // oxlint-disable-next-line import/no-named-as-default-member -- older versions of axios have no named export
    axios.create({
      adapter: 'http',
      httpAgent: this.#httpAgent,
      httpsAgent: this.#httpsAgent,
      maxRedirects: 0,
      maxContentLength: MAX_ANSWER_BYTES,
      responseType: 'text',
      // Whatever the status and the body: judging them is not the transport's work.
      validateStatus: () => true,
      transformResponse: (body: unknown) => body,
    }),
  );

  post({ url, headers, form }: TokenHttpRequest): Observable<HttpAnswer> {
    return this.#http.post<unknown>(url, form.toString(), { headers }).pipe(
      map(answerOf),
      catchError((error: unknown) => throwError(() => toFailure(error))),
    );
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
function toFailure(error: unknown): TransportFailed {
  const isAxios = error instanceof AxiosError;
  const code = isAxios ? systemCodeOf(error) : undefined;
  if (isAxios && error.message.startsWith('maxContentLength'))
    return new TransportFailed({ reason: 'oversized' });
  if (code === 'ERR_BAD_RESPONSE') return new TransportFailed({ reason: 'cut off' });
  if (code !== undefined && isTimeoutCode(code)) return new TransportFailed({ reason: 'timeout' });
  return new TransportFailed({ reason: 'network', ...(code !== undefined && { detail: code }) });
}
