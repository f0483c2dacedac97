import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  ResamaniaAuthModule,
  ResamaniaHttpService,
  ResamaniaTokenService,
  type TokenOptions,
} from 'nestjs-resamania-auth';
import { firstValueFrom } from 'rxjs';

import { RecordingServer, sendJson } from './support/recording-server.js';

describe('A test that puts something in the place of ResamaniaTokenService', () => {
  let api: RecordingServer;
  let app: TestingModule | undefined;

  beforeEach(async () => {
    api = await RecordingServer.start();
  });
  afterEach(async () => {
    await app?.close();
    app = undefined;
    await api.stop();
  });

  function builder() {
    const tenant = { clientToken: 'demoapi', clientId: '1', clientSecret: 's' };
    const resamania = ResamaniaAuthModule.forRoot({
      apiBaseUrl: api.origin,
      tenants: [tenant],
      // An application that would not start without a token: nobody may ask for one here.
      refresh: { failFast: true },
    });
    return Test.createTestingModule({ imports: [resamania] });
  }

  async function start(tokens: object): Promise<ResamaniaHttpService> {
    app = await builder().overrideProvider(ResamaniaTokenService).useValue(tokens).compile();
    await app.init();
    return app.get(ResamaniaHttpService);
  }

  const bearers = () => api.seen.map(({ path, headers }) => `${path} ${headers.authorization}`);

  it('meets its token on API calls, and no token request', async () => {
    const asked: unknown[] = [];
    const http = await start({
      getAccessToken: async (tenant: string, options?: TokenOptions) => {
        asked.push([tenant, options]);
        return 'mine';
      },
    });
    await firstValueFrom(http.get('clubs'));
    const principal = { contactEmail: 'a@b.example' };
    await firstValueFrom(http.forTenant('demoapi').get('contacts', { resamania: { principal } }));
    expect(bearers()).toEqual(['/demoapi/clubs Bearer mine', '/demoapi/contacts Bearer mine']);
    expect(asked).toEqual([
      ['demoapi', undefined],
      ['demoapi', { principal }],
    ]);
  });

  it('meets the token that its peek() has, without waiting for another', async () => {
    const http = await start({
      peek: () => ({ value: 'at-hand' }),
      getAccessToken: () => Promise.reject(new Error('nobody should wait')),
    });
    await firstValueFrom(http.get('clubs'));
    expect(bearers()).toEqual(['/demoapi/clubs Bearer at-hand']);
  });

  it('sees a rejected token invalidated, and the call sent again with the next one', async () => {
    let token = 'old';
    const http = await start({
      getAccessToken: async () => token,
      invalidate: async (_tenant: string, options: { token: string }) => {
        token = `after-${options.token}`;
      },
    });
    api.respond = (request, response) => {
      const isOld = request.headers.authorization === 'Bearer old';
      sendJson(isOld ? 401 : 200, { code: 401, message: 'Expired JWT Token' })(request, response);
    };
    expect((await firstValueFrom(http.get('clubs'))).status).toBe(200);
    expect(bearers()).toEqual(['/demoapi/clubs Bearer old', '/demoapi/clubs Bearer after-old']);
  });

  it('gets its own error where it has no token', async () => {
    const http = await start({ getAccessToken: () => Promise.reject(new Error('my own trouble')) });
    await expect(firstValueFrom(http.get('clubs'))).rejects.toThrow('my own trouble');
    expect(api.seen).toEqual([]);
  });

  it.each([undefined, '', 'two words', 42])(
    'is told when what it hands out is no token: %j',
    async (token) => {
      const http = await start({ getAccessToken: async () => token });
      await expect(firstValueFrom(http.get('clubs'))).rejects.toThrow(
        /Tenant "demoapi": the override of ResamaniaTokenService handed out .* as its token/,
      );
      expect(api.seen).toEqual([]);
    },
  );

  it('is told at the start that getAccessToken() is missing', async () => {
    await expect(start({ getToken: () => undefined })).rejects.toThrow(
      'Override of ResamaniaTokenService: one problem\n' +
        '  - getAccessToken: expected a function that resolves to the token, found undefined',
    );
  });

  it('may be a subclass of it, whose tokens the API calls carry too', async () => {
    class Mine extends ResamaniaTokenService {
      override async getAccessToken(): Promise<string> {
        return 'of-subclass';
      }
    }
    api.respond = sendJson(200, { access_token: 'real', expires_in: 60 });
    app = await builder().overrideProvider(ResamaniaTokenService).useClass(Mine).compile();
    await app.init();
    await firstValueFrom(app.get(ResamaniaHttpService).get('clubs'));
    expect(bearers().at(-1)).toEqual('/demoapi/clubs Bearer of-subclass');
  });
});
