import { describe, expect, it } from '@jest/globals';

import { unknownKeyText } from './unknown-keys.js';

const KNOWN = ['apiBaseUrl', 'apiKey', 'clientToken', 'clientId', 'clientSecret'];

describe('unknownKeyText', () => {
  it.each([
    ['client_secret', 'clientSecret'],
    ['clientSercet', 'clientSecret'],
    ['ClientID', 'clientId'],
    ['api-key', 'apiKey'],
    ['baseUrl', 'apiBaseUrl'],
    ['secret', 'clientSecret'],
  ])('%s: did you mean %s?', (key, meant) => {
    expect(unknownKeyText(key, KNOWN, new Map())).toMatch(new RegExp(`did you mean ${meant}\\?$`));
  });

  it.each(['x', 'zz', 'colour', ''])('has no idea what %j is', (key) => {
    expect(unknownKeyText(key, KNOWN, new Map())).not.toContain('did you mean');
  });

  it('sends an option home before it guesses', () => {
    const homes = new Map([['scope', 'a tenant']]);
    expect(unknownKeyText('scope', KNOWN, homes)).toBe('unknown option here, it belongs to a tenant');
  });
});
