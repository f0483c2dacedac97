import { ClientCredentials } from 'simple-oauth2';

import { clientOfEach } from '../chains.js';

/** As its README shows: keep the access token, ask it `expired()`, get another. It shares no request among callers. */
export const simpleOauth2 = {
  name: 'simple-oauth2',
  open(world, chains) {
    const clients = clientOfEach(chains, (chain) => {
      const client = new ClientCredentials({
        client: { id: `${chain}_client`, secret: `${chain}_secret` },
        auth: { tokenHost: world.origin, tokenPath: world.tokenPath(chain) },
        options: { authorizationMethod: 'body' },
      });
      let accessToken;
      return async () => {
        if (accessToken === undefined || accessToken.expired()) accessToken = await client.getToken({});
        return accessToken.token.access_token;
      };
    });
    return { ask: (chain) => clients.get(chain)() };
  },
};
