import { describe, expect, it } from '@jest/globals';

import { createWorld } from '../../../../../test/support/engine-world.js';
import { TenantIndex } from './tenant-index.js';

const { tenants, registry } = createWorld({
  apiBaseUrl: 'https://gw.test/resa2',
  tenants: [
    { clientToken: 'demoapi', clientId: '1', clientSecret: 's' },
    { name: 'demo-too', clientToken: 'demoapi', clientId: '2', clientSecret: 's' },
    {
      name: 'live',
      apiBaseUrl: 'https://gw.test/resa2-live',
      clientToken: 'demoapi',
      clientId: '3',
      clientSecret: 's',
    },
    { apiBaseUrl: 'https://api.test', clientToken: 'nordgym', clientId: '4', clientSecret: 's' },
  ],
});
const index = new TenantIndex(tenants);
const names = (found: readonly { name: string }[]) => found.map(({ name }) => name);

describe('TenantIndex', () => {
  it('tells the tenants whose clientToken a path begins with', () => {
    expect(names(index.ownersOf('/demoapi'))).toEqual(['demoapi', 'demo-too', 'live']);
    expect(names(index.ownersOf('/demoapi/clubs/1'))).toEqual(['demoapi', 'demo-too', 'live']);
    expect(index.ownersOf('/stranger/clubs')).toEqual([]);
    expect(index.ownersOf('demoapi/clubs')).toEqual([]);
  });

  it.each([
    ['https://gw.test/resa2/demoapi/clubs', ['demoapi', 'demo-too']],
    ['https://gw.test/resa2-live/demoapi', ['live']],
    ['https://api.test/nordgym?x', ['nordgym']],
    ['https://gw.test/resa2/nordgym', []],
    ['https://gw.test/resa2x/demoapi', []],
    ['https://gw.test/resa2', []],
    ['https://api.test.evil.test/nordgym', []],
    ['https://api.test:444/nordgym', []],
    ['HTTPS://API.TEST:443/nordgym/../nordgym', ['nordgym']],
    ['https://api.test/nordgym/../stranger', []],
    ['https://', []],
  ])('tells whose %s is', (href, owners) => {
    expect(names(index.ownersOf(href))).toEqual(owners);
  });

  it('knows the base URLs', () => {
    expect(index.isBelowAnyBase('https://gw.test/resa2/anything')).toBe(true);
    expect(index.isBelowAnyBase('https://api.test/')).toBe(true);
    expect(index.isBelowAnyBase('https://gw.test/other')).toBe(false);
  });

  it('follows what happens in the registry', () => {
    registry.register({
      clientToken: 'late',
      apiBaseUrl: 'https://late.test',
      clientId: '5',
      clientSecret: 's',
    });
    expect(names(index.ownersOf('https://late.test/late'))).toEqual(['late']);
    registry.update('late', { apiBaseUrl: 'https://later.test' });
    expect(index.isBelowAnyBase('https://late.test/')).toBe(false);
    expect(names(index.ownersOf('https://later.test/late'))).toEqual(['late']);
    registry.remove('late');
    expect(index.isBelowAnyBase('https://later.test/')).toBe(false);
    expect(index.ownersOf('/late')).toEqual([]);
    registry.remove('demo-too');
    expect(names(index.ownersOf('https://gw.test/resa2/demoapi'))).toEqual(['demoapi']);
  });
});
