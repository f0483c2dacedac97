import { describe, expect, it } from '@jest/globals';

import { jsonObject, nonEmptyString } from './json.js';

describe('A JSON object', () => {
  it.each([
    ['{"a":1}', { a: 1 }],
    [{ a: 1 }, { a: 1 }],
    ['{}', {}],
  ])('is read from %j', (body, expected) => {
    expect(jsonObject(body)).toEqual(expected);
  });

  it('has nothing that is on Object.prototype', () => {
    const pollution = { configurable: true, value: 'polluted' };
    const everything: object = Object.prototype;
    Object.defineProperty(everything, 'error', pollution);
    try {
      for (const body of ['{"access_token":"a"}', { access_token: 'a' }])
        expect(jsonObject(body)?.['error']).toBeUndefined();
    } finally {
      Reflect.deleteProperty(everything, 'error');
    }
  });

  it.each(['', '{"a":', '[1]', 'null', '"a"', '1', '<html>', [1], null, undefined, 1])(
    'is not in %j',
    (body) => {
      expect(jsonObject(body)).toBeUndefined();
    },
  );
});

it.each([
  ['a', 'a'],
  ['', undefined],
  [1, undefined],
  [null, undefined],
  [['a'], undefined],
])('nonEmptyString(%j) is %j', (value, expected) => {
  expect(nonEmptyString(value)).toBe(expected);
});
