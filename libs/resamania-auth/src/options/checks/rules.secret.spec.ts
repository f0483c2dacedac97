import { describe, expect, it } from '@jest/globals';

import { headerSecretFlaw, secretFlaw } from './rules.js';

describe('secretFlaw', () => {
  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [7, 'number'],
    [{}, 'object'],
    ['', 'an empty string'],
    [' x', 'white space'],
    ['x\n', 'line break'],
    ['\uFEFFx', 'white space'],
    ['a\nb', 'several lines'],
  ])('finds %j to be %s', (value, words) => expect(secretFlaw(value)).toContain(words));

  it('takes anything else, spaces inside and other letters included', () => {
    expect(secretFlaw('p\u00E4ss word')).toBeUndefined();
  });
});

describe('headerSecretFlaw', () => {
  it('wants visible ASCII', () => {
    expect(headerSecretFlaw('6d3f-11')).toBeUndefined();
    expect(headerSecretFlaw('p\u00E4ss')).toContain('visible ASCII');
    expect(headerSecretFlaw('two words')).toContain('visible ASCII');
    expect(headerSecretFlaw('x\n')).toContain('line break');
  });
});
