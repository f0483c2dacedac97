import { describe, expect, it } from '@jest/globals';

import { readTokenAnswer } from './token-answer.js';

const NOW = Date.parse('2026-01-01T00:00:00Z');

function read(body: string): unknown {
  return readTokenAnswer({ status: 200, headers: {}, body }, NOW, NOW);
}

describe('readTokenAnswer', () => {
  it('takes bearer in any case, or no token_type at all', () => {
    for (const type of ['"bearer"', '"Bearer"', 'null'])
      expect(read(`{"access_token":"t","expires_in":60,"token_type":${type}}`)).toMatchObject({ value: 't' });
    expect(read('{"access_token":"t","expires_in":60}')).toMatchObject({ value: 't', lifetimeMs: 60_000 });
  });

  it.each(['"mac"', '1', '["bearer"]', '{}', '{"toString":1,"valueOf":2}'])(
    'refuses %s as token_type',
    (type) => {
      expect(() => read(`{"access_token":"t","token_type":${type}}`)).toThrow(
        'holds a token_type other than bearer',
      );
    },
  );
});
