import {
  AxiosHeaders,
  type AxiosInstance,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
  isAxiosError,
} from 'axios';

import type { Clock } from '../../clock.js';
import { systemCodeOf } from '../../errors.js';
import { readApiError, type ResamaniaApiErrorInfo } from '../../gateway/api-error.js';
import { type CallCredentials, withOurHeaders } from '../../http/call/api-headers.js';
import { resolveApiUrl } from '../../http/target/api-url.js';
import { answerOf } from '../../token/request/http-token-transport.js';
import type { HttpAnswer } from '../../token/request/http-token-transport.js';
import { TimeUp, withTimeLimit } from '../../waiting.js';

/** What came of the API call. */
export interface ApiOutcome {
  /** Whether one club was asked for, that of the config, or the list of clubs. */
  readonly asked: 'club' | 'clubs';
  /** `undefined` where none came. */
  readonly answer: HttpAnswer | undefined;
  /** What the library reads in an answer that is an error. */
  readonly error: ResamaniaApiErrorInfo | undefined;
  /** Why no answer came: a system error code, or axios' own. */
  readonly fault: string | undefined;
}

/** A larger answer than this is none to one harmless question, in bytes. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * Makes one call that changes nothing: for the club of the config, which tells most, or for the first of all clubs. It
 * carries what every call of the library carries, and follows no redirect.
 */
export async function callApi(
  http: AxiosInstance,
  credentials: CallCredentials,
  { clock, timeoutMs }: { readonly clock: Clock; readonly timeoutMs: number },
): Promise<ApiOutcome> {
  const { tenant } = credentials;
  const asked = tenant.clubId === undefined ? 'clubs' : 'club';
  const url = resolveApiUrl(tenant.clubId ?? 'clubs?itemsPerPage=1', tenant);
  const bare = { headers: new AxiosHeaders() } as InternalAxiosRequestConfig;
  const config = {
    headers: withOurHeaders(bare, credentials),
    maxRedirects: 0,
    maxContentLength: MAX_ANSWER_BYTES,
    responseType: 'text',
    transformResponse: (body: unknown) => body,
  } as const;
  try {
    const response = await withTimeLimit(clock, timeoutMs, (signal) =>
      http.get<unknown>(url ?? '', { ...config, signal }),
    );
    return { asked, answer: answerOf(response), error: undefined, fault: undefined };
  } catch (error) {
    // The error holds the headers. What it says is read, and it goes no further.
    const response: AxiosResponse<unknown> | undefined = isAxiosError(error) ? error.response : undefined;
    const code = error instanceof TimeUp ? 'ETIMEDOUT' : (systemCodeOf(error) ?? 'unknown');
    return {
      asked,
      answer: response && answerOf(response),
      error: readApiError(error),
      fault: response === undefined ? code : undefined,
    };
  }
}
