import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BuiltPackage, installed, link, readManifest } from './support/packages.js';

const run = promisify(execFile);
const auth = new BuiltPackage('libs/resamania-auth');
const sandbox = new BuiltPackage('libs/resamania-sandbox');

/** A folder where both packages are installed as npm would install them. */
let consumer: string;

beforeAll(async () => {
  auth.assertIsBuilt();
  sandbox.assertIsBuilt();
  consumer = await installed([auth, sandbox]);
  writeFileSync(join(consumer, 'package.json'), '{ "type": "module" }');
});
afterAll(() => {
  if (consumer !== undefined) rmSync(consumer, { recursive: true });
});

describe('in plain Node', () => {
  it('nestjs-resamania-auth loads without a warning, and exports what it should', async () => {
    expect(await namesOf(`await import('nestjs-resamania-auth')`, 'module')).toEqual([
      'AccessToken',
      'InjectResamaniaHttp',
      'ResamaniaAuthError',
      'ResamaniaAuthInterceptor',
      'ResamaniaAuthModule',
      'ResamaniaConfigError',
      'ResamaniaExceptionFilter',
      'ResamaniaHttpService',
      'ResamaniaRequestError',
      'ResamaniaSecretError',
      'ResamaniaTenantContext',
      'ResamaniaTenantError',
      'ResamaniaTenantRegistry',
      'ResamaniaTokenError',
      'ResamaniaTokenService',
      'bindResamaniaTenant',
      'getResamaniaHttpToken',
      'hasResamaniaEnvironment',
      'loadEnvironment',
      'readApiError',
      'resamaniaConfig',
      'resamaniaErrorAnswer',
      'tenantFromHeader',
      'tenantFromParam',
      'tenantFromSubdomain',
    ]);
  });

  it('its command runs, and is loaded by the command alone', async () => {
    const command = join(
      consumer,
      'node_modules/nestjs-resamania-auth',
      auth.manifest.bin?.['resamania-auth'] ?? '',
    );
    const call = (...args: string[]) => run(process.execPath, [command, ...args], { cwd: consumer });
    expect((await call('--version')).stdout).toBe(`${auth.manifest.version}\n`);
    const { stdout, stderr } = await call('doctor', '--help');
    expect(stdout).toContain('--tenant <name>');
    expect(stderr).toBe('');
    const imports = [...auth.imports()];
    const ofDoctor = imports.filter(([specifier]) => specifier.includes('doctor/'));
    expect(new Set(ofDoctor.flatMap(([, files]) => files))).toEqual(new Set(['dist/cli.js']));
    const forDoctorOnly = imports.filter(([specifier, files]) => {
      return /^(?!node:|\.)/.test(specifier) && files.every((file) => /^dist\/(?:cli|doctor\/)/.test(file));
    });
    expect(forDoctorOnly).toEqual([]);
  });

  it('resamania-sandbox loads too, and its command runs', async () => {
    expect(await namesOf(`await import('resamania-sandbox')`, 'module')).toEqual([
      'ResamaniaSandbox',
      'faults',
    ]);
    const command = join(consumer, 'node_modules/resamania-sandbox/dist/cli.js');
    const { stdout } = await run(process.execPath, [command, '--help'], { cwd: consumer });
    expect(stdout).toContain('--tokens-live');
  });

  it('a CommonJS application can require it', async () => {
    expect(await namesOf(`require('nestjs-resamania-auth')`, 'commonjs')).toContain('ResamaniaAuthModule');
  });

  it('the helpers for collections load on their own, both ways', async () => {
    const subpath = `'nestjs-resamania-auth/hydra'`;
    expect(await namesOf(`await import(${subpath})`, 'module')).toEqual(['list', 'paginate']);
    expect(await namesOf(`require(${subpath})`, 'commonjs')).toContain('paginate');
  });

  it('what tests of an application use loads on its own, both ways', async () => {
    const subpath = `'nestjs-resamania-auth/testing'`;
    expect(await namesOf(`await import(${subpath})`, 'module')).toEqual(['FakeResamania']);
    expect(await namesOf(`require(${subpath})`, 'commonjs')).toContain('FakeResamania');
  });

  it('the fast path loads on its own, both ways', async () => {
    const subpath = `'nestjs-resamania-auth/undici'`;
    expect(await namesOf(`await import(${subpath})`, 'module')).toEqual(['undiciAdapter']);
    expect(await namesOf(`require(${subpath})`, 'commonjs')).toContain('undiciAdapter');
  });

  it('the fast path alone needs undici, and nothing else of the library', async () => {
    expect(auth.manifest.peerDependenciesMeta).toEqual({ undici: { optional: true } });
    const users = auth.imports().get('undici') ?? [];
    expect(users.length).toBeGreaterThan(0);
    expect(users.filter((file) => !file.startsWith('dist/undici/'))).toEqual([]);
    const outside = [...auth.imports()].filter(([specifier]) => specifier.startsWith('../'));
    expect(outside.flatMap(([, files]) => files).filter((file) => file.startsWith('dist/undici/'))).toEqual(
      [],
    );
    const undici = join(consumer, 'node_modules/undici');
    rmSync(undici);
    try {
      expect(await namesOf(`await import('nestjs-resamania-auth')`, 'module')).toContain(
        'ResamaniaAuthModule',
      );
      const subpath = namesOf(`await import('nestjs-resamania-auth/undici')`, 'module');
      await expect(subpath).rejects.toThrow("Cannot find package 'undici'");
    } finally {
      link(auth.locate('undici'), undici);
    }
  });

  it('nothing but the entries and package.json can be imported', async () => {
    const deep = namesOf(`await import('nestjs-resamania-auth/dist/token/token-engine.js')`, 'module');
    await expect(deep).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
    expect(await namesOf(`require('nestjs-resamania-auth/package.json')`, 'commonjs')).toContain('version');
  });
});

