import { isTimeoutCode } from '../../errors.js';
import { jsonObject } from '../../gateway/json.js';
import type { Tenant } from '../../tenants/tenant.js';
import { classifyAnswer } from '../../token/request/classify-failure.js';
import { tokenFailure } from '../../token/request/token-failure.js';
import type { ApiOutcome } from './api-check.js';
import { failed, type Finding, ok, warning } from './diagnosis.js';
import { failureFinding } from './token-findings.js';

/** What the API answers where a client may not use an endpoint. */
const ENDPOINT_NOT_GRANTED = 'api.error.scope.unauthorized-endpoint';

/** Judges the API call. Codes and remedies are those of the table of failures; its words are about token requests. */
export function apiFinding(outcome: ApiOutcome, tenant: Tenant, now: number): Finding {
  const { asked, answer, error, fault = 'unknown' } = outcome;
  if (answer === undefined) return noAnswer(fault);
  const { status } = answer;
  const context = contextOf(tenant);
  const headers = context === undefined ? '' : ` with ${context}`;
  if (status >= 200 && status < 300) {
    if (jsonObject(answer.body) === undefined) return withoutJson(status);
    return ok(
      `read ${asked === 'club' ? 'the configured club' : 'the list of clubs'}${headers} (HTTP ${status})`,
    );
  }
  if (status === 404) {
    const detail = `the API found no ${asked}${headers} (HTTP 404)`;
    const verb = context?.includes(' and ') === true ? 'exist' : 'exists';
    const exist = context === undefined ? '' : `, and that ${context} ${verb}`;
    return failed(detail, `Check \`apiBaseUrl\` and \`clientToken\`${exist}.`, 'wrong_url');
  }
  if (status === 401 && error?.unauthorizedBy !== 'gateway') return tokenRefused(error?.unauthorizedBy);
  if (status === 403 && error?.gatewayMessage === undefined) return forbidden(error?.description);
  const failure = failureFinding(classifyAnswer({ ...answer, body: '' }, now), now);
  if (status === 401 || status === 403 || status === 429) return failure;
  const redirect = status < 400 ? ', a redirect, which the check does not follow' : '';
  return { ...failure, detail: `the API answered HTTP ${status}${redirect}` };
}

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
function contextOf(tenant: Tenant): string | undefined {
  const fields = (['clubId', 'networkNodeId'] as const).filter((field) => tenant[field] !== undefined);
  return fields.length === 0 ? undefined : fields.map((field) => `\`${field}\``).join(' and ');
}
