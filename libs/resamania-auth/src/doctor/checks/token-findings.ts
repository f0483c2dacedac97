import { STATUS_PAGE } from '../../errors.js';
import { readLimits, usedShare } from '../../gateway/limits.js';
import type { Tenant } from '../../tenants/tenant.js';
import type { TokenFailure } from '../../token/request/token-failure.js';
import {
  failed,
  type Finding,
  notChecked,
  ok,
  type StepFinding,
  type StepName,
  warning,
} from './diagnosis.js';
import { isFailure, type TokenOutcome } from './token-request.js';
import { duration, moment } from './words.js';

/** A token request that takes longer than this is worth a warning. */
const SLOW_MS = 2_000;

/**
 * What one token request says of three checks. The gateway looks at the path first, then at the key and its limits, and
 * only then asks the token endpoint, which looks at the credentials: where one of them fails, those before it passed.
 *
 * @param warnAt - Share of the daily quota from which on it is worth a warning.
 */
export function tokenFindings(outcome: TokenOutcome, tenant: Tenant, warnAt: number): StepFinding[] {
  const { result, endedAt } = outcome;
  const passed: StepFinding[] = [
    { step: 'token endpoint', ...answered(outcome) },
    { step: 'gateway key', ...keyAccepted(outcome, tenant, warnAt) },
    { step: 'credentials', ...ok('accepted; a token was issued') },
  ];
  if (!isFailure(result)) return passed;
  const failedStep = stepOf(result);
  const before = passed.slice(
    0,
    passed.findIndex(({ step }) => step === failedStep),
  );
  return [...before, { step: failedStep, ...failureFinding(result, endedAt) }];
}

/** A failure of the library's table as a finding, with the end of a limit where there is one. */
export function failureFinding({ code, what, remedy, resetAt }: TokenFailure, now: number): Finding {
  const reset =
    resetAt === undefined
      ? ''
      : `; it resets at ${moment(resetAt)}, in ${duration(Math.max(0, resetAt - now))}`;
  return failed(`${what.replace(/\.$/, '')}${reset}`, remedy, code);
}

function stepOf({ code, kind, oauthError }: TokenFailure): StepName {
  if (code === 'gateway_refused' || kind === 'limited') return 'gateway key';
  return oauthError === true || code === 'credentials_unavailable' ? 'credentials' : 'token endpoint';
}

function answered({ durationMs, answer }: TokenOutcome): Finding {
  if (answer === undefined) return notChecked('no request was made');
  const detail = `answered in ${duration(durationMs)} (HTTP ${answer.status})`;
  if (durationMs < SLOW_MS) return ok(detail);
  const remedy = `Check the network and ${STATUS_PAGE}; requests fail at \`tokenRequest.timeoutMs\`.`;
  return warning(`slow: ${detail}`, remedy);
}

function keyAccepted({ answer, endedAt }: TokenOutcome, tenant: Tenant, warnAt: number): Finding {
  if (answer === undefined) return notChecked('no request was made');
  if (!tenant.hasApiKey) return ok('none is configured, and none is needed');
  const { quota } = readLimits(answer.headers, endedAt);
  const share = quota && usedShare(quota);
  if (share === undefined) return ok('accepted');
  const left = `accepted; ${quota?.remaining} of ${quota?.limit} requests of the quota are left`;
  return share < warnAt ? ok(left) : warning(left, 'Make fewer calls, or ask for a larger quota.');
}
