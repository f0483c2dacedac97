import { Socket } from 'node:net';

import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { HttpService } from '@nestjs/axios';
import { Injectable, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { Test, type TestingModule } from '@nestjs/testing';
import { AxiosError } from 'axios';
import { firstValueFrom } from 'rxjs';

import { InjectResamaniaHttp } from '../http/inject-resamania-http.js';
import { ResamaniaHttpService } from '../http/resamania-http.service.js';
import { resamaniaConfig } from '../environment/resamania.config.js';
import { ResamaniaAuthModule } from '../resamania-auth.module.js';
import { ResamaniaTokenService } from '../token/resamania-token.service.js';
import { FakeResamania, type FakeResamaniaOptions } from './fake-resamania.js';

@Injectable()
class Gym {
  constructor(
    readonly http: ResamaniaHttpService,
    @InjectResamaniaHttp('nord') readonly nord: HttpService,
  ) {}
}

/** An application as it is deployed: its options come from an environment that no test has. */
@Module({
  imports: [
    ConfigModule.forRoot({ load: [resamaniaConfig], ignoreEnvFile: true }),
    ResamaniaAuthModule.forRootAsync(resamaniaConfig.asProvider({ refresh: { failFast: true } })),
  ],
  providers: [Gym],
})
class AppModule {}

let app: TestingModule | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function start(options?: FakeResamaniaOptions) {
  const fake = new FakeResamania(options);
  app = await fake.override(Test.createTestingModule({ imports: [AppModule] })).compile();
  await app.init();
  const { http, nord } = app.get(Gym);
  const get = async (url: string, service: HttpService = http): Promise<unknown> =>
    (await firstValueFrom(service.get<unknown>(url))).data;
  return { fake, http, nord, get, tokens: app.get(ResamaniaTokenService) };
}

describe('FakeResamania, in the tests of an application', () => {
  it('needs neither a network nor an environment, and hands out one token everywhere', async () => {
    const { fake, get, tokens } = await start({ token: 'my-token' });
    fake.on('GET', 'clubs', { 'hydra:member': [] });
    expect(await get('clubs')).toEqual({ 'hydra:member': [] });
    expect(await tokens.getAccessToken()).toBe('my-token');
    expect((await tokens.getToken()).value).toBe('my-token');
    expect(tokens.peek()?.value).toBe('my-token');
    expect((await tokens.renew()).value).toBe('my-token');
    await tokens.invalidate();
    expect(tokens.status()).toEqual([]);
    expect(fake.requests).toEqual([
      {
        method: 'GET',
        path: '/demoapi/clubs',
        body: undefined,
        headers: expect.objectContaining({ authorization: 'Bearer my-token' }) as unknown,
      },
    ]);
  });

  it('keeps tenants apart as ever', async () => {
    const club = { name: 'nord', clientToken: 'nordgym', clubId: '/nordgym/clubs/1' };
    const { fake, get, nord } = await start({ tenants: ['demoapi', club], defaultTenant: 'demoapi' });
    fake.on('GET', 'clubs', 'any').on('get', '/nordgym/clubs', 'of nord');
    expect(await get('clubs')).toBe('any');
    expect(await get('/clubs', nord)).toBe('of nord');
    expect(fake.requests.map(({ headers }) => headers['x-user-club-id'])).toEqual([
      undefined,
      '/nordgym/clubs/1',
    ]);
    await expect(get('/nordgym/clubs')).resolves.toBe('of nord');
    await expect(get('/demoapi/clubs', nord)).rejects.toMatchObject({ code: 'tenant_conflict' });
  });

  it('answers by query, by function, with a status, and by the latest word', async () => {
    const { fake, http, get } = await start();
    fake
      .on('GET', 'clubs', 'first')
      .on('GET', 'clubs?page=2', 'second')
      .on('POST', '/contacts', ({ body }) => ({ echo: body }), { status: 201, headers: { location: '/x' } })
      .on('GET', 'gone', null, { status: 404 })
      .on('GET', 'broken', () => Promise.reject(new Error('socket hang up')));
    expect(await get('clubs?page=1')).toBe('first');
    expect(await get('clubs?page=2')).toBe('second');
    const inParams = http.get<unknown>('clubs', { params: { page: 2 } });
    expect((await firstValueFrom(inParams)).data).toBe('second');
    const { status, data, headers } = await firstValueFrom(
      http.post<unknown>('contacts', { email: 'a@b.example' }),
    );
    expect({ status, data, location: headers['location'] as unknown }).toEqual({
      status: 201,
      data: { echo: { email: 'a@b.example' } },
      location: '/x',
    });
    const gone: unknown = await get('gone').catch((error: unknown) => error);
    expect(gone).toBeInstanceOf(AxiosError);
    expect(gone).toMatchObject({ code: 'ERR_BAD_REQUEST', response: { status: 404 } });
    expect((await firstValueFrom(http.get('gone', { validateStatus: null }))).status).toBe(404);
    await expect(get('broken')).rejects.toThrow('socket hang up');
    fake.on('GET', 'clubs', 'changed');
    expect(await get('clubs')).toBe('changed');
  });

  it('says which answer is missing, and how to give it', async () => {
    const { get } = await start();
    await expect(get('clubs?page=2')).rejects.toThrow(
      "FakeResamania has no answer for GET /demoapi/clubs?page=2. Give it one: .on('GET', 'clubs', body).",
    );
  });

  it('shows what the application does with a token that the API rejects', async () => {
    const { fake, get } = await start();
    fake.on('GET', 'clubs', { code: 401, message: 'Expired JWT Token' }, { status: 401 });
    await expect(get('clubs')).rejects.toMatchObject({ response: { status: 401 } });
    // The same token again would not help.
    expect(fake.requests).toHaveLength(1);
  });

  it('opens no connection, not even at the start', async () => {
    const connect = jest.spyOn(Socket.prototype, 'connect');
    try {
      const { fake, get } = await start({ refresh: { failFast: true } });
      fake.on('GET', 'clubs', {});
      await get('clubs');
      expect(connect).not.toHaveBeenCalled();
    } finally {
      connect.mockRestore();
    }
  });
});
