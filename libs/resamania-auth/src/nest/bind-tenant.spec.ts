import { describe, expect, it } from '@jest/globals';

import { tenantFromHeader, tenantFromParam, tenantFromSubdomain } from './bind-tenant.js';

describe('tenantFromHeader', () => {
  it.each([
    [{ 'x-club-chain': 'alpha' }, 'alpha'],
    [{ 'x-club-chain': '' }, undefined],
    [{ 'x-club-chain': ['alpha', 'beta'] }, undefined],
    [{}, undefined],
  ])('finds in %j: %s', (headers, expected) => {
    expect(tenantFromHeader('X-Club-Chain')({ headers })).toBe(expected);
  });
});

describe('tenantFromParam', () => {
  it.each([
    [{ chain: 'alpha' }, 'alpha'],
    [{ chain: '' }, undefined],
    [{ chain: 7 }, undefined],
    [{}, undefined],
    [undefined, undefined],
    [null, undefined],
  ])('finds in %j: %s', (params, expected) => {
    expect(tenantFromParam('chain')({ headers: {}, params })).toBe(expected);
  });
});

describe('tenantFromSubdomain', () => {
  it.each([
    ['alpha.gyms.example', 'alpha'],
    ['ALPHA.Gyms.Example:8443', 'alpha'],
    ['gyms.example', undefined],
    ['.gyms.example', undefined],
    ['a.b.gyms.example', undefined],
    ['alpha.gyms.example.evil', undefined],
    ['alphagyms.example', undefined],
    ['127.0.0.1:3000', undefined],
    [undefined, undefined],
  ])('finds in %s: %s', (host, expected) => {
    expect(tenantFromSubdomain('gyms.example')({ headers: { host } })).toBe(expected);
  });
});
