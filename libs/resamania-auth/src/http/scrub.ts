import { errorMonitor } from 'node:events';
import { PassThrough, pipeline, Readable } from 'node:stream';

import { type AxiosError, type AxiosResponse, type InternalAxiosRequestConfig, isAxiosError } from 'axios';

import { SentRequest } from './sent-request.js';

/** How deep a chain of causes is followed. */
const MAX_CAUSES = 10;

/** Hands a response over as an answer to the caller's config, which never held our headers. */
export function scrubResponse(response: AxiosResponse, config: InternalAxiosRequestConfig): AxiosResponse {
  response.config = config;
  if (response.data instanceof Readable) guardStream(response.data, config);
  else response.request = scrubbedRequest(response.request);
  return response;
}

/** The same for a failure, with whatever it was caused by. */
export function scrubError(error: unknown, config: InternalAxiosRequestConfig): unknown {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && isAxiosError(current); depth += 1) {
    scrubOne(current, config);
    current = current.cause;
  }
  return error;
}

/** Makes an error one of the caller's own config. */
export function referTo(config: InternalAxiosRequestConfig, error: AxiosError): void {
  error.config = config;
  if (error.response !== undefined) error.response.config = config;
}

function scrubOne(error: AxiosError, config: InternalAxiosRequestConfig): void {
  referTo(config, error);
  if (error.request !== undefined) error.request = scrubbedRequest(error.request);
  const { response } = error;
  if (response === undefined) return;
  response.request = scrubbedRequest(response.request);
  if (response.data instanceof Readable) response.data = detached(response.data, config);
}

function scrubbedRequest(request: unknown): unknown {
  const isBare = typeof request !== 'object' || request === null || request instanceof SentRequest;
  return isBare ? request : new SentRequest(request);
}

/** A stream may fail long after the response was handed over; what it fails with is scrubbed before anybody sees it. */
function guardStream(stream: Readable, config: InternalAxiosRequestConfig): void {
  stream.once(errorMonitor, (error: unknown) => scrubError(error, config));
}

/** The same bytes without the way back to the socket, and to what else is under way on it. */
function detached(source: Readable, config: InternalAxiosRequestConfig): Readable {
  guardStream(source, config);
  // Failures and an early end go both ways; the callback is there because one must be.
  return pipeline(source, new PassThrough(), () => undefined);
}
