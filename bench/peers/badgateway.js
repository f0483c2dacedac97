import { OAuth2Client, OAuth2Fetch } from '@badgateway/oauth2-client';

import { clientOfEach } from '../chains.js';

/** Its fetch wrapper, as the README shows it: `getNewToken` returns `client.clientCredentials()`. */
export const badgateway = {
  name: '@badgateway/oauth2-client',
  open(world, chains) {
    const clients = clientOfEach(chains, (chain) => {
      const client = new OAuth2Client({
        server: world.origin,
        clientId: `${chain}_client`,
        clientSecret: `${chain}_secret`,
        tokenEndpoint: world.tokenPath(chain),
        authenticationMethod: 'client_secret_post',
      });
      return new OAuth2Fetch({ client, getNewToken: () => client.clientCredentials() });
    });
    return {
      ask: (chain) => clients.get(chain).getAccessToken(),
      async call(chain) {
        const response = await clients.get(chain).fetch(world.apiUrl(chain));
        await response.json();
        return response.status;
      },
    };
  },
};
