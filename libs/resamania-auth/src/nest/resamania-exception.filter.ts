// oxlint-disable promise/valid-params, promise/no-promise-in-callback -- `catch()` is a filter's method, of no promise
import { STATUS_CODES } from 'node:http';

import { type ArgumentsHost, Catch, HttpException, Injectable } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { AxiosError } from 'axios';

import { ResamaniaAuthError } from '../errors.js';
import { isApiCallError } from '../http/call/sent-request.js';
import { answerFor } from './error-answer.js';

/**
 * Answers incoming requests that failed on the way to Resamania: 502, 503, 504 or 429, with `Retry-After` where it is
 * known, and with nothing of what happened inside but a stable code. Registered with `APP_FILTER`,
 * `app.useGlobalFilters()` or `@UseFilters()`; it works with Express and with Fastify.
 *
 * - 429: the gateway's limits are reached (`rate_limited`, `quota_exhausted`, an API call answered 429).
 * - 504: Resamania did not answer in time.
 * - 503: it is out of reach or failing for now, or the application is closing.
 * - 502: it refused: credentials, gateway key, or the API call itself.
 * - 500, as for any other error: options, tenant names and call settings that are wrong in the application.
 *
 * An `AxiosError` of a call that did not go to the API, or that was cancelled, is left to Nest, like any error that is
 * not caught.
 */
@Injectable()
@Catch(ResamaniaAuthError, AxiosError)
export class ResamaniaExceptionFilter extends BaseExceptionFilter {
  /** Called by Nest. Outside of HTTP, such as GraphQL, it throws the exception on for the transport to report. */
  override catch(error: unknown, host: ArgumentsHost): void {
    const answer = isOurs(error) ? answerFor(error, Date.now()) : undefined;
    if (answer === undefined) {
      super.catch(error, host);
      return;
    }
    const { status, code, message, retryAfterSeconds } = answer;
    const body = { statusCode: status, error: STATUS_CODES[status], message, code };
    const exception = new HttpException(body, status);
    if (host.getType() !== 'http') throw exception;
    if (retryAfterSeconds !== undefined) this.#setRetryAfter(host, retryAfterSeconds);
    super.catch(exception, host);
  }

  #setRetryAfter(host: ArgumentsHost, seconds: number): void {
    const adapter = this.applicationRef ?? this.httpAdapterHost?.httpAdapter;
    adapter?.setHeader(host.switchToHttp().getResponse(), 'Retry-After', String(seconds));
  }
}

function isOurs(error: unknown): error is ResamaniaAuthError | AxiosError {
  return error instanceof ResamaniaAuthError || isApiCallError(error);
}
