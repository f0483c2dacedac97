// oxlint-disable promise/valid-params, promise/no-promise-in-callback -- `catch()` is a filter's method, of no promise
import { STATUS_CODES } from 'node:http';

import {
  type ArgumentsHost,
  Catch,
  HttpException,
  Injectable,
  Logger,
  mixin,
  type Type,
} from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { AxiosError } from 'axios';

import { ResamaniaAuthError, ResamaniaTokenError } from '../errors.js';
import { isApiCallError } from '../http/call/sent-request.js';
import { describeFailedCall, resamaniaErrorAnswer, type ResamaniaStatusMap } from './error-answer.js';

/**
 * Answers incoming requests that failed on the way to Resamania, with `Retry-After` where it is known, and with nothing of
 * what happened inside but a stable code. What failed is the `cause` of the answer's exception, and is logged as a
 * warning: the method, the URL without its query, the status and the API's description. Registered with `APP_FILTER`,
 * `app.useGlobalFilters()` or `@UseFilters()`; it works with Express and with Fastify.
 *
 * - 404, 409, 422 (with the violations): the API answered the same. `withStatuses()` hands on others, or fewer.
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
  readonly #logger = new Logger('ResamaniaAuth');
  protected readonly statuses: ResamaniaStatusMap = {};

  /**
   * The same filter with other statuses handed on: `withStatuses({ 403: 403, 409: 502 })` answers a 403 of the API with
   * 403 and a 409 with 502, beside the default 404 and 422.
   */
  static withStatuses(statuses: ResamaniaStatusMap): Type<ResamaniaExceptionFilter> {
    class MappedExceptionFilter extends ResamaniaExceptionFilter {
      protected override readonly statuses = statuses;
    }
    return mixin(MappedExceptionFilter);
  }

  /** Called by Nest. Outside of HTTP, such as GraphQL, it throws the exception on for the transport to report. */
  override catch(error: unknown, host: ArgumentsHost): void {
    const answer = resamaniaErrorAnswer(error, this.statuses);
    if (answer === undefined) {
      super.catch(error, host);
      return;
    }
    this.#log(error);
    const { status, retryAfterSeconds, ...told } = answer;
    const body = { statusCode: status, error: STATUS_CODES[status], ...told };
    const exception = new HttpException(body, status, { cause: error });
    if (host.getType() !== 'http') throw exception;
    if (retryAfterSeconds !== undefined) this.#setRetryAfter(host, retryAfterSeconds);
    super.catch(exception, host);
  }

  /** Of tokens, the log has each change of state already. */
  #log(error: unknown): void {
    if (isApiCallError(error)) this.#logger.warn(describeFailedCall(error));
    else if (!(error instanceof ResamaniaTokenError)) this.#logger.warn((error as Error).message);
  }

  #setRetryAfter(host: ArgumentsHost, seconds: number): void {
    const adapter = this.applicationRef ?? this.httpAdapterHost?.httpAdapter;
    adapter?.setHeader(host.switchToHttp().getResponse(), 'Retry-After', String(seconds));
  }
}
