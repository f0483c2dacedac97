import { NestFactory } from '@nestjs/core';
import {
  ResamaniaAuthInterceptor,
  ResamaniaAuthModule,
  ResamaniaHttpService,
  ResamaniaTokenService,
} from 'nestjs-resamania-auth';
import { firstValueFrom } from 'rxjs';

/** The library as an application has it: its module in a Nest application, and nothing but its public surface. */
export const resamania = {
  name: 'nestjs-resamania-auth',
  open: (world, chains) => openApp(world, chains, {}),
};

/** The same on axios' own adapter. */
export const resamaniaOnAxios = {
  name: 'nestjs-resamania-auth, axios transport',
  open: (world, chains) => openApp(world, chains, { http: { transport: 'axios' } }),
};

async function openApp(world, chains, options) {
  const module = ResamaniaAuthModule.forRoot({
    apiBaseUrl: world.origin,
    tenants: chains.map((chain) => ({
      clientToken: chain,
      clientId: `${chain}_client`,
      clientSecret: `${chain}_secret`,
    })),
    // The first token is asked for by the first caller, as every peer does it.
    refresh: { warmUp: false },
    ...options,
  });
  const app = await NestFactory.createApplicationContext(module, { logger: false });
  const tokens = app.get(ResamaniaTokenService);
  const http = app.get(ResamaniaHttpService);
  return {
    tokens,
    http,
    peek: (chain) => tokens.peek(chain),
    readPeeked: (token) => token.authorization,
    ask: (chain) => tokens.getAccessToken(chain),
    call: async (chain) => (await firstValueFrom(http.forTenant(chain).get('clubs'))).status,
    attach: (instance, chain) => app.get(ResamaniaAuthInterceptor).attachTo(instance, { tenant: chain }),
    close: () => app.close(),
  };
}
