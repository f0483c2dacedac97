import { NestFactory } from '@nestjs/core';
import {
  ResamaniaAuthInterceptor,
  ResamaniaAuthModule,
  ResamaniaHttpService,
  ResamaniaTokenService,
} from 'nestjs-resamania-auth';
import { undiciAdapter } from 'nestjs-resamania-auth/undici';
import { firstValueFrom } from 'rxjs';

/** The library as an application has it: its module in a Nest application, and nothing but its public surface. */
export const resamania = {
  name: 'nestjs-resamania-auth',
  open: (world, chains) => openApp(world, chains),
};

/** The same with its default: all tokens are asked for at the start. */
export const resamaniaWarmedUp = {
  name: 'nestjs-resamania-auth',
  open: (world, chains) => openApp(world, chains, { warmUp: true }),
};

/** The same with its opt-in adapter. */
export const resamaniaOnUndici = {
  name: 'nestjs-resamania-auth, undiciAdapter()',
  open: async (world, chains) => {
    const adapter = undiciAdapter();
    const app = await openApp(world, chains, { axios: { adapter } });
    const close = async () => {
      await app.close();
      await adapter.close();
    };
    return { ...app, close };
  },
};

/** @param options - `axios`: the config of its instances; `store`: what its replicas share. */
export async function openApp(world, chains, { axios = {}, warmUp = false, store } = {}) {
  const module = ResamaniaAuthModule.forRoot({
    apiBaseUrl: world.origin,
    tenants: chains.map((chain) => ({
      clientToken: chain,
      clientId: `${chain}_client`,
      clientSecret: `${chain}_secret`,
    })),
    // Without it the first token is asked for by the first caller, as every peer does it.
    refresh: { warmUp },
    http: { axios },
    ...(store !== undefined && { store }),
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
