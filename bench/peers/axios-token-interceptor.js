import { create } from 'axios';
import { clientCredentials } from 'axios-oauth-client';
import tokenProvider from 'axios-token-interceptor';

import { clientOfEach } from '../chains.js';

/** Both READMEs together: `clientCredentials()` gets the token, `tokenCache()` keeps it for its `expires_in`. */
export const axiosTokenInterceptor = {
  name: 'axios-token-interceptor + axios-oauth-client',
  open(world, chains) {
    const clients = clientOfEach(chains, (chain) => {
      const getClientCredentials = clientCredentials(
        create(),
        world.tokenUrl(chain),
        `${chain}_client`,
        `${chain}_secret`,
      );
      const getToken = tokenProvider.tokenCache(() => getClientCredentials(), {
        getMaxAge: (body) => body.expires_in * 1000,
      });
      const attach = (instance) => {
        instance.interceptors.request.use(
          tokenProvider({ getToken, headerFormatter: (body) => `Bearer ${body.access_token}` }),
        );
        return instance;
      };
      return { getToken, attach, instance: attach(create({ httpAgent: world.agent })) };
    });
    return {
      ask: (chain) => clients.get(chain).getToken(),
      read: (body) => body.access_token,
      attach: (instance, chain) => clients.get(chain).attach(instance),
      call: async (chain) => (await clients.get(chain).instance.get(world.apiUrl(chain))).status,
    };
  },
};
