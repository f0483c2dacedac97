import { describe, expect, it } from '@jest/globals';

import { systemCodeOf } from './errors.js';

describe('The code of a system error', () => {
  it.each([
    [{ code: 'ECONNREFUSED' }, 'ECONNREFUSED'],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    [{ code: 'my secret' }, undefined],
    [{ code: 'E' }, undefined],
    [{ code: 404 }, undefined],
    [new Error('ECONNREFUSED'), undefined],
    [undefined, undefined],
    [null, undefined],
    ['ECONNREFUSED', undefined],
  ])('of %j is %j', (error, expected) => {
    expect(systemCodeOf(error)).toBe(expected);
  });
});
