import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import ts from 'typescript';

import { BuiltPackage, installed } from './packages.js';

const run = promisify(execFile);

/** A few files of TypeScript in a folder of their own, on the packages as npm would install them. */
export class SmallApp {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** @param files - By name; `main.ts` is what runs. They are compiled, not checked. */
  static async of(files: Readonly<Record<string, string>>): Promise<SmallApp> {
    const packages = ['libs/resamania-auth', 'libs/resamania-sandbox'].map((path) => new BuiltPackage(path));
    for (const built of packages) built.assertIsBuilt();
    const folder = await installed(packages);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    for (const [name, code] of Object.entries(files)) {
      writeFileSync(join(folder, name.replace(/\.ts$/, '.js')), compiled(code));
    }
    return new SmallApp(folder);
  }

  /** Puts the sandbox's command where npx looks for it, as npm does. */
  linkCommand(): void {
    const modules = join(this.folder, 'node_modules');
    mkdirSync(join(modules, '.bin'));
    symlinkSync('../resamania-sandbox/dist/cli.js', join(modules, '.bin/resamania-sandbox'));
    chmodSync(join(modules, 'resamania-sandbox/dist/cli.js'), 0o755);
  }

  /** Runs it, in its folder; gives what it prints. No `RESAMANIA_…` variable of ours gets through. */
  async run(env: Readonly<Record<string, string>> = {}): Promise<string> {
    const kept = Object.entries(process.env).filter(([name]) => !/^(RESAMANIA_|NODE_)/.test(name));
    const options = { cwd: this.folder, env: { ...Object.fromEntries(kept), ...env } };
    return (await run(process.execPath, ['main.js'], options)).stdout;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

function compiled(code: string): string {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
    },
  });
  return outputText;
}
