import { loose, type Loose } from './fields.js';
import type { Problem } from './problem.js';

/** Numbers that another number limits. */
const AT_MOST = [
  ['refresh.margin.share', 'refresh.lead.share'],
  ['refresh.margin.maxMs', 'refresh.lead.maxMs'],
  ['tokenRequest.timeoutMs', 'tokenRequest.deadlineMs'],
] as const;

/** What is wrong between the numbers of `refresh` and `tokenRequest`; a number that is not given is the default. */
export function policyProblems(options: Loose, defaults: Loose): Problem[] {
  const numberAt = (path: string) => {
    const given = valueAt(options, path);
    return { path, value: given ?? valueAt(defaults, path), isDefault: given === undefined };
  };
  const tooHigh = AT_MOST.map(([path, limit]) => atMost(numberAt(path), numberAt(limit)));
  const shares = sharesBelowOne(numberAt('refresh.lead.share'), numberAt('refresh.jitter.share'));
  return [...tooHigh, shares].filter((found) => found !== undefined);
}

/** A number of the options, or `WRONG`, together with whether it is the default: the message then says what that is. */
interface Given {
  readonly path: string;
  readonly value: unknown;
  readonly isDefault: boolean;
}

function valueAt(options: Loose, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => loose(at)[key], options);
}

function atMost(given: Given, limit: Given): Problem | undefined {
  if (typeof given.value !== 'number' || typeof limit.value !== 'number') return undefined;
  if (given.value <= limit.value) return undefined;
  return problem(given, `expected at most ${limit.path}${defaultNote(given, limit)}`);
}

function sharesBelowOne(lead: Given, jitter: Given): Problem | undefined {
  if (typeof lead.value !== 'number' || typeof jitter.value !== 'number') return undefined;
  if (lead.value + jitter.value < 1) return undefined;
  return problem(lead, `expected less than 1 together with ${jitter.path}${defaultNote(lead, jitter)}`);
}

function problem({ path }: Given, text: string): Problem {
  return { path: path.split('.'), text };
}

function defaultNote(here: Given, there: Given): string {
  if (here.isDefault) return ` (it is ${String(here.value)} by default)`;
  return there.isDefault ? ` (that is ${String(there.value)} by default)` : '';
}
