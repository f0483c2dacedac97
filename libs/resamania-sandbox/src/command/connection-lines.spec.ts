import { describe, expect, it } from '@jest/globals';
import { connectionLines } from './connection-lines.js';

const chain = {
  clientToken: 'nord-gym',
  clientId: '101_x',
  clientSecret: 's',
  clubId: '/nord-gym/clubs/1',
  networkNodeId: '/nord-gym/network_nodes/1',
  contactEmail: 'contact-1@nord-gym.example',
};

describe('connectionLines', () => {
  it('prints one variable a line, names fit for a shell', () => {
    expect(connectionLines({ apiBaseUrl: 'http://h/e', apiKey: 'k', chains: [chain] })).toEqual([
      'RESAMANIA_API_URL=http://h/e',
      'RESAMANIA_API_KEY=k',
      'RESAMANIA_TENANTS=nord-gym',
      'RESAMANIA_NORD_GYM_CLIENT_TOKEN=nord-gym',
      'RESAMANIA_NORD_GYM_CLIENT_ID=101_x',
      'RESAMANIA_NORD_GYM_CLIENT_SECRET=s',
      'RESAMANIA_NORD_GYM_CLUB_ID=/nord-gym/clubs/1',
      'RESAMANIA_NORD_GYM_NETWORK_NODE_ID=/nord-gym/network_nodes/1',
    ]);
  });

  it('leaves the key out when there is no gateway', () => {
    const lines = connectionLines({ apiBaseUrl: 'http://h', apiKey: null, chains: [chain] });
    expect(lines.join('\n')).not.toContain('API_KEY');
  });
});
