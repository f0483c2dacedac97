import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  resamaniaConfig,
  ResamaniaAuthModule,
  ResamaniaHttpService,
  ResamaniaTokenService,
} from 'nestjs-resamania-auth';
import { ResamaniaSandbox } from 'resamania-sandbox';
import { firstValueFrom } from 'rxjs';

/**
 * A volume with a secret, as the kubelet keeps one: `secret -> ..data/secret`, `..data -> ..2026_11_30_x/`. A change is a new
 * folder, and a new `..data` that is renamed over the old one: all files change in one step.
 */
class SecretVolume {
  readonly folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  #version = 0;

  constructor(contents: Readonly<Record<string, string>>) {
    this.write(contents);
    for (const name of Object.keys(contents)) symlinkSync(join('..data', name), join(this.folder, name));
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(contents: Readonly<Record<string, string>>): void {
    const before = this.#version;
    this.#version += 1;
    mkdirSync(this.path(`..2026_${this.#version}`));
    for (const [name, content] of Object.entries(contents))
      writeFileSync(join(this.path(`..2026_${this.#version}`), name), content);
    symlinkSync(`..2026_${this.#version}`, this.path('..data_tmp'));
    renameSync(this.path('..data_tmp'), this.path('..data'));
    rmSync(this.path(`..2026_${before}`), { recursive: true, force: true });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

let sandbox: ResamaniaSandbox;
let volume: SecretVolume;
let app: INestApplicationContext;
let before: NodeJS.ProcessEnv;

beforeEach(async () => {
  before = { ...process.env };
  sandbox = await ResamaniaSandbox.start({
    apiKey: 'key-1',
    chains: [{ clientToken: 'demoapi', clientId: '1_demo', clientSecret: 'secret-1' }],
  });
  volume = new SecretVolume({ secret: 'secret-1\n', key: 'key-1\n' });
  Object.assign(process.env, {
    RESAMANIA_API_URL: sandbox.apiBaseUrl,
    RESAMANIA_CLIENT_TOKEN: 'demoapi',
    RESAMANIA_CLIENT_ID: '1_demo',
    RESAMANIA_CLIENT_SECRET_FILE: volume.path('secret'),
    RESAMANIA_API_KEY_FILE: volume.path('key'),
  });
  const imports = [ResamaniaAuthModule.forRootAsync(resamaniaConfig.asProvider())];
  app = await (await Test.createTestingModule({ imports }).compile()).init();
});

afterEach(async () => {
  await app.close();
  await sandbox.stop();
  volume.remove();
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
});

describe('A secret in a volume of Kubernetes', () => {
  it('is read through its links, and anew at the next token request once ..data leads elsewhere', async () => {
    const tokens = app.get(ResamaniaTokenService);
    const first = await tokens.getAccessToken();
    sandbox.rotateSecret('demoapi', 'secret-2');
    sandbox.rotateApiKey('key-2');
    volume.write({ secret: 'secret-2\n', key: 'key-2\n' });
    expect(readFileSync(volume.path('secret'), 'utf8')).toBe('secret-2\n');
    const requests = sandbox.journal.countTokenRequests();
    const { value } = await tokens.renew();
    expect(value).not.toBe(first);
    // Accepted at once: the old secret was not tried first.
    expect(sandbox.journal.countTokenRequests()).toBe(requests + 1);
    await expect(firstValueFrom(app.get(ResamaniaHttpService).get('clubs'))).resolves.toMatchObject({
      status: 200,
    });
  });

  it('that comes just after its predecessor was refused is tried at once, in the same request for a token', async () => {
    const tokens = app.get(ResamaniaTokenService);
    await tokens.getAccessToken();
    sandbox.rotateSecret('demoapi', 'secret-2');
    const requests = sandbox.journal.countTokenRequests();
    const stop = sandbox.journal.arrivals$.subscribe(({ surface }) => {
      if (surface === 'token') volume.write({ secret: 'secret-2\n', key: 'key-1\n' });
      stop.unsubscribe();
    });
    await expect(tokens.renew()).resolves.toMatchObject({ value: expect.any(String) });
    expect(sandbox.journal.countTokenRequests()).toBe(requests + 2);
  });

  it('is read as a whole however often it changes meanwhile', async () => {
    const tokens = app.get(ResamaniaTokenService);
    for (let n = 2; n < 12; n += 1) {
      volume.write({ secret: `secret-${n}\n`, key: 'key-1\n' });
      sandbox.rotateSecret('demoapi', `secret-${n}`);
      await tokens.renew();
    }
    const outcomes = sandbox.journal.tokenRequests().map(({ outcome }) => outcome);
    expect(new Set(outcomes)).toEqual(new Set(['issued']));
  });

  it('whose volume is gone is an error that names no secret, and the token at hand goes on serving', async () => {
    const tokens = app.get(ResamaniaTokenService);
    const first = await tokens.getAccessToken();
    rmSync(volume.path('..data'));
    await expect(tokens.renew()).rejects.toMatchObject({
      code: 'credentials_unavailable',
      message: expect.stringMatching(/^(?!.*secret-1).*\(ENOENT\)/s),
    });
    expect(await tokens.getAccessToken()).toBe(first);
  });
});
