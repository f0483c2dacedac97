import type { RefreshPolicy } from '../../options/resolved-options.js';
import { jsonObject } from '../../gateway/json.js';
import { planTimes } from '../../token/cache/token-times.js';
import { declaredMs, type JwtTimes, readJwtTimes } from '../../token/request/token-lifetime.js';
import type { IssuedToken } from '../../token/request/token-answer.js';
import { type Finding, together, warning } from './diagnosis.js';
import type { TokenOutcome } from './token-request.js';
import { duration } from './words.js';

/** A shorter lifetime than this is worth a warning: the token would be renewed all the time. */
const SHORT_MS = 60_000;
/** Clocks that are further apart than this are worth a warning. */
const SKEW_MS = 30_000;

/** Judges the lifetime of a new token, and the clocks that it is counted by. */
export function checkLifetime(token: IssuedToken, outcome: TokenOutcome, policy: RefreshPolicy): Finding {
  const signed = readJwtTimes(token.value);
  const declared = declaredMs(jsonObject(outcome.answer?.body)?.['expires_in']).ms;
  const findings = [
    ...oddity(token),
    ...short(token),
    ...disagreement(declared, signed),
    ...skew(outcome, signed),
  ];
  return together(findings, `${duration(token.lifetimeMs)}; ${renewal(token.lifetimeMs, policy)}.`);
}

/** When the library would renew it: between the two ends of the jitter. */
function renewal(lifetimeMs: number, policy: RefreshPolicy): string {
  const [earliest, latest] = [1, 0].map((jitter) => planTimes(0, lifetimeMs, policy, () => jitter).dueAt);
  return `the library renews it ${duration(earliest ?? 0)} to ${duration(latest ?? 0)} after its issue`;
}

function oddity({ oddity: text }: IssuedToken): Finding[] {
  if (text === undefined) return [];
  return [warning(`The answer ${text}.`, 'The library copes; tell those who run the API.')];
}

function short({ lifetimeMs }: IssuedToken): Finding[] {
  if (lifetimeMs >= SHORT_MS) return [];
  const text = `The token lives for ${duration(lifetimeMs)} only.`;
  return [warning(text, 'Ask for a longer lifetime, or expect a token request that often.')];
}

function disagreement(declared: number | undefined, signed: JwtTimes | undefined): Finding[] {
  if (declared === undefined || signed === undefined || declared === signed.lifetimeMs) return [];
  const text = `The expires_in says ${duration(declared)}, the token itself ${duration(signed.lifetimeMs)}.`;
  return [warning(text, 'The library takes the shorter one; tell those who run the API.')];
}

/** By the `Date` of the answer, which has whole seconds; else by when the token says that it was issued. */
function skew({ answer, endedAt, durationMs }: TokenOutcome, signed: JwtTimes | undefined): Finding[] {
  const date = Date.parse(answer?.headers['date'] ?? '');
  const ahead = (Number.isNaN(date) ? (signed?.issuedAt ?? endedAt) : date) - endedAt;
  const ofToken = signed === undefined || Number.isNaN(date) ? 0 : signed.issuedAt - date;
  // An answer that took long was dated and signed before it arrived.
  const isOff = Math.abs(ahead) > SKEW_MS + durationMs;
  const clocks = `The server's clock is ${duration(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'} this machine's.`;
  return [
    ...(isOff ? [warning(clocks, 'Set the clock of this machine by NTP; if it is right, tell them.')] : []),
    // A token that was issued a while ago is no wonder: a server may hand out the same one again.
    ...(ofToken > SKEW_MS
      ? [
          warning(
            `The token was issued ${duration(ofToken)} in the future, it says.`,
            'The API may refuse it until then: tell those who run it.',
          ),
        ]
      : []),
  ];
}
