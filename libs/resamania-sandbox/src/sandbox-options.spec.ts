import { describe, expect, it } from '@jest/globals';
import { resolveSandboxOptions } from './sandbox-options.js';

describe('resolveSandboxOptions', () => {
  it('lets the JWT live as long as the token unless told otherwise', () => {
    expect(resolveSandboxOptions({ tokenLifetimeSeconds: 60 }).jwtLifetimeSeconds).toBe(60);
    expect(resolveSandboxOptions({ jwtLifetimeSeconds: 60 }).tokenLifetimeSeconds).toBe(3600);
  });

  it('makes up the same key at every start, and none when there is no gateway', () => {
    expect(resolveSandboxOptions({}).apiKey).toBe(resolveSandboxOptions({}).apiKey);
    expect(resolveSandboxOptions({ apiKey: null }).apiKey).toBeNull();
  });

  it.each([
    { port: 70_000 },
    { tokenLifetimeSeconds: 0 },
    { jwtLifetimeSeconds: 1.5 },
    { tokenLatencyMs: -1 },
    { apiLatencyMs: Number.NaN },
    { journalSize: 0 },
    { environment: '/resa2-staging' },
    { apiKey: '' },
    { chains: [] },
    { chains: [{ clientToken: 'a/b' }] },
    { chains: [{ clientToken: 'a' }, { clientToken: 'a' }] },
  ])('refuses %j', (options) => {
    expect(() => resolveSandboxOptions(options)).toThrow(TypeError);
  });
});
