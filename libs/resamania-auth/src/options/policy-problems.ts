import { loose, type Loose } from './check.js';
import { DEFAULT_REFRESH, DEFAULT_TOKEN_REQUEST } from './defaults.js';
import type { Problem } from './problem.js';

/** What is wrong between the numbers of `refresh` and `tokenRequest`, defaults included. */
export function policyProblems(options: Loose): Problem[] {
  const refresh = loose(options['refresh']);
  const tokenRequest = loose(options['tokenRequest']);
  return [...refreshProblems(refresh), ...timeProblems(tokenRequest)];
}

function refreshProblems(refresh: Loose): Problem[] {
  const lead = withDefaults(refresh['lead'], DEFAULT_REFRESH.lead);
  const jitter = withDefaults(refresh['jitter'], DEFAULT_REFRESH.jitter);
  const margin = withDefaults(refresh['margin'], DEFAULT_REFRESH.margin);
  return [
    ...atMost(['refresh', 'margin', 'share'], margin.share, 'refresh.lead.share', lead.share),
    ...atMost(['refresh', 'margin', 'maxMs'], margin.maxMs, 'refresh.lead.maxMs', lead.maxMs),
    ...sharesBelowOne(lead.share, jitter.share),
  ];
}

function timeProblems(tokenRequest: Loose): Problem[] {
  const { timeoutMs, deadlineMs } = withDefaults(tokenRequest, DEFAULT_TOKEN_REQUEST);
  return atMost(['tokenRequest', 'timeoutMs'], timeoutMs, 'tokenRequest.deadlineMs', deadlineMs);
}

/** A number together with whether it is the default: the message then says what the default is. */
interface Given {
  readonly value: unknown;
  readonly isDefault: boolean;
}

function withDefaults<T extends object>(given: unknown, defaults: T): Record<keyof T, Given> {
  const fields = loose(given);
  const entries = Object.entries(defaults).map(([key, fallback]): [string, Given] => [
    key,
    { value: fields[key] ?? fallback, isDefault: fields[key] === undefined },
  ]);
  return Object.fromEntries(entries) as Record<keyof T, Given>;
}

function atMost(path: string[], given: Given, limitName: string, limit: Given): Problem[] {
  if (typeof given.value !== 'number' || typeof limit.value !== 'number') return [];
  if (!(given.value > limit.value)) return [];
  return [{ path, text: `expected at most ${limitName}${defaultNote(given, limit)}` }];
}

function sharesBelowOne(lead: Given, jitter: Given): Problem[] {
  if (typeof lead.value !== 'number' || typeof jitter.value !== 'number') return [];
  if (lead.value >= 1 || jitter.value >= 1 || lead.value + jitter.value < 1) return [];
  const text = `expected less than 1 together with refresh.jitter.share${defaultNote(lead, jitter)}`;
  return [{ path: ['refresh', 'lead', 'share'], text }];
}

function defaultNote(here: Given, there: Given): string {
  if (here.isDefault) return ` (it is ${String(here.value)} by default)`;
  return there.isDefault ? ` (that is ${String(there.value)} by default)` : '';
}
