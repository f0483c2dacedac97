import { clientFactory, interceptorFactory, LockingTokenCache } from '@scienta/axios-oauth2';
import { create } from 'axios';

import { clientOfEach } from '../chains.js';

/**
 * Its "client usage with token-caching interceptor". The client gets an axios instance of its own, as in its first
 * example: with the instance that the interceptor is on, the token request would wait for itself.
 */
export const scienta = {
  name: '@scienta/axios-oauth2',
  open(world, chains) {
    const clients = clientOfEach(chains, (chain) => {
      const client = clientFactory(create(), {
        url: world.tokenUrl(chain),
        grant_type: 'client_credentials',
        client_id: `${chain}_client`,
        client_secret: `${chain}_secret`,
      });
      const cache = new LockingTokenCache();
      const attach = (instance) => {
        instance.interceptors.request.use(interceptorFactory(client, cache));
        return instance;
      };
      return { client, cache, attach, instance: attach(create({ httpAgent: world.agent })) };
    });
    return {
      ask: (chain) => {
        const { client, cache } = clients.get(chain);
        return cache.getToken(client);
      },
      attach: (instance, chain) => clients.get(chain).attach(instance),
      call: async (chain) => (await clients.get(chain).instance.get(world.apiUrl(chain))).status,
    };
  },
};
