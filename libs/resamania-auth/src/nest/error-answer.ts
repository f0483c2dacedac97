import type { AxiosError } from 'axios';

import { isTimeoutCode, ResamaniaAuthError, type ResamaniaErrorCode } from '../errors.js';
import { headerBag, readRateLimit, readRetryAfter } from '../gateway/limits.js';

/** What an incoming request is answered when it failed on the way to Resamania. */
export interface ErrorAnswer {
  readonly status: AnswerStatus;
  /** A stable word; nothing of what happened inside. */
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds: number | undefined;
}

const MESSAGES = {
  429: 'Too many requests to Resamania',
  502: 'Resamania refused the request',
  503: 'Resamania is out of reach for now',
  504: 'Resamania did not answer in time',
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
  tenant_load_failed: 503,
  credentials_unavailable: 503,
  credentials_rejected: 502,
  request_rejected: 502,
  gateway_refused: 502,
  wrong_url: 502,
  broken_answer: 502,
  rate_limited: 429,
  quota_exhausted: 429,
  network_error: 503,
  service_unavailable: 503,
  shutting_down: 503,
  timeout: 504,
};

/** The answer to an error of this library, or to a failed API call; `undefined` where it is the application's own. */
export function answerFor(error: ResamaniaAuthError | AxiosError, now: number): ErrorAnswer | undefined {
  return error instanceof ResamaniaAuthError ? answerForOurs(error, now) : answerForCall(error, now);
}

function answerForOurs({ code, retryAt }: ResamaniaAuthError, now: number): ErrorAnswer | undefined {
  const status = STATUS_OF_CODE[code];
  return status && answer(status, code, retryAt?.getTime(), now);
}

/** The answer to a failed API call; `undefined` where the application gave it up itself. */
function answerForCall(error: AxiosError, now: number): ErrorAnswer | undefined {
  const { response, code = '' } = error;
  if (code === 'ERR_CANCELED') return undefined;
  if (response === undefined) {
    return isTimeoutCode(code)
      ? answer(504, 'api_timeout', undefined, now)
      : answer(503, 'api_unreachable', undefined, now);
  }
  const { status } = response;
  const headers = headerBag(response.headers);
  if (status === 429) return answer(429, 'api_rate_limited', readRateLimit(headers, now).resetAt, now);
  const retryAt = readRetryAfter(headers, now);
  if (status === 504) return answer(504, 'api_timeout', retryAt, now);
  if (status === 503) return answer(503, 'api_unavailable', retryAt, now);
  return answer(502, 'api_refused', retryAt, now);
}

/** @param retryAt - Milliseconds since the epoch. */
function answer(status: AnswerStatus, code: string, retryAt: number | undefined, now: number): ErrorAnswer {
  const retryAfterSeconds =
    retryAt === undefined ? undefined : Math.max(1, Math.ceil((retryAt - now) / 1000));
  return { status, code, message: MESSAGES[status], retryAfterSeconds };
}
