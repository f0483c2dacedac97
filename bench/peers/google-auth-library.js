import { UserRefreshClient } from 'google-auth-library';

import { clientOfEach } from '../chains.js';

/**
 * Knows no client_credentials grant. Nearest to it is its client for refresh tokens with another token endpoint: one
 * request with the client's credentials, then the same cache and the same sharing of requests as for Google.
 */
export const googleAuthLibrary = {
  name: 'google-auth-library',
  open(world, chains) {
    const clients = clientOfEach(
      chains,
      (chain) =>
        new UserRefreshClient({
          clientId: `${chain}_client`,
          clientSecret: `${chain}_secret`,
          refreshToken: 'refresh',
          endpoints: { oauth2TokenUrl: world.tokenUrl(chain) },
          ...(world.isShortLived ? { eagerRefreshThresholdMillis: 0 } : {}),
        }),
    );
    return {
      ask: (chain) => clients.get(chain).getAccessToken(),
      read: ({ token }) => token,
      call: async (chain) => (await clients.get(chain).request({ url: world.apiUrl(chain) })).status,
    };
  },
};
