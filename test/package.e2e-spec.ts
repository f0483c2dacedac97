import { execFile } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';

import { BuiltPackage, installed, link, readManifest } from './support/packages.js';
import { ROOT } from './support/sources.js';

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
  for (const types of ['@types', 'undici-types']) {
    link(join(ROOT, 'node_modules', types), join(consumer, 'node_modules', types));
  }
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

describe('with types', () => {
  it.each<[string, ts.CompilerOptions]>([
    ['nodenext', { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext }],
    ['bundler', { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler }],
  ])('a strict application compiles with moduleResolution %s', (_name, options) => {
    expect(problemsOf(CONSUMER, options)).toEqual([]);
  });

  it('the request settings reach axios through the one import, and are checked', () => {
    const wrong = [`{ tenant: 1 }`, `{ clubs: [] }`].map(
      (settings) =>
        `export const wrong = (http: ResamaniaHttpService) => http.get('', { resamania: ${settings} });`,
    );
    const code = `${CONSUMER}${wrong.join('\n').replace('wrong', 'bad')}`;
    expect(problemsOf(code, { module: ts.ModuleKind.NodeNext })).toEqual([
      expect.stringContaining("Type 'number' is not assignable to type 'string'"),
      expect.stringContaining("'clubs' does not exist in type 'ResamaniaRequestOptions'"),
    ]);
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
    expect(build.filter((path) => !/\.(js|d\.ts|js\.map)$/.test(path) || path.includes('.spec.'))).toEqual(
      [],
    );
  });
});

/** An application that imports nothing else than the package. */
const CONSUMER = `
import { type ResamaniaAuthOptions, ResamaniaAuthModule, ResamaniaHttpService } from 'nestjs-resamania-auth';
import { undiciAdapter } from 'nestjs-resamania-auth/undici';

const options: ResamaniaAuthOptions = {
  apiBaseUrl: 'https://host',
  tenants: [{ clientToken: 'alpha', clientId: '1_x', clientSecret: async () => 'secret' }],
  http: { axios: { adapter: undiciAdapter(), timeout: 5_000 } },
};
export const module = ResamaniaAuthModule.forRoot({ ...options, isGlobal: false });

export function clubs(http: ResamaniaHttpService) {
  return http.get<{ readonly name: string }>('clubs', { resamania: { tenant: 'alpha', clubId: '/alpha/clubs/1' } });
}
`;

/** Type errors of a module of the consumer, and of the package's own declarations. */
function problemsOf(code: string, options: ts.CompilerOptions): string[] {
  const path = join(consumer, 'consumer.ts');
  writeFileSync(path, code);
  const program = ts.createProgram([path], {
    ...options,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    exactOptionalPropertyTypes: true,
    experimentalDecorators: true,
    noEmit: true,
    types: ['node'],
    skipLibCheck: false,
  });
  const isOurs = ({ fileName }: ts.SourceFile) =>
    fileName === path || fileName.includes('/node_modules/nestjs-resamania-auth/');
  const files = program.getSourceFiles().filter(isOurs);
  // The package's own declarations are held to the consumer's options as well; other packages' are not our concern.
  expect(files.length).toBeGreaterThan(1);
  return program
    .getOptionsDiagnostics()
    .concat(files.flatMap((file) => program.getSyntacticDiagnostics(file)))
    .concat(files.flatMap((file) => program.getSemanticDiagnostics(file)))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

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
