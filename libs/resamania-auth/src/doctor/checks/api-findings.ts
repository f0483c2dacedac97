import { isTimeoutCode } from '../../errors.js';
import { jsonObject } from '../../gateway/json.js';
import type { Tenant } from '../../tenants/tenant.js';
import { classifyAnswer } from '../../token/request/classify-failure.js';
import { tokenFailure } from '../../token/request/token-failure.js';
import type { HttpAnswer } from '../../token/request/http-token-transport.js';
import type { ApiOutcome } from './api-check.js';
import { failed, type Finding, ok, warning } from './diagnosis.js';
import { failureFinding } from './token-findings.js';

/** What the API answers where a client may not use an endpoint. */
const ENDPOINT_NOT_GRANTED = 'api.error.scope.unauthorized-endpoint';

/** Judges the API call. Codes and remedies are those of the table of failures; its words are about token requests. */
export function apiFinding(outcome: ApiOutcome, tenant: Tenant, now: number): Finding {
  const { answer, error } = outcome;
  if (answer === undefined) return noAnswer(outcome);
  const { status } = answer;
  if (status >= 200 && status < 300) return answered(outcome, answer, tenant);
  if (status === 404) return notFound(outcome, tenant);
  if (status === 401 && error?.unauthorizedBy !== 'gateway') return tokenRefused(error?.unauthorizedBy);
  if (status === 403 && error?.gatewayMessage === undefined) return forbidden(error?.description);
  const failure = failureFinding(classifyAnswer({ ...answer, body: '' }, now), now);
  if (status === 401 || status === 403 || status === 429) return failure;
  const redirect = status < 400 ? ', a redirect, which the check does not follow' : '';
  return { ...failure, detail: `the API answered HTTP ${status}${redirect}` };
}

function noAnswer({ fault = 'unknown' }: ApiOutcome): Finding {
  const isLate = isTimeoutCode(fault);
  const { code, remedy } = tokenFailure(isLate ? 'timeout' : 'network');
  const detail = isLate
    ? 'the API did not answer in time'
    : `the API did not answer, or not completely (${fault})`;
  return failed(detail, remedy, code);
}

function answered({ asked }: ApiOutcome, { status, body }: HttpAnswer, tenant: Tenant): Finding {
  if (jsonObject(body) === undefined) {
    const { code, remedy } = tokenFailure('broken', { status });
    return failed(`the API answered HTTP ${status} without JSON`, remedy, code);
  }
  const what = asked === 'club' ? 'the configured club' : 'the list of clubs';
  return ok(`read ${what}${withContext(tenant)} (HTTP ${status})`);
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

function notFound({ asked }: ApiOutcome, tenant: Tenant): Finding {
  const context = contextOf(tenant);
  const exist =
    context.length === 0 ? '' : `, and that ${context.join(' and ')} exist${context.length === 1 ? 's' : ''}`;
  return failed(
    `the API found no ${asked}${withContext(tenant)} (HTTP 404)`,
    `Check \`apiBaseUrl\` and \`clientToken\`${exist}.`,
    'wrong_url',
  );
}

function withContext(tenant: Tenant): string {
  const context = contextOf(tenant);
  return context.length === 0 ? '' : ` with ${context.join(' and ')}`;
}

/** The context headers that the call carried, by the options that they come from. */
function contextOf({ clubId, networkNodeId }: Tenant): string[] {
  return [...(clubId ? ['`clubId`'] : []), ...(networkNodeId ? ['`networkNodeId`'] : [])];
}
