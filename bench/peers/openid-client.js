import * as client from 'openid-client';

import { clientOfEach } from '../chains.js';

/**
 * Has no cache of tokens: its README leaves that to the user. The one here is what a careful user writes: the expiry
 * compared at each call, and one request at a time.
 */
export const openidClient = {
  name: 'openid-client',
  open(world, chains) {
    const clients = clientOfEach(chains, (chain) => {
      const config = new client.Configuration(
        { issuer: world.origin, token_endpoint: world.tokenUrl(chain) },
        `${chain}_client`,
        `${chain}_secret`,
        client.ClientSecretPost(`${chain}_secret`),
      );
      client.allowInsecureRequests(config);
      return { config, token: cached(() => client.clientCredentialsGrant(config)) };
    });
    return {
      ask: (chain) => clients.get(chain).token(),
      async call(chain) {
        const { config, token } = clients.get(chain);
        const url = new URL(world.apiUrl(chain));
        const response = await client.fetchProtectedResource(config, await token(), url, 'GET');
        await response.json();
        return response.status;
      },
    };
  },
};

function cached(grant) {
  let current;
  let pending;
  const renew = async () => {
    const { access_token: token, expires_in: seconds } = await grant();
    current = { token, expiresAt: Date.now() + seconds * 1000 };
    return token;
  };
  return async () => {
    if (current !== undefined && Date.now() < current.expiresAt) return current.token;
    pending ??= renew().finally(() => {
      pending = undefined;
    });
    return pending;
  };
}
