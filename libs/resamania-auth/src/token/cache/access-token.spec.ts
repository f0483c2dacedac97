import { inspect } from 'node:util';

import { describe, expect, it } from '@jest/globals';

import { AccessToken } from './access-token.js';

const CANARY = 'eyCANARYCANARY.payload.signature';
const token = new AccessToken({ value: CANARY, scope: 'read', issuedAt: 1000, expiresAt: 61_000 });

describe('an access token', () => {
  it('gives its value to who asks for it by name', () => {
    expect(token.value).toBe(CANARY);
    expect(token.authorization).toBe(`Bearer ${CANARY}`);
    expect(token.scope).toBe('read');
    expect(token.issuedAt).toEqual(new Date(1000));
    expect(token.expiresAt).toEqual(new Date(61_000));
    expect([token.lifetimeMs, token.ageMs(1500)]).toEqual([60_000, 500]);
  });

  it.each<[string, () => string]>([
    ['String()', () => String(token)],
    ['a template', () => `${token}`],
    ['JSON.stringify()', () => JSON.stringify({ token })],
    ['inspect()', () => inspect({ token }, { depth: null, showHidden: true, getters: true })],
    [
      'inspect() without its own say',
      () => inspect(token, { customInspect: false, showHidden: true, depth: null }),
    ],
    ['its own keys', () => JSON.stringify([Object.entries(token), Object.getOwnPropertyNames(token)])],
    ['a spread copy', () => JSON.stringify({ ...token })],
  ])('gives nothing away in %s', (_name, show) => {
    expect(token.authorization).toContain(CANARY);
    expect(show()).not.toContain('CANARY');
  });
});
