import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import ts from 'typescript';

import { ROOT } from './sources.js';

const run = promisify(execFile);

/** The parts of a package.json that are looked at here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly bin?: Readonly<Record<string, string>>;
  /** By subpath: a file, or the file of the declarations and that of the code. */
  readonly exports?: Readonly<Record<string, string | { readonly types?: string; readonly default: string }>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, object>>;
}

/** A package as it is published. */
export interface Tarball {
  readonly path: string;
  /** Its size, compressed. */
  readonly bytes: number;
  /** What is in it, by their path in the package. */
  readonly files: readonly string[];
}

/** A built package of the workspace. */
export class BuiltPackage {
  readonly folder: string;
  readonly manifest: Manifest;

  /** @param path - Of its folder, below the root. */
  constructor(path: string) {
    this.folder = join(ROOT, path);
    this.manifest = readManifest(this.folder);
  }

  /** Dependencies and peers, by name. */
  get declared(): string[] {
    return Object.keys({ ...this.manifest.dependencies, ...this.manifest.peerDependencies }).toSorted();
  }

  /** The declarations of each entry, by its name in `exports`. */
  get declarations(): ReadonlyMap<string, string> {
    const entries = Object.entries(this.manifest.exports ?? {}).filter(([name]) => name !== './package.json');
    return new Map(
      entries.map(([name, entry]) => {
        const { types } = typeof entry === 'string' ? {} : entry;
        if (types === undefined) throw new Error(`${this.manifest.name}: ${name} has no types`);
        return [name, join(this.folder, types)];
      }),
    );
  }

  /** @throws Error that says to build, when there is no build or the sources are newer */
  assertIsBuilt(): void {
    const record = join(this.folder, 'dist/.tsbuildinfo');
    const builtAt = existsSync(record) ? statSync(record).mtimeMs : 0;
    const newer = filesBelow(join(this.folder, 'src'))
      .filter((path) => !path.endsWith('.spec.ts'))
      .find((path) => statSync(path).mtimeMs > builtAt);
    if (newer === undefined) return;
    const why = builtAt === 0 ? 'is not built' : `is older than ${newer.slice(ROOT.length + 1)}`;
    throw new Error(`The dist of ${this.manifest.name} ${why}: run \`npm run build\` first.`);
  }

  /** What the built files import, with the files that do. */
  imports(): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const path of filesBelow(join(this.folder, 'dist'))) {
      if (!/\.(js|d\.ts)$/.test(path)) continue;
      for (const specifier of specifiersIn(readFileSync(path, 'utf8'))) {
        found.set(specifier, [...(found.get(specifier) ?? []), path.slice(this.folder.length + 1)]);
      }
    }
    return found;
  }

  /** Packs it into a folder, as npm would publish it. */
  async pack(folder: string): Promise<Tarball> {
    const args = ['pack', '--json', '--offline', '--pack-destination', folder];
    const { stdout } = await run('npm', args, { cwd: this.folder });
    const [report] = JSON.parse(stdout) as { filename: string; size: number; files: { path: string }[] }[];
    if (report === undefined) throw new Error(`npm packed nothing of ${this.manifest.name}`);
    const { filename, size, files } = report;
    return { path: join(folder, filename), bytes: size, files: files.map(({ path }) => path).toSorted() };
  }

  /** Where one of its dependencies is installed. */
  locate(dependency: string): string {
    const paths = createRequire(join(this.folder, 'package.json')).resolve.paths(dependency) ?? [];
    const found = paths.map((path) => join(path, dependency)).find((path) => existsSync(path));
    if (found === undefined) throw new Error(`${dependency} is not installed`);
    return realpathSync(found);
  }
}

/**
 * Installs packages in a folder of their own, outside of the repository: the files that npm would publish, with their
 * declared dependencies beside them and nothing else of ours.
 */
export async function installed(packages: readonly BuiltPackage[]): Promise<string> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'resamania-consumer-')));
  const modules = join(folder, 'node_modules');
  for (const built of packages) {
    const target = join(modules, built.manifest.name);
    mkdirSync(target, { recursive: true });
    const { path } = await built.pack(folder);
    await run('tar', ['-xzf', path, '-C', target, '--strip-components=1']);
    for (const dependency of built.declared) link(built.locate(dependency), join(modules, dependency));
  }
  return folder;
}

/** Puts a folder where a package is looked for. */
export function link(target: string, path: string): void {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path, 'dir');
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The specifiers of imports of every kind, of re-exports, of `require`, and of modules that are augmented. */
function specifiersIn(code: string): string[] {
  const { importedFiles, ambientExternalModules = [] } = ts.preProcessFile(code, true, true);
  return [...importedFiles.map(({ fileName }) => fileName), ...ambientExternalModules];
}