describe.each([auth, sandbox])('the manifest of $manifest.name', (built) => {
  it('declares every package that is imported', () => {
    const undeclared = bareImports(built).filter((name) => !built.declared.includes(name));
    expect(undeclared).toEqual([]);
  });

  it('declares no package that is neither imported nor asked for by one that is', () => {
    const used = bareImports(built);
    const peers = new Set(
      used.flatMap((name) => Object.keys(readManifest(built.locate(name)).peerDependencies ?? {})),
    );
    expect(built.declared.filter((name) => !used.includes(name) && !peers.has(name))).toEqual([]);
  });

  it('reaches into no package of Nest', () => {
    const deep = [...built.imports().keys()].filter((specifier) => /^@nestjs\/[^/]+\//.test(specifier));
    expect(deep).toEqual([]);
  });

  it('publishes the build, README, LICENSE and package.json, and nothing else', async () => {
    const files = await built.packed();
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'dist/index.js', 'package.json']));
    const build = files.filter((path) => path.startsWith('dist/'));
    expect(files.filter((path) => !build.includes(path))).toEqual(['LICENSE', 'README.md', 'package.json']);
    expect(
      build.filter((path) => !/\.(c?js|d\.c?ts|c?js\.map)$/.test(path) || path.includes('.spec.')),
    ).toEqual([]);
  });
});

/** The names that an expression's value has, evaluated in a process of its own; a warning is a failure. */
async function namesOf(expression: string, type: 'module' | 'commonjs'): Promise<string[]> {
  const code = `console.log(JSON.stringify(Object.keys(${expression})))`;
  const args = ['--trace-warnings', `--input-type=${type}`, '--eval', code];
  const { stdout, stderr } = await run(process.execPath, args, { cwd: consumer });
  expect(stderr).toBe('');
  return (JSON.parse(stdout) as string[]).toSorted();
}

/** The packages that are imported, without Node's own. */
function bareImports(built: BuiltPackage): string[] {
  const bare = [...built.imports().keys()].filter(
    (specifier) =>
      !/^[./]/.test(specifier) && !specifier.startsWith('node:') && !builtinModules.includes(specifier),
  );
  return [
    ...new Set(bare.map((specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier)),
  ].toSorted();
}
