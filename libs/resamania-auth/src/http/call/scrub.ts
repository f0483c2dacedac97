import { errorMonitor } from 'node:events';
import { PassThrough, pipeline, Readable } from 'node:stream';

import { type AxiosResponse, type InternalAxiosRequestConfig, isAxiosError } from 'axios';

import type { OurHeaders } from './api-headers.js';
import { SentRequest } from './sent-request.js';

/** How deep a chain of causes is followed. */
const MAX_CAUSES = 10;

/** The body of an answer, apart from the connection that it comes over. */
class DetachedBody extends PassThrough {}

/** Hands the outcome of one call over as an answer to the caller's own config, which never held our headers. */
export class Scrubber {
  readonly #config: InternalAxiosRequestConfig;
  readonly #ours: OurHeaders;

  constructor(config: InternalAxiosRequestConfig, ours: OurHeaders) {
    this.#config = config;
    this.#ours = ours;
  }

  response(response: AxiosResponse<unknown>): AxiosResponse<unknown> {
    response.config = this.#config;
    response.request = this.#request(response.request);
    if (typeof response.data === 'object') response.data = this.#body(response.data);
    return response;
  }

  /** The same for a failure, with whatever it was caused by. */
  error(error: unknown): unknown {
    let current = error;
    for (let depth = 0; depth < MAX_CAUSES && isAxiosError(current); depth += 1) {
      current.config = this.#config;
      if (current.request !== undefined) current.request = this.#request(current.request);
      if (current.response !== undefined) this.response(current.response);
      current = current.cause;
    }
    return error;
  }

  #request(request: unknown): unknown {
    const isBare = typeof request !== 'object' || request === null || request instanceof SentRequest;
    return isBare ? request : new SentRequest(request, this.#ours);
  }

  #body(data: unknown): unknown {
    if (data instanceof Readable) return this.#detached(data);
    return data instanceof ReadableStream ? this.#detachedWeb(data) : data;
  }

  /** The same bytes without the way back to the socket, and to what else is under way on it. */
  #detached(source: Readable): Readable {
    // An error and its cause may share a response.
    if (source instanceof DetachedBody) return source;
    // It may fail long after it was handed over; what it fails with is scrubbed before anybody sees it.
    source.once(errorMonitor, (error: unknown) => this.error(error));
    // Failures and an early end go both ways; the callback is there because one must be.
    return pipeline(source, new DetachedBody(), () => undefined);
  }

  /** The stream of `fetch`: it leads to no socket, but what it fails with holds the request. */
  #detachedWeb(source: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = source.getReader();
    return new ReadableStream({
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(this.error(error));
        }
      },
      cancel: (reason) => reader.cancel(reason),
    });
  }
}
