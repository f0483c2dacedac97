import { HttpStatus } from '@nestjs/common';
import type { AxiosError } from 'axios';

import { isTimeoutCode, ResamaniaAuthError, type ResamaniaErrorCode } from '../errors.js';
import { readApiErrorAt } from '../gateway/api-error.js';

/** What an incoming request is answered when it failed on the way to Resamania. */
export interface ErrorAnswer {
  readonly status: HttpStatus;
  /** A stable word; nothing of what happened inside. */
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds: number | undefined;
}

const MESSAGES = {
  [HttpStatus.TOO_MANY_REQUESTS]: 'Too many requests to Resamania',
  [HttpStatus.BAD_GATEWAY]: 'Resamania refused the request',
  [HttpStatus.SERVICE_UNAVAILABLE]: 'Resamania is out of reach for now',
  [HttpStatus.GATEWAY_TIMEOUT]: 'Resamania did not answer in time',
} as const;

type AnswerStatus = keyof typeof MESSAGES;

/** `undefined` for what is wrong in the application itself: a 500, as for any other mistake. */
const STATUS_OF_CODE: Readonly<Record<ResamaniaErrorCode, AnswerStatus | undefined>> = {
  invalid_options: undefined,
  unknown_tenant: undefined,
  no_default_tenant: undefined,
  duplicate_tenant: undefined,
  tenant_removed: undefined,
  tenant_conflict: undefined,
  url_not_allowed: undefined,
  invalid_request: undefined,
  tenant_load_failed: HttpStatus.SERVICE_UNAVAILABLE,
  credentials_unavailable: HttpStatus.SERVICE_UNAVAILABLE,
  credentials_rejected: HttpStatus.BAD_GATEWAY,
  request_rejected: HttpStatus.BAD_GATEWAY,
  gateway_refused: HttpStatus.BAD_GATEWAY,
  wrong_url: HttpStatus.BAD_GATEWAY,
  broken_answer: HttpStatus.BAD_GATEWAY,
  rate_limited: HttpStatus.TOO_MANY_REQUESTS,
  quota_exhausted: HttpStatus.TOO_MANY_REQUESTS,
  network_error: HttpStatus.SERVICE_UNAVAILABLE,
  service_unavailable: HttpStatus.SERVICE_UNAVAILABLE,
  shutting_down: HttpStatus.SERVICE_UNAVAILABLE,
  timeout: HttpStatus.GATEWAY_TIMEOUT,
};

/** The answer to an error of this library, or to a failed API call; `undefined` where it is the application's own. */
export function answerFor(error: ResamaniaAuthError | AxiosError, now: number): ErrorAnswer | undefined {
  return error instanceof ResamaniaAuthError ? answerForOurs(error, now) : answerForCall(error, now);
}

function answerForOurs({ code, retryAt }: ResamaniaAuthError, now: number): ErrorAnswer | undefined {
  const status = STATUS_OF_CODE[code];
  return status && answer(status, code, retryAt, now);
}

/** The answer to a failed API call; `undefined` where the application gave it up itself. */
function answerForCall(error: AxiosError, now: number): ErrorAnswer | undefined {
  const { response, code = '' } = error;
  if (code === 'ERR_CANCELED') return undefined;
  if (response === undefined) {
    return isTimeoutCode(code)
      ? answer(HttpStatus.GATEWAY_TIMEOUT, 'api_timeout', undefined, now)
      : answer(HttpStatus.SERVICE_UNAVAILABLE, 'api_unreachable', undefined, now);
  }
  const { limits, retryAt } = readApiErrorAt(error, now) ?? { limits: {} };
  if (response.status === 429) {
    const { quota, rateLimit, spikeArrest } = limits;
    const fired = [quota, rateLimit].find((limit) => limit?.remaining === 0) ?? spikeArrest;
    return answer(HttpStatus.TOO_MANY_REQUESTS, 'api_rate_limited', retryAt ?? fired?.resetAt, now);
  }
  if (response.status === 504) return answer(HttpStatus.GATEWAY_TIMEOUT, 'api_timeout', retryAt, now);
  if (response.status === 503) return answer(HttpStatus.SERVICE_UNAVAILABLE, 'api_unavailable', retryAt, now);
  return answer(HttpStatus.BAD_GATEWAY, 'api_refused', retryAt, now);
}

function answer(status: AnswerStatus, code: string, retryAt: Date | undefined, now: number): ErrorAnswer {
  const waitMs = retryAt === undefined ? undefined : retryAt.getTime() - now;
  return {
    status,
    code,
    message: MESSAGES[status],
    retryAfterSeconds: waitMs === undefined ? undefined : Math.max(1, Math.ceil(waitMs / 1000)),
  };
}
