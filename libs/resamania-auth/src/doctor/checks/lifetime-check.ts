import { jsonObject } from '../../gateway/json.js';
import type { RefreshPolicy } from '../../options/resolved-options.js';
import { planTimes } from '../../token/cache/token-in-hand.js';
import type { IssuedToken } from '../../token/request/token-answer.js';
import { declaredMs, readJwtTimes } from '../../token/request/token-lifetime.js';
import { type Finding, ok, warning } from './diagnosis.js';
import type { TokenOutcome } from './token-request.js';
import { duration } from './words.js';

/** A shorter lifetime than this is worth a warning: the token would be renewed all the time. */
const SHORT_MS = 60_000;
/** Clocks that are further apart than this are worth a warning. */
const SKEW_MS = 30_000;

type Warning = readonly [detail: string, remedy: string];

/** Judges the lifetime of a new token, and the clocks that it is counted by. */
export function checkLifetime(token: IssuedToken, outcome: TokenOutcome, policy: RefreshPolicy): Finding {
  const { lifetimeMs } = token;
  const warnings = [...lifetimeWarnings(token, outcome), ...clockWarnings(token, outcome)];
  if (warnings.length === 0) return ok(`${duration(lifetimeMs)}; ${renewal(lifetimeMs, policy)}`);
  const details = warnings.map(([detail]) => detail);
  const remedies = warnings.map(([, remedy]) => remedy);
  return warning(details.join('\n'), [...new Set(remedies)].join('\n'));
}

/** When the library would renew it: between the two ends of the jitter. */
function renewal(lifetimeMs: number, policy: RefreshPolicy): string {
  const [earliest, latest] = [1, 0].map((jitter) =>
    duration(planTimes(0, lifetimeMs, policy, () => jitter).dueAt),
  );
  return `renewed ${earliest} to ${latest} after its issue`;
}

function* lifetimeWarnings(token: IssuedToken, { answer }: TokenOutcome): Generator<Warning> {
  const { oddity, lifetimeMs } = token;
  if (oddity !== undefined)
    yield [`the answer ${oddity}`, 'The library copes with it; tell those who run the API.'];
  if (lifetimeMs < SHORT_MS) {
    const remedy = 'Ask for a longer lifetime, or accept a token request that often.';
    yield [`the token lives for ${duration(lifetimeMs)} only`, remedy];
  }
  const declared = declaredMs(jsonObject(answer?.body)?.['expires_in']).ms;
  const signed = readJwtTimes(token.value)?.lifetimeMs;
  if (declared !== undefined && signed !== undefined && declared !== signed) {
    const detail = `expires_in says ${duration(declared)}, the token itself ${duration(signed)}`;
    yield [detail, 'The library takes the shorter lifetime; tell those who run the API.'];
  }
}

/** By the `Date` of the answer, which has whole seconds; else by when the token says that it was issued. */
function* clockWarnings(token: IssuedToken, outcome: TokenOutcome): Generator<Warning> {
  const { answer, endedAt, durationMs } = outcome;
  const issuedAt = readJwtTimes(token.value)?.issuedAt;
  const date = Date.parse(answer?.headers['date'] ?? '');
  const serverTime = Number.isNaN(date) ? (issuedAt ?? endedAt) : date;
  const ahead = serverTime - endedAt;
  // An answer that took long was dated and signed before it arrived.
  if (Math.abs(ahead) > SKEW_MS + durationMs) {
    const clocks = `${duration(Math.abs(ahead))} ${ahead > 0 ? 'ahead of' : 'behind'}`;
    yield [
      `the server's clock is ${clocks} this machine's`,
      "Synchronise this machine's clock by NTP; if it is right, tell those who run the API.",
    ];
  }
  // Not the other way round: a server may hand out again a token that it issued a while ago.
  const early = (issuedAt ?? serverTime) - serverTime;
  if (early > SKEW_MS) {
    yield [
      `the token says that it was issued ${duration(early)} in the future`,
      'The API may refuse the token until then; tell those who run the API.',
    ];
  }
}
