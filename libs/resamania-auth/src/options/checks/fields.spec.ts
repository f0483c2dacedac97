import { describe, expect, it } from '@jest/globals';

import { check, complete, optional, type Rule, setting, WRONG } from './fields.js';
import { printProblem } from './problem.js';

const number: Rule = (value) => (typeof value === 'number' ? undefined : 'expected a number');
const lower: Rule = (value) => (/^[a-z]+$/.test(String(value)) ? undefined : 'expected lower case');
const TABLE = {
  id: { rule: number, required: true },
  size: setting(number, 1),
  words: { rule: () => undefined, entries: { key: lower, value: number } },
  group: { fields: { low: setting(number, 2), high: optional<number>(number) } },
} as const;
const HOMES = new Map([['tenant', 'a tenant']]);

function problemsOf(raw: unknown): string[] {
  return check(raw, TABLE, HOMES).problems.map((problem) => printProblem(problem, 'options'));
}

describe('check', () => {
  it('copies what is given and right', () => {
    const raw = { id: 1, size: undefined, words: { a: 1 }, group: { high: 3 } };
    const { value, problems } = check(raw, TABLE, HOMES);
    expect(problems).toEqual([]);
    expect(value).toStrictEqual({ id: 1, words: { a: 1 }, group: { high: 3 } });
    raw.words.a = 2;
    raw.group.high = 4;
    expect(value).toEqual({ id: 1, words: { a: 1 }, group: { high: 3 } });
  });

  it('finds what is wrong at every level, and says where', () => {
    expect(
      problemsOf({ size: 'x', words: { a: 'b', B: 1 }, group: { low: 'x', highh: 1 }, tenant: 1 }),
    ).toEqual([
      'id: expected a number',
      'size: expected a number',
      'words.a: expected a number',
      'words.B: expected lower case',
      'group.low: expected a number',
      'group.highh: unknown option, did you mean high?',
      'tenant: unknown option here, it belongs to a tenant',
    ]);
    expect(problemsOf({ id: 1, group: [] })).toEqual(['group: expected an object, found an array']);
    expect(problemsOf(null)).toEqual(['options: expected an object, found null']);
  });

  it('marks what is wrong in itself, so that it counts neither as given nor as missing', () => {
    expect(check({ id: 'x', group: 1 }, TABLE, HOMES).value).toEqual({ id: WRONG, group: WRONG });
    expect(check([], TABLE, HOMES).value).toBe(WRONG);
  });

  it('takes a key of the prototype for an unknown option', () => {
    expect(problemsOf(JSON.parse('{ "id": 1, "__proto__": {}, "toString": 1 }'))).toEqual([
      '__proto__: unknown option',
      'toString: unknown option',
    ]);
  });
});

describe('complete', () => {
  it('fills in the defaults, at every level, and freezes the result', () => {
    const completed = complete(TABLE, { id: 7, group: { high: 3 } });
    expect(completed).toEqual({ id: 7, size: 1, words: undefined, group: { low: 2, high: 3 } });
    expect(Object.isFrozen(completed) && Object.isFrozen(completed.group)).toBe(true);
  });
});
