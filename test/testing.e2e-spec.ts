import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { Test, type TestingModule } from '@nestjs/testing';
import { ResamaniaAuthModule, resamaniaConfig, ResamaniaHttpService } from 'nestjs-resamania-auth';
import { FakeResamania } from 'nestjs-resamania-auth/testing';
import { ResamaniaSandbox } from 'resamania-sandbox';
import { firstValueFrom } from 'rxjs';

/** As an application has it. */
@Injectable()
class ClubsService {
  constructor(private readonly resamania: ResamaniaHttpService) {}

  async count(tenant: string): Promise<number> {
    const http = this.resamania.forTenant(tenant);
    return (await firstValueFrom(http.get<{ 'hydra:totalItems': number }>('clubs'))).data['hydra:totalItems'];
  }
}

@Module({
  imports: [
    ConfigModule.forRoot({ ignoreEnvFile: true }),
    ResamaniaAuthModule.forRootAsync(resamaniaConfig.asProvider({ refresh: { failFast: true } })),
  ],
  providers: [ClubsService],
})
class AppModule {}

describe('An application whose options come from the environment, in a test', () => {
  const before = { ...process.env };
  let app: TestingModule;

  beforeEach(() => {
    for (const name of Object.keys(process.env)) if (name.startsWith('RESAMANIA_')) delete process.env[name];
  });
  afterEach(() => app.close());
  afterAll(() => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  });

  describe('without network', () => {
    it('lists what the test says', async () => {
      const fake = new FakeResamania({ tenants: ['nordgym'] }).on('GET', 'clubs', { 'hydra:totalItems': 7 });
      app = await fake.override(Test.createTestingModule({ imports: [AppModule] })).compile();
      await app.init();
      expect(await app.get(ClubsService).count('nordgym')).toBe(7);
      expect(fake.requests.map(({ path }) => path)).toEqual(['/nordgym/clubs']);
    });
  });

  describe('against the sandbox', () => {
    let sandbox: ResamaniaSandbox;
    beforeAll(async () => {
      sandbox = await ResamaniaSandbox.start();
    });
    afterAll(() => sandbox.stop());

    it('lists what the sandbox has, with sandbox.env() for its environment', async () => {
      Object.assign(process.env, sandbox.env());
      app = await Test.createTestingModule({ imports: [AppModule] }).compile();
      await app.init();
      expect(await app.get(ClubsService).count('nordgym')).toBe(3);
      expect(sandbox.journal.countApiRequests()).toBe(1);
    });

    it('finds a gateway key that was rotated, in a new env()', async () => {
      sandbox.rotateApiKey('another-key');
      expect(sandbox.env()).toMatchObject({ RESAMANIA_API_KEY: 'another-key' });
      Object.assign(process.env, sandbox.env());
      app = await Test.createTestingModule({ imports: [AppModule] }).compile();
      await app.init();
      expect(await app.get(ClubsService).count('demoapi')).toBe(3);
    });
  });
});
