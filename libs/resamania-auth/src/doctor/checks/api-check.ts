import { AxiosHeaders, type AxiosInstance, type InternalAxiosRequestConfig, isAxiosError } from 'axios';

import type { Clock } from '../../clock.js';
import { isTimeoutCode, systemCodeOf } from '../../errors.js';
import { readApiError, type ResamaniaApiErrorInfo } from '../../gateway/api-error.js';
import { jsonObject } from '../../gateway/json.js';
import { type CallCredentials, withOurHeaders } from '../../http/call/api-headers.js';
import { resolveApiUrl } from '../../http/target/api-url.js';
import type { Tenant } from '../../tenants/tenant.js';
import { classifyAnswer } from '../../token/request/classify-failure.js';
import { answerOf, type HttpAnswer } from '../../token/request/http-token-transport.js';
import { tokenFailure } from '../../token/request/token-failure.js';
import { TimeUp, withTimeLimit } from '../../waiting.js';
import { failed, type Finding, ok, warning } from './diagnosis.js';
import { failureFinding } from './token-findings.js';

/** A larger answer than this is none to one harmless question, in bytes. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/** What the API answers where a client may not use an endpoint. */
const ENDPOINT_NOT_GRANTED = 'api.error.scope.unauthorized-endpoint';

/**
 * Makes one call that changes nothing: for the club of the config, which tells most, or for the first of all clubs. It
 * carries what every call of the library carries, and follows no redirect.
 */
export async function checkApi(
  http: AxiosInstance,
  credentials: CallCredentials,
  { clock, timeoutMs }: { readonly clock: Clock; readonly timeoutMs: number },
): Promise<Finding> {
  const { tenant } = credentials;
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
    return granted(answerOf(response), tenant);
  } catch (error) {
    // The error holds the headers. What it says is read, and it goes no further.
    const response = isAxiosError<unknown>(error) ? error.response : undefined;
    if (response !== undefined) return refused(answerOf(response), readApiError(error), tenant, clock.now());
    return noAnswer(error instanceof TimeUp ? 'ETIMEDOUT' : (systemCodeOf(error) ?? 'unknown'));
  }
}

function granted({ status, body }: HttpAnswer, tenant: Tenant): Finding {
  if (jsonObject(body) === undefined) return withoutJson(status);
  const what = tenant.clubId === undefined ? 'the list of clubs' : 'the configured club';
  return ok(`read ${what}${withContext(contextOf(tenant))} (HTTP ${status})`);
}

/** Codes and remedies are those of the table of failures; its words are about token requests. */
function refused(
  answer: HttpAnswer,
  error: ResamaniaApiErrorInfo | undefined,
  tenant: Tenant,
  now: number,
): Finding {
  const { status } = answer;
  if (status === 404) return notFound(tenant);
  if (status === 401 && error?.unauthorizedBy !== 'gateway') return tokenRefused(error?.unauthorizedBy);
  if (status === 403 && error?.gatewayMessage === undefined) return forbidden(error?.description);
  const failure = failureFinding(classifyAnswer({ ...answer, body: '' }, now), now);
  if (status === 401 || status === 403 || status === 429) return failure;
  const redirect = status < 400 ? ', a redirect, which the check does not follow' : '';
  return { ...failure, detail: `the API answered HTTP ${status}${redirect}` };
}

/** @param fault - Why no answer came: a system error code, or axios' own. */
function noAnswer(fault: string): Finding {
  const isLate = isTimeoutCode(fault);
  const { code, remedy } = tokenFailure(isLate ? 'timeout' : 'network');
  const detail = isLate ? ' in time' : `, or not completely (${fault})`;
  return failed(`the API did not answer${detail}`, remedy, code);
}

function withoutJson(status: number): Finding {
  const { code, remedy } = tokenFailure('broken');
  return failed(`the API answered HTTP ${status} without JSON`, remedy, code);
}

function notFound(tenant: Tenant): Finding {
  const asked = tenant.clubId === undefined ? 'clubs' : 'club';
  const context = contextOf(tenant);
  const verb = context.length === 1 ? 'exists' : 'exist';
  const exist = context.length === 0 ? '' : `, and that ${context.join(' and ')} ${verb}`;
  return failed(
    `the API found no ${asked}${withContext(context)} (HTTP 404)`,
    `Check \`apiBaseUrl\` and \`clientToken\`${exist}.`,
    'wrong_url',
  );
}

function tokenRefused(unauthorizedBy: string | undefined): Finding {
  const what = unauthorizedBy === 'token' ? 'the token that was just issued' : 'the call, without a reason';
  return failed(
    `the API refused ${what} (HTTP 401)`,
    'Check that `apiBaseUrl`, `tokenPath` and `clientToken` belong to the same environment and tenant.',
  );
}

function forbidden(description: string | undefined): Finding {
  return description === ENDPOINT_NOT_GRANTED
    ? warning(
        'the credentials are valid, but the API does not let this client read the clubs (HTTP 403)',
        'If the application needs this endpoint, ask for access to it. In the staging environment, check `apiBaseUrl`.',
      )
    : failed(
        'the API forbids the call (HTTP 403)',
        'Ask what this client may do; check `clubId` and `networkNodeId` where they are set.',
      );
}

/** The context headers that the call carried, by the options that they come from. */
function contextOf(tenant: Tenant): string[] {
  const fields = (['clubId', 'networkNodeId'] as const).filter((field) => tenant[field] !== undefined);
  return fields.map((field) => `\`${field}\``);
}

function withContext(context: readonly string[]): string {
  return context.length === 0 ? '' : ` with ${context.join(' and ')}`;
}
