import { isTimeoutCode } from '../../errors.js';
import { jsonObject } from '../../gateway/json.js';
import type { Tenant } from '../../tenants/tenant.js';
import { classifyAnswer, classifyFault } from '../../token/request/classify-failure.js';
import { tokenFailure } from '../../token/request/token-failure.js';
import type { HttpAnswer } from '../../token/request/token-transport.js';
import type { ApiOutcome } from './api-check.js';
import { type Finding, ok, warning } from './diagnosis.js';
import { failureFinding } from './token-findings.js';

/** What the API answers where a client may not use an endpoint. */
const ENDPOINT_NOT_GRANTED = 'api.error.scope.unauthorized-endpoint';

/** Judges the API call. Codes and remedies are those of the table of failures; its words are about token requests. */
export function apiFinding(outcome: ApiOutcome, tenant: Tenant, now: number): Finding {
  const { answer } = outcome;
  if (answer === undefined) return noAnswer(outcome);
  const { status } = answer;
  if (status >= 200 && status < 300) return answered(outcome, answer, tenant);
  if (status === 401) return unauthorized(outcome, answer, now);
  if (status === 403) return forbidden(outcome, answer, now);
  if (status === 404) return notFound(outcome, tenant);
  const failure = classifyAnswer({ ...answer, body: '' }, now);
  if (status === 429) return failureFinding(failure, now);
  return { ...failureFinding(failure, now), detail: `The API answered HTTP ${status}${redirects(status)}.` };
}

function redirects(status: number): string {
  return status >= 300 && status < 400 ? ', a redirect; the check follows none' : '';
}

function noAnswer({ fault = 'unknown' }: ApiOutcome): Finding {
  const isLate = isTimeoutCode(fault) || fault === 'ERR_CANCELED';
  const { code, remedy } = classifyFault({ reason: isLate ? 'timeout' : 'network' });
  const detail = isLate
    ? 'The API did not answer in time.'
    : `The API's answer did not come, or not whole (${fault}).`;
  return { verdict: 'failed', detail, code, remedy };
}

function answered({ asked }: ApiOutcome, { status, body }: HttpAnswer, tenant: Tenant): Finding {
  if (jsonObject(body) === undefined) {
    const { code, remedy } = tokenFailure('broken', { status });
    return { verdict: 'failed', detail: `The API answered HTTP ${status} without JSON.`, code, remedy };
  }
  const context = contextOf(tenant);
  const what = asked === 'club' ? 'The configured club' : 'The list of clubs';
  return ok(`${what} was read${context === '' ? '' : ` with ${context}`} (HTTP ${status}).`);
}

function unauthorized({ error }: ApiOutcome, answer: HttpAnswer, now: number): Finding {
  if (error?.unauthorizedBy === 'gateway') {
    return failureFinding(classifyAnswer({ ...answer, body: '' }, now), now);
  }
  const who =
    error?.unauthorizedBy === 'token' ? 'the token that was just issued' : 'the call, without a reason';
  return {
    verdict: 'failed',
    detail: `The API refused ${who} (HTTP 401).`,
    remedy: 'Check that `apiBaseUrl`, `tokenPath` and `clientToken` are of one environment and one chain.',
  };
}

function forbidden({ error }: ApiOutcome, answer: HttpAnswer, now: number): Finding {
  if (error?.description === ENDPOINT_NOT_GRANTED) {
    return warning(
      'The credentials are fine, but the API does not grant the clubs to this client (HTTP 403).',
      'Ask for the endpoint to be granted if the application needs it. In the staging environment: check `apiBaseUrl`.',
    );
  }
  if (error?.gatewayMessage !== undefined) {
    return failureFinding(classifyAnswer({ ...answer, body: '' }, now), now);
  }
  return {
    verdict: 'failed',
    detail: 'The API forbids the call (HTTP 403).',
    remedy: 'Ask what this client may do; check `clubId` and `networkNodeId` where they are set.',
  };
}

function notFound({ asked }: ApiOutcome, tenant: Tenant): Finding {
  const context = contextOf(tenant);
  const detail = `The API found no ${asked}${context === '' ? '' : ` with ${context}`} (HTTP 404).`;
  const headers =
    context === '' ? '' : `, and that ${context} ${context.includes(' and ') ? 'are' : 'is'} there`;
  return {
    verdict: 'failed',
    detail,
    code: 'wrong_url',
    remedy: `Check \`apiBaseUrl\` and \`clientToken\`${headers}.`,
  };
}

/** The context headers that the call carried, by the options that they come from. */
function contextOf({ clubId, networkNodeId }: Tenant): string {
  return [clubId && '`clubId`', networkNodeId && '`networkNodeId`'].filter(Boolean).join(' and ');
}
