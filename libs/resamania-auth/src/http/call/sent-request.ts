import { inspect } from 'node:util';

import { type AxiosError, isAxiosError } from 'axios';

import type { OurHeaders } from './api-headers.js';

/** What an answer's own side of the request knows. */
interface SentRequestAnswer {
  readonly statusCode: number | undefined;
  readonly statusMessage: string | undefined;
  /** Where the answer came from in the end, redirects followed. */
  readonly responseUrl: string | undefined;
}

/** Whether an error is that of an API call which this library sent. */
export function isApiCallError(error: unknown): error is AxiosError {
  if (!isAxiosError(error)) return false;
  return error.request instanceof SentRequest || error.response?.request instanceof SentRequest;
}

interface RequestLike {
  readonly _currentRequest?: RequestLike;
  readonly method?: string;
  readonly protocol?: string;
  readonly host?: string;
  readonly path?: string;
  readonly destroyed?: boolean;
  readonly res?: SentRequestAnswer;
  getHeaders?(): Record<string, unknown>;
}

/**
 * A request as it was sent, without the headers of this library: what stands in place of Node's request object in the
 * errors and responses of API calls. Node's own holds the headers in several places, and through its agent and its
 * socket those of the requests that other callers have under way.
 */
export class SentRequest {
  readonly #request: RequestLike;
  readonly #ours: Pick<OurHeaders, 'has'>;

  constructor(request: object, ours: Pick<OurHeaders, 'has'>) {
    this.#ours = ours;
    const { _currentRequest: current } = request as RequestLike;
    this.#request = current ?? (request as RequestLike);
  }

  /** A request of which nothing but this is known: time was up before it left, or on its way. */
  static planned(method: string | undefined, url: string | undefined): SentRequest {
    const { protocol, host, pathname, search } = url === undefined ? ({} as Partial<URL>) : new URL(url);
    const request = { method: method?.toUpperCase(), protocol, host, path: url && `${pathname}${search}` };
    return new SentRequest(request, { has: () => false });
  }

  get method(): string | undefined {
    return this.#request.method;
  }

  get protocol(): string | undefined {
    return this.#request.protocol;
  }

  /** With its port, unless that is the protocol's own. */
  get host(): string | undefined {
    const { host } = this.#request;
    const header = this.getHeader('host');
    const hasPort = typeof header === 'string' && host !== undefined && header.startsWith(`${host}:`);
    return hasPort ? header : host;
  }

  get path(): string | undefined {
    return this.#request.path;
  }

  get destroyed(): boolean {
    return this.#request.destroyed ?? false;
  }

  get res(): SentRequestAnswer | undefined {
    const { res } = this.#request;
    return (
      res && {
        statusCode: res.statusCode,
        statusMessage: res.statusMessage,
        // Node's own client does not say, and follows no redirect.
        responseUrl: res.responseUrl ?? this.#url(),
      }
    );
  }

  /** The headers that went out, names in lower case, without those of this library. */
  getHeaders(): Record<string, unknown> {
    const headers = Object.entries(this.#request.getHeaders?.() ?? {});
    return Object.fromEntries(headers.filter(([name]) => !this.#ours.has(name)));
  }

  getHeader(name: string): unknown {
    return this.getHeaders()[name.toLowerCase()];
  }

  #url(): string | undefined {
    const host = this.getHeader('host');
    return typeof host === 'string' ? `${this.protocol}//${host}${this.path}` : undefined;
  }

  toJSON(): object {
    const { method, protocol, host, path } = this;
    return { method, protocol, host, path };
  }

  [inspect.custom](): string {
    const { method, protocol, host, path } = this;
    return `SentRequest { ${method} ${protocol}//${host}${path} }`;
  }
}
