import { describe, expect, it } from '@jest/globals';
import { connectionVariables } from './connection-variables.js';

const chain = (clientToken: string) => ({
  clientToken,
  clientId: '101_x',
  clientSecret: 's',
  clubId: `/${clientToken}/clubs/1`,
  networkNodeId: `/${clientToken}/network_nodes/1`,
  contactEmail: `contact-1@${clientToken}.example`,
});

describe('connectionVariables', () => {
  it('names several chains, fit for a shell, and says which is meant where none is named', () => {
    const chains = [chain('nord-gym'), chain('demoapi')];
    expect(Object.entries(connectionVariables({ apiBaseUrl: 'http://h/e', apiKey: 'k', chains }))).toEqual([
      ['RESAMANIA_API_URL', 'http://h/e'],
      ['RESAMANIA_API_KEY', 'k'],
      ['RESAMANIA_TENANTS', 'nord-gym,demoapi'],
      ['RESAMANIA_DEFAULT_TENANT', 'nord-gym'],
      ['RESAMANIA_NORD_GYM_CLIENT_TOKEN', 'nord-gym'],
      ['RESAMANIA_NORD_GYM_CLIENT_ID', '101_x'],
      ['RESAMANIA_NORD_GYM_CLIENT_SECRET', 's'],
      ['RESAMANIA_NORD_GYM_CLUB_ID', '/nord-gym/clubs/1'],
      ['RESAMANIA_NORD_GYM_NETWORK_NODE_ID', '/nord-gym/network_nodes/1'],
      ['RESAMANIA_DEMOAPI_CLIENT_TOKEN', 'demoapi'],
      ['RESAMANIA_DEMOAPI_CLIENT_ID', '101_x'],
      ['RESAMANIA_DEMOAPI_CLIENT_SECRET', 's'],
      ['RESAMANIA_DEMOAPI_CLUB_ID', '/demoapi/clubs/1'],
      ['RESAMANIA_DEMOAPI_NETWORK_NODE_ID', '/demoapi/network_nodes/1'],
    ]);
  });

  it('needs no name for a single chain', () => {
    const variables = connectionVariables({
      apiBaseUrl: 'http://h',
      apiKey: 'k',
      chains: [chain('demoapi')],
    });
    expect(variables).toEqual({
      RESAMANIA_API_URL: 'http://h',
      RESAMANIA_API_KEY: 'k',
      RESAMANIA_CLIENT_TOKEN: 'demoapi',
      RESAMANIA_CLIENT_ID: '101_x',
      RESAMANIA_CLIENT_SECRET: 's',
      RESAMANIA_CLUB_ID: '/demoapi/clubs/1',
      RESAMANIA_NETWORK_NODE_ID: '/demoapi/network_nodes/1',
    });
  });

  it('leaves the key out when there is no gateway', () => {
    const variables = connectionVariables({ apiBaseUrl: 'http://h', apiKey: null, chains: [chain('a')] });
    expect(Object.keys(variables)).not.toContain('RESAMANIA_API_KEY');
  });
});
