import axios, { create } from 'axios';
import { createAuthRefresh } from 'axios-auth-refresh';

import { clientOfEach } from '../chains.js';

/** As its README shows: an interceptor sends the stored token, a 401 has another fetched, and the call made again. */
export const axiosAuthRefresh = {
  name: 'axios-auth-refresh',
  open(world, chains) {
    const clients = clientOfEach(chains, (chain) => {
      let token;
      const refresh = async (failedRequest) => {
        const form = new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: `${chain}_client`,
          client_secret: `${chain}_secret`,
        });
        const { data } = await axios.post(world.tokenUrl(chain), form);
        token = data.access_token;
        failedRequest.response.config.headers['Authorization'] = `Bearer ${token}`;
      };
      const attach = (instance) => {
        instance.interceptors.request.use((request) => {
          request.headers['Authorization'] = `Bearer ${token}`;
          return request;
        });
        createAuthRefresh(instance, refresh);
        return instance;
      };
      return { attach, instance: attach(create({ httpAgent: world.agent })) };
    });
    return {
      attach: (instance, chain) => clients.get(chain).attach(instance),
      call: async (chain) => (await clients.get(chain).instance.get(world.apiUrl(chain))).status,
    };
  },
};
