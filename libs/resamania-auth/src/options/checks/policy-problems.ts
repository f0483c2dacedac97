import { loose, type Loose } from './check.js';
import { DEFAULT_REFRESH, DEFAULT_TOKEN_REQUEST } from '../defaults.js';
import { printPath, type Problem } from './problem.js';

/**
 * What is wrong between the numbers of `refresh` and `tokenRequest`, defaults included. Numbers that are `wrong` by
 * themselves are left out: they have their problem already.
 */
export function policyProblems(options: Loose, wrong: readonly Problem[]): Problem[] {
  const wrongPaths = new Set(wrong.map(({ path }) => printPath(path)));
  const numbers = <T extends object>(at: string[], defaults: T) =>
    withDefaults({ at, given: valueAt(options, at), defaults, wrongPaths });
  const lead = numbers(['refresh', 'lead'], DEFAULT_REFRESH.lead);
  const jitter = numbers(['refresh', 'jitter'], DEFAULT_REFRESH.jitter);
  const margin = numbers(['refresh', 'margin'], DEFAULT_REFRESH.margin);
  const { timeoutMs, deadlineMs } = numbers(['tokenRequest'], DEFAULT_TOKEN_REQUEST);
  return [
    ...atMost(['refresh', 'margin', 'share'], margin.share, 'refresh.lead.share', lead.share),
    ...atMost(['refresh', 'margin', 'maxMs'], margin.maxMs, 'refresh.lead.maxMs', lead.maxMs),
    ...sharesBelowOne(lead.share, jitter.share),
    ...atMost(['tokenRequest', 'timeoutMs'], timeoutMs, 'tokenRequest.deadlineMs', deadlineMs),
  ];
}

function valueAt(options: Loose, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => loose(at)[key], options);
}

/** A number together with whether it is the default: the message then says what the default is. */
interface Given {
  readonly value: unknown;
  readonly isDefault: boolean;
}

interface Numbers<T extends object> {
  readonly at: readonly string[];
  readonly given: unknown;
  readonly defaults: T;
  readonly wrongPaths: ReadonlySet<string>;
}

function withDefaults<T extends object>({ at, given, defaults, wrongPaths }: Numbers<T>) {
  const fields = loose(given);
  const entries = Object.entries(defaults).map(([key, fallback]): [string, Given] => {
    const value = wrongPaths.has(printPath([...at, key])) ? undefined : (fields[key] ?? fallback);
    return [key, { value, isDefault: fields[key] === undefined }];
  });
  return Object.fromEntries(entries) as Record<keyof T, Given>;
}

function atMost(path: string[], given: Given, limitName: string, limit: Given): Problem[] {
  if (typeof given.value !== 'number' || typeof limit.value !== 'number') return [];
  if (!(given.value > limit.value)) return [];
  return [{ path, text: `expected at most ${limitName}${defaultNote(given, limit)}` }];
}

function sharesBelowOne(lead: Given, jitter: Given): Problem[] {
  if (typeof lead.value !== 'number' || typeof jitter.value !== 'number') return [];
  if (lead.value + jitter.value < 1) return [];
  const text = `expected less than 1 together with refresh.jitter.share${defaultNote(lead, jitter)}`;
  return [{ path: ['refresh', 'lead', 'share'], text }];
}

function defaultNote(here: Given, there: Given): string {
  if (here.isDefault) return ` (it is ${String(here.value)} by default)`;
  return there.isDefault ? ` (that is ${String(there.value)} by default)` : '';
}
