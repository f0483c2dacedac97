import { type AxiosResponse, isAxiosError } from 'axios';

import { jsonObject, nonEmptyString } from './json.js';
import { headerBag, readLimits, readRetryAfter, type ResamaniaLimits } from './limits.js';
import { classifyUnauthorized, type UnauthorizedBy } from './unauthorized.js';

/** What a failed API call says, whatever the form of its answer. */
export interface ResamaniaApiErrorInfo {
  /** HTTP status; absent where no answer came. */
  readonly status?: number;
  /** What is wrong, in the API's words: `hydra:description`, `detail`, or an OAuth error's description. */
  readonly description?: string;
  /** The fields that a validation refused. */
  readonly violations: readonly { readonly path: string; readonly message: string }[];
  /** The gateway's words, where the gateway refused the call. */
  readonly gatewayMessage?: string;
  /** Of a 401: who refused. */
  readonly unauthorizedBy?: UnauthorizedBy;
  /** Of a 401: the request was not sent again, since its body was a stream, which is used up. */
  readonly notReplayed: boolean;
  /** The limits that the answer reported. */
  readonly limits: ResamaniaLimits;
  /** When the answer asks to come back, by its `Retry-After`. */
  readonly retryAt?: Date;
}

const NOT_REPLAYED = Symbol('ResamaniaAuth.notReplayed');
const NOTE = 'It was not sent again with a new token: its body is a stream, which is used up.';

/**
 * Reads the error of a failed API call, an `AxiosError`: JSON, ld+json or text, parsed or not. The body of a stream is
 * left unread.
 * @returns what it says; `undefined` for any other error
 */
export function readApiError(error: unknown): ResamaniaApiErrorInfo | undefined {
  if (!isAxiosError(error)) return undefined;
  const { response } = error;
  const answered = response === undefined ? { violations: [], limits: {} } : readAnswer(response);
  return { ...answered, notReplayed: NOT_REPLAYED in error };
}

/** Says in an error, and for `readApiError()`, why there was no replay. */
export function noteNotReplayed(error: unknown): unknown {
  if (!isAxiosError(error)) return error;
  error.message = `${error.message}. ${NOTE}`;
  return Object.defineProperty(error, NOT_REPLAYED, { value: true });
}

function readAnswer({
  status,
  headers,
  data,
}: AxiosResponse<unknown>): Omit<ResamaniaApiErrorInfo, 'notReplayed'> {
  const text = Buffer.isBuffer(data) ? data.toString('utf8') : data;
  const json = jsonObject(text) ?? {};
  const unauthorizedBy = status === 401 ? classifyUnauthorized(headers, text) : undefined;
  const isGateways = unauthorizedBy === 'gateway' || 'http_status_code' in json;
  const bag = headerBag(headers);
  const now = Date.now();
  const retryAt = readRetryAfter(bag, now);
  const words = nonEmptyString(json['message']) ?? (isGateways ? nonEmptyString(text) : undefined);
  const description =
    nonEmptyString(json['hydra:description']) ??
    nonEmptyString(json['detail']) ??
    nonEmptyString(json['error_description']);
  return {
    status,
    ...(description !== undefined && { description }),
    violations: violationsOf(json['violations']),
    ...(isGateways && words !== undefined && { gatewayMessage: words }),
    ...(unauthorizedBy && { unauthorizedBy }),
    limits: readLimits(bag, now),
    ...(retryAt !== undefined && { retryAt: new Date(retryAt) }),
  };
}

function violationsOf(value: unknown): ResamaniaApiErrorInfo['violations'] {
  if (!Array.isArray(value)) return [];
  return value.map((violation: unknown) => {
    const { propertyPath, message } = (violation ?? {}) as { propertyPath?: unknown; message?: unknown };
    return { path: nonEmptyString(propertyPath) ?? '', message: nonEmptyString(message) ?? '' };
  });
}
