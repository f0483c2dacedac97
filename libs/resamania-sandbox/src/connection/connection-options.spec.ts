import { describe, expect, it } from '@jest/globals';

import { connectionOptions } from './connection-options.js';

const CHAIN = {
  clientToken: 'demoapi',
  clientId: '1_x',
  clientSecret: 's',
  clubId: '/demoapi/clubs/1',
  networkNodeId: '/demoapi/network_nodes/1',
  contactEmail: 'contact@demoapi.example',
};

describe('connectionOptions', () => {
  it('has a tenant per chain, and nothing that is no option', () => {
    const { contactEmail, ...tenant } = CHAIN;
    const options = connectionOptions('http://127.0.0.1:1/env', 'key', [CHAIN]);
    expect(options).toEqual({ apiBaseUrl: 'http://127.0.0.1:1/env', apiKey: 'key', tenants: [tenant] });
    expect(JSON.stringify(options)).not.toContain(contactEmail);
  });

  it('has no key where there is no gateway', () => {
    expect(connectionOptions('http://127.0.0.1:1', null, [])).toEqual({
      apiBaseUrl: 'http://127.0.0.1:1',
      tenants: [],
    });
  });
});
