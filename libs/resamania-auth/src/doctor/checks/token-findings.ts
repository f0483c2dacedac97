import { STATUS_PAGE } from '../../errors.js';
import type { Tenant } from '../../tenants/tenant.js';
import { readLimits, usedShare } from '../../gateway/limits.js';
import type { TokenFailure } from '../../token/request/token-failure.js';
import { type Finding, notChecked, ok, warning } from './diagnosis.js';
import { isFailure, type TokenOutcome } from './token-request.js';
import { duration, moment } from './words.js';

/** A token request that takes longer than this is worth a warning. */
const SLOW_MS = 2_000;

/** What one token request tells of three things. */
export interface TokenFindings {
  readonly 'token endpoint': Finding;
  readonly 'gateway key': Finding;
  readonly credentials: Finding;
}

/**
 * Judges a token request. The gateway looks at the path first, then at the key and its limits, and only then asks the
 * token endpoint, which looks at the credentials: a failure says something of all that came before it.
 *
 * @param warnAt - Share of the daily quota from which on it is worth a warning.
 */
export function tokenFindings(outcome: TokenOutcome, tenant: Tenant, warnAt: number): TokenFindings {
  const { result } = outcome;
  const place = isFailure(result) ? placeOf(result) : undefined;
  if (!isFailure(result) || place === 'credentials') {
    return {
      'token endpoint': answered(outcome),
      'gateway key': keyAccepted(tenant, outcome, warnAt),
      credentials: isFailure(result)
        ? failureFinding(result, outcome.endedAt)
        : ok('Accepted; a token was issued.'),
    };
  }
  const found = failureFinding(result, outcome.endedAt);
  const credentials = notChecked('The token endpoint has to answer first.');
  return place === 'gateway key'
    ? { 'token endpoint': answered(outcome), 'gateway key': found, credentials }
    : { 'token endpoint': found, 'gateway key': credentials, credentials };
}

/** A failure of the library's table as a finding, with the end of a limit where there is one. */
export function failureFinding(failure: TokenFailure, now: number): Finding {
  const { code, remedy, resetAt } = failure;
  return { verdict: 'failed', detail: `${failure.what}${untilReset(resetAt, now)}`, code, remedy };
}

function untilReset(resetAt: number | undefined, now: number): string {
  if (resetAt === undefined) return '';
  return ` It resets at ${moment(resetAt)}, in ${duration(Math.max(0, resetAt - now))}.`;
}

function placeOf({ code, kind, oauthError }: TokenFailure): keyof TokenFindings {
  if (code === 'gateway_refused' || kind === 'limited') return 'gateway key';
  return oauthError === true || code === 'credentials_unavailable' ? 'credentials' : 'token endpoint';
}

function answered({ durationMs, answer }: TokenOutcome): Finding {
  const detail = `Answered in ${duration(durationMs)}${answer === undefined ? '' : ` (HTTP ${answer.status})`}.`;
  if (answer === undefined) return notChecked('No request was made.');
  return durationMs < SLOW_MS
    ? ok(detail)
    : warning(
        `Slow: ${detail[0]?.toLowerCase()}${detail.slice(1)}`,
        `Check the network and ${STATUS_PAGE}; requests fail at \`tokenRequest.timeoutMs\`.`,
      );
}

function keyAccepted(tenant: Tenant, { answer }: TokenOutcome, warnAt: number): Finding {
  if (answer === undefined) return notChecked('No request was made.');
  if (!tenant.hasApiKey) return ok('None is configured, and none is asked for.');
  const { quota } = readLimits(answer.headers);
  const share = quota && usedShare(quota);
  if (share === undefined) return ok('Accepted.');
  const left = `Accepted; ${quota?.remaining} of ${quota?.limit} requests of the quota are left.`;
  if (share < warnAt) return ok(left);
  return warning(left, 'Ask for fewer calls or a larger quota.');
}
