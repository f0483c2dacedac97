import { ConfidentialClientApplication } from '@azure/msal-node';
import { request } from 'undici';

import { clientOfEach } from '../chains.js';

const AUTHORITY_HOST = 'authority.example';

/**
 * Takes https authorities only, so a network client (its `system.networkClient`) leads what is meant for the authority
 * to the local token service; the authority's metadata is given, as `auth.authorityMetadata`, so that none is fetched.
 */
export const msalNode = {
  name: '@azure/msal-node',
  minLifetimeS: 600,
  whyNotShort: 'renews 300 s before expiry, which cannot be set: tokens of seconds are never cached',
  open(world, chains) {
    const scopes = ['api/.default'];
    const clients = clientOfEach(chains, (chain) => {
      const authority = `https://${AUTHORITY_HOST}/${chain}`;
      return new ConfidentialClientApplication({
        auth: {
          clientId: `${chain}_client`,
          clientSecret: `${chain}_secret`,
          authority,
          knownAuthorities: [AUTHORITY_HOST],
          authorityMetadata: JSON.stringify({
            issuer: authority,
            authorization_endpoint: `${authority}/authorize`,
            token_endpoint: `${authority}/oauth/v2/token`,
            jwks_uri: `${authority}/keys`,
          }),
        },
        system: { protocolMode: 'OIDC', networkClient: toLoopback(world.origin) },
      });
    });
    return {
      ask: (chain) => clients.get(chain).acquireTokenByClientCredential({ scopes }),
      read: ({ accessToken }) => accessToken,
    };
  },
};

function toLoopback(origin) {
  const send = async (method, url, { headers, body } = {}) => {
    const { pathname } = new URL(url);
    const answer = await request(origin + pathname, { method, headers, body });
    return { status: answer.statusCode, headers: answer.headers, body: await answer.body.json() };
  };
  return {
    sendGetRequestAsync: (url, options) => send('GET', url, options),
    sendPostRequestAsync: (url, options) => send('POST', url, options),
  };
}
