import { loose, type Loose } from './fields.js';
import type { Problem } from './problem.js';

/** What must hold between two numbers of the options, whether they are given or the defaults. */
const POLICIES = [
  { at: 'refresh.margin.share', holds: isAtMost, expected: 'at most', other: 'refresh.lead.share' },
  { at: 'refresh.margin.maxMs', holds: isAtMost, expected: 'at most', other: 'refresh.lead.maxMs' },
  {
    at: 'refresh.lead.share',
    holds: (lead: number, jitter: number) => lead + jitter < 1,
    expected: 'less than 1 together with',
    other: 'refresh.jitter.share',
  },
  { at: 'tokenRequest.timeoutMs', holds: isAtMost, expected: 'at most', other: 'tokenRequest.deadlineMs' },
];

export function policyProblems(options: Loose, defaults: Loose): Problem[] {
  return POLICIES.flatMap(({ at, holds, expected, other }) => {
    const here = valueAt(options, at) ?? valueAt(defaults, at);
    const there = valueAt(options, other) ?? valueAt(defaults, other);
    // A number that breaks its own rule has its problem already.
    if (typeof here !== 'number' || typeof there !== 'number' || holds(here, there)) return [];
    let note = '';
    if (valueAt(options, at) === undefined) note = ` (it is ${here} by default)`;
    else if (valueAt(options, other) === undefined) note = ` (that is ${there} by default)`;
    return [{ path: at.split('.'), text: `expected ${expected} ${other}${note}` }];
  });
}

function isAtMost(value: number, limit: number): boolean {
  return value <= limit;
}

function valueAt(options: Loose, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => loose(at)[key], options);
}
