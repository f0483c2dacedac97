import { describe, expect, it } from '@jest/globals';
import { ApiKeys } from './api-keys.js';

describe('ApiKeys', () => {
  it('accepts the key in force only', () => {
    const keys = new ApiKeys('one');
    keys.rotate('two', false);
    expect([keys.accepts('one'), keys.accepts('two'), keys.accepts('')]).toEqual([false, true, false]);
  });

  it('keeps the previous key until the next rotation, if asked to', () => {
    const keys = new ApiKeys('one');
    keys.rotate('two', true);
    expect([keys.accepts('one'), keys.accepts('two')]).toEqual([true, true]);
    keys.rotate('three', true);
    expect([keys.accepts('one'), keys.accepts('two')]).toEqual([false, true]);
  });

  it('lets everybody pass without a gateway', () => {
    expect(new ApiKeys(null).accepts('')).toBe(true);
  });
});
