import { STATUS_CODES } from 'node:http';

import type { AxiosError } from 'axios';

import { isTimeoutCode, ResamaniaAuthError, type ResamaniaErrorCode, systemCodeOf } from '../errors.js';
import { readApiError, type ResamaniaApiErrorInfo } from '../gateway/api-error.js';
import { jsonObject } from '../gateway/json.js';
import { headerBag, readRateLimit, readRetryAfter } from '../gateway/limits.js';
import { isApiCallError, SentRequest } from '../http/call/sent-request.js';

/** What an incoming request is answered when it failed on the way to Resamania. */
export interface ResamaniaErrorAnswer {
  /** HTTP status of the answer. */
  readonly status: number;
  /** A stable word; nothing of what happened inside. */
  readonly code: string;
  /** What happened, for people. */
  readonly message: string;
  /** The fields that the API's validation refused, in the API's words; absent where it named none. */
  readonly violations?: ResamaniaApiErrorInfo['violations'];
  /** Value of `Retry-After`; `undefined` where nobody said when to come back. */
  readonly retryAfterSeconds: number | undefined;
}

/** Which statuses of the API an application hands on to its own clients, and as which of its own. */
export type ResamaniaStatusMap = Readonly<Record<number, number>>;

const HANDED_ON: ResamaniaStatusMap = { 404: 404, 409: 409, 422: 422 };

const REFUSED = 'Resamania refused the request';
const MESSAGES = {
  429: 'Too many requests to Resamania',
  502: REFUSED,
  503: 'Resamania is out of reach for now',
  504: 'Resamania did not answer in time',
} as const;

type OwnStatus = keyof typeof MESSAGES;

/** `undefined` for what is wrong in the application itself: a 500, as for any other mistake. */
const STATUS_OF_CODE: Readonly<Record<ResamaniaErrorCode, OwnStatus | undefined>> = {
  invalid_options: undefined,
  unknown_tenant: undefined,
  no_default_tenant: undefined,
  duplicate_tenant: undefined,
  tenant_removed: undefined,
  tenant_missing: undefined,
  tenant_conflict: undefined,
  url_not_allowed: undefined,
  invalid_request: undefined,
  tenant_load_failed: 503,
  credentials_unavailable: 503,
  credentials_rejected: 502,
  request_rejected: 502,
  unknown_principal: 502,
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

/**
 * The answer to an error of this library, or to a failed API call. `ResamaniaExceptionFilter` gives it; it is exported for
 * filters of your own, of GraphQL for instance.
 * @param handedOn - Laid over the default, which hands on 404, 409 and 422 (with its violations) as they are. What is not
 * in it is a 502. Only the API's own answers are handed on: a 404 of the gateway is a wrong base URL.
 * @param now - Milliseconds since the epoch.
 * @returns `undefined` where the error is the application's own
 */
export function resamaniaErrorAnswer(
  error: unknown,
  handedOn: ResamaniaStatusMap = {},
  now: number = Date.now(),
): ResamaniaErrorAnswer | undefined {
  if (error instanceof ResamaniaAuthError) return answerForOurs(error, now);
  return isApiCallError(error) ? answerForCall(error, { ...HANDED_ON, ...handedOn }, now) : undefined;
}

function answerForOurs(
  { code, retryAt, nextAttemptAt }: ResamaniaAuthError,
  now: number,
): ResamaniaErrorAnswer | undefined {
  const status = STATUS_OF_CODE[code];
  return status && answer(status, code, (retryAt ?? nextAttemptAt)?.getTime(), now);
}

/** `undefined` where the application gave the call up itself. */
function answerForCall(
  error: AxiosError,
  statuses: ResamaniaStatusMap,
  now: number,
): ResamaniaErrorAnswer | undefined {
  const { response, code = '' } = error;
  if (code === 'ERR_CANCELED') return undefined;
  if (response === undefined) {
    return isTimeoutCode(code)
      ? answer(504, 'api_timeout', undefined, now)
      : answer(503, 'api_unreachable', undefined, now);
  }
  const { status } = response;
  const headers = headerBag(response.headers);
  const retryAt = status === 429 ? readRateLimit(headers, now).resetAt : readRetryAfter(headers, now);
  const handedOn = statuses[status];
  if (handedOn !== undefined && isOfApi(error)) return handOn(handedOn, error, retryAt, now);
  if (status === 429) return answer(429, 'api_rate_limited', retryAt, now);
  if (status === 504) return answer(504, 'api_timeout', retryAt, now);
  if (status === 503) return answer(503, 'api_unavailable', retryAt, now);
  return answer(502, 'api_refused', retryAt, now);
}

/** The API answers JSON, or nothing to a HEAD. Texts and pages are the gateway's, or of a proxy. */
function isOfApi(error: AxiosError): boolean {
  const data = error.response?.data;
  const text = Buffer.isBuffer(data) ? data.toString('utf8') : data;
  const isText = typeof text === 'string' && text !== '' && jsonObject(text) === undefined;
  return !isText && readApiError(error)?.gatewayMessage === undefined;
}

/** The code is HTTP's words: `api_not_found` for 404, `api_conflict` for 409. */
function handOn(
  status: number,
  error: AxiosError,
  retryAt: number | undefined,
  now: number,
): ResamaniaErrorAnswer {
  const words = (status < 500 && STATUS_CODES[status]) || 'refused';
  const code = `api_${words.toLowerCase().replaceAll(/\W+/g, '_')}`;
  const violations = readApiError(error)?.violations ?? [];
  return {
    status,
    code,
    message: REFUSED,
    ...(violations.length > 0 && { violations }),
    retryAfterSeconds: secondsUntil(retryAt, now),
  };
}

/** @param retryAt - Milliseconds since the epoch. */
function answer(
  status: OwnStatus,
  code: string,
  retryAt: number | undefined,
  now: number,
): ResamaniaErrorAnswer {
  return { status, code, message: MESSAGES[status], retryAfterSeconds: secondsUntil(retryAt, now) };
}

function secondsUntil(retryAt: number | undefined, now: number): number | undefined {
  return retryAt === undefined ? undefined : Math.max(1, Math.ceil((retryAt - now) / 1000));
}

/** The longest description that is logged, in characters. */
const MAX_DESCRIPTION = 300;

/** A failed API call in one line for the log: `GET https://host/alpha/clubs/7: HTTP 404, "Item not found"`. */
export function describeFailedCall(error: AxiosError): string {
  const info = readApiError(error);
  const sent: unknown = error.request ?? error.response?.request;
  const { method = 'call', protocol, host, path = '' } = sent instanceof SentRequest ? sent : {};
  const url = host === undefined ? (error.config?.url ?? '') : `${protocol}//${host}${path}`;
  // A query may hold what is confidential.
  const [bare] = url.split(/[?#]/);
  const status = info?.status === undefined ? (systemCodeOf(error) ?? 'no answer') : `HTTP ${info.status}`;
  const words = info?.description ?? info?.gatewayMessage;
  // As JSON: line breaks must not make lines of their own in the log.
  const described = words === undefined ? '' : `, ${JSON.stringify(words.slice(0, MAX_DESCRIPTION))}`;
  const line = `${method} ${bare}: ${status}${described}`;
  return line.replaceAll(/[\w.+%-]{1,64}(?:@|%40)[\w.-]{1,255}/gi, '[e-mail]');
}
