import { Agent, request } from 'undici';
import { createOidcInterceptor } from 'undici-oidc-interceptor';

import { clientOfEach } from '../chains.js';

const NO_HANDLER = {};

/**
 * An interceptor for undici's dispatchers, composed onto an Agent as its README shows. It keeps its token to itself, so
 * where only the header is measured the interceptor is given a dispatch that does nothing but look at it.
 */
export const undiciOidcInterceptor = {
  name: 'undici-oidc-interceptor',
  minLifetimeS: 60,
  whyNotShort: 'renews 10 s before expiry, which cannot be set: tokens of seconds are never cached',
  open(world, chains) {
    let seen;
    const clients = clientOfEach(chains, (chain) => {
      const interceptor = createOidcInterceptor({
        clientId: `${chain}_client`,
        clientSecret: `${chain}_secret`,
        idpTokenUrl: world.tokenUrl(chain),
        retryOnStatusCodes: [401],
        urls: [world.origin],
      });
      const look = interceptor((options) => {
        seen = options.headers.authorization;
      });
      return { look, dispatcher: new Agent().compose(interceptor) };
    });
    return {
      peek: (chain) => {
        clients.get(chain).look({ origin: world.origin, path: '/', method: 'GET' }, NO_HANDLER);
        return seen;
      },
      async call(chain) {
        const { dispatcher } = clients.get(chain);
        const { statusCode, body } = await request(world.apiUrl(chain), { dispatcher });
        await body.json();
        return statusCode;
      },
      close: () => Promise.all([...clients.values()].map(({ dispatcher }) => dispatcher.close())),
    };
  },
};
