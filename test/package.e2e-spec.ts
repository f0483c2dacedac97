import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BuiltPackage, installed, link, readManifest, type Tarball } from './support/packages.js';
import { ROOT } from './support/sources.js';

const run = promisify(execFile);
const auth = new BuiltPackage('libs/resamania-auth');
const sandbox = new BuiltPackage('libs/resamania-sandbox');

/** The names that each entry exports. */
const PUBLIC_API = JSON.parse(readFileSync(join(ROOT, 'test/public-api.json'), 'utf8')) as Record<
  string,
  string[]
>;
/** The pages of the documentation. The library's package has them, and the sandbox's does not. */
const PAGES = readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`);
/**
 * Of a tarball. The library's source maps hold its sources: they are the larger part of it. It has seven entries, and the pages
 * of the documentation.
 */
const BUDGET_BYTES = 560_000;

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
  it.each(Object.entries(PUBLIC_API))(
    '%s loads without a warning, imported and required',
    async (entry, names) => {
      const values = names.filter((name) => !name.startsWith('type '));
      expect(await namesOf(`await import('${entry}')`, 'module')).toEqual(values);
      expect(await namesOf(`require('${entry}')`, 'commonjs')).toEqual(expect.arrayContaining(values));
    },
  );

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

  it('the command of resamania-sandbox runs', async () => {
    const command = join(consumer, 'node_modules/resamania-sandbox/dist/cli.js');
    const { stdout } = await run(process.execPath, [command, '--help'], { cwd: consumer });
    expect(stdout).toContain('--tokens-live');
  });

  it('needs an optional peer in the one entry that is about it, and nowhere else', async () => {
    const optional = Object.keys(auth.manifest.peerDependenciesMeta ?? {});
    expect(optional.length).toBeGreaterThan(0);
    const modules = join(consumer, 'node_modules');
    for (const peer of optional) rmSync(join(modules, peer));
    try {
      for (const [entry, path] of auth.declarations) {
        const folder = dirname(relative(auth.folder, path));
        const needed = optional.filter((peer) => isImportedIn(folder, peer));
        const names = namesOf(`await import('${entry.replace('.', auth.manifest.name)}')`, 'module');
        if (entry === '.' || needed.length === 0) expect((await names).length).toBeGreaterThan(0);
        else await expect(names).rejects.toThrow(/Cannot find package '/);
      }
    } finally {
      for (const peer of optional) link(auth.locate(peer), join(modules, peer));
    }
  });

  it('the fast path needs nothing else of the library', () => {
    const outside = [...auth.imports()].filter(([specifier]) => specifier.startsWith('../'));
    const files = outside.flatMap(([, importing]) => importing);
    expect(files.filter((file) => file.startsWith('dist/undici/'))).toEqual([]);
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

  describe('as a tarball', () => {
    let folder: string;
    let tarball: Tarball;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'resamania-tarball-'));
      tarball = await built.pack(folder);
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it('holds the build, README, LICENSE, package.json and the docs that there are, and nothing else', () => {
      const docs = built === auth ? PAGES : [];
      const build = tarball.files.filter((path) => path.startsWith('dist/'));
      const others = tarball.files.filter((path) => !build.includes(path));
      expect(others).toEqual(['LICENSE', 'README.md', 'package.json', ...docs].toSorted());
      expect(build).toContain('dist/index.js');
      const odd = build.filter(
        (path) => !/\.(c?js|d\.c?ts|c?js\.map)$/.test(path) || path.includes('.spec.'),
      );
      expect(odd).toEqual([]);
    });

    it('has sources in its source maps, and stays within its budget', () => {
      const maps = tarball.files.filter((path) => path.endsWith('.map'));
      const withoutSources = maps.filter((path) => {
        const { sources, sourcesContent = [] } = JSON.parse(
          readFileSync(join(built.folder, path), 'utf8'),
        ) as SourceMap;
        return sourcesContent.length !== sources.length || sourcesContent.some((source) => source === null);
      });
      expect(withoutSources).toEqual([]);
      expect(tarball.bytes).toBeLessThan(BUDGET_BYTES);
    });

    it('is what publint and arethetypeswrong ask of an ESM package', async () => {
      await expect(tool('publint', tarball.path, '--strict')).resolves.toContain('All good!');
      await expect(tool('attw', tarball.path, '--profile', 'esm-only', '--no-emoji')).resolves.toContain(
        'OK (ESM)',
      );
    });
  });
});

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly (string | null)[];
}

/** Runs a tool of the workspace. Rejects with what it printed where it finds something. */
async function tool(name: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(ROOT, 'node_modules/.bin', name), ...args]);
  return stdout;
}

/** Whether a built file of a folder imports a package. */
function isImportedIn(folder: string, name: string): boolean {
  return [...auth.imports()].some(
    ([specifier, files]) =>
      (specifier === name || specifier.startsWith(`${name}/`)) &&
      files.some((file) => dirname(file) === folder),
  );
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
