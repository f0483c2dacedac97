// A throw-away project of a row: what `nest new` makes of that version, with the files of the README in it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { globalSetup, lineForJest, sourcesOf } from './sources.js';

/** In the templates of both majors of `nest new`. */
const COMPILER_OPTIONS = {
  module: 'nodenext',
  moduleResolution: 'nodenext',
  resolvePackageJsonExports: true,
  esModuleInterop: true,
  isolatedModules: true,
  declaration: true,
  removeComments: true,
  emitDecoratorMetadata: true,
  experimentalDecorators: true,
  allowSyntheticDefaultImports: true,
  target: 'ES2023',
  sourceMap: true,
  outDir: './dist',
  incremental: true,
  skipLibCheck: true,
};
/** What each template has of its own; `nest new --strict` is not asked for. */
const OF_MAJOR = {
  11: {
    baseUrl: './',
    strictNullChecks: true,
    forceConsistentCasingInFileNames: true,
    noImplicitAny: false,
    strictBindCallApply: false,
    noFallthroughCasesInSwitch: false,
  },
  12: { rootDir: '.', strict: false, strictPropertyInitialization: false, types: ['node'] },
};
const NEST_CLI = {
  collection: '@nestjs/schematics',
  sourceRoot: 'src',
  compilerOptions: { deleteOutDir: true },
};

/** Writes the project of a row. @param dependencies - By name, the version to install */
export function writeProject(folder, row, dependencies) {
  const write = (name, content) =>
    writeFileSync(
      join(folder, name),
      typeof content === 'string' ? content : JSON.stringify(content, null, 2),
    );
  mkdirSync(join(folder, 'src'), { recursive: true });
  write('package.json', manifestOf(row, dependencies));
  write('tsconfig.json', { compilerOptions: compilerOptionsOf(row) });
  write('tsconfig.build.json', buildOf(row));
  if (row.builder !== 'tsc') write('nest-cli.json', nestCliOf(row));
  if (row.tests?.tool === 'vitest') write('vitest.config.mts', VITEST);
  if (row.tests?.sandbox === 'global-setup') {
    for (const [name, code] of Object.entries(globalSetup())) write(name, code);
  }
  for (const [name, code] of Object.entries(sourcesOf(row))) write(join('src', name), code);
}

const VITEST = `import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { globals: true, root: './', include: ['**/*.spec.ts'] } });
`;

function manifestOf(row, dependencies) {
  const type = row.modules === 'esm' ? { type: 'module' } : {};
  const jest = row.tests?.tool === 'jest' ? { jest: jestOf(row) } : {};
  return { name: row.name, version: '0.0.1', private: true, ...type, dependencies, ...jest };
}

/** As `nest new` writes it; in ES modules as ts-jest asks for. */
function jestOf({ modules, tests }) {
  const common = {
    moduleFileExtensions: ['js', 'json', 'ts'],
    rootDir: 'src',
    testRegex: String.raw`.*\.spec\.ts$`,
    testEnvironment: 'node',
  };
  const setup =
    tests.sandbox === 'global-setup'
      ? { globalSetup: '<rootDir>/../global-setup.js', globalTeardown: '<rootDir>/../global-teardown.js' }
      : {};
  if (modules === 'esm') {
    return {
      ...common,
      extensionsToTreatAsEsm: ['.ts'],
      moduleNameMapper: { [String.raw`^(\.{1,2}/.*)\.js$`]: '$1' },
      transform: { [String.raw`^.+\.ts$`]: ['ts-jest', { useESM: true }] },
    };
  }
  const line = tests.line ? lineForJest() : {};
  return { ...common, transform: { [String.raw`^.+\.(t|j)s$`]: 'ts-jest' }, ...line, ...setup };
}

function compilerOptionsOf(row) {
  return { ...COMPILER_OPTIONS, ...OF_MAJOR[row.nest], ...row.compilerOptions };
}

function buildOf({ nest }) {
  const exclude = ['node_modules', 'test', 'dist', '**/*spec.ts'];
  const own = nest === 12 ? { compilerOptions: { rootDir: './src' } } : {};
  return { extends: './tsconfig.json', ...own, include: ['src'], exclude };
}

function nestCliOf({ builder }) {
  const swc = builder === 'nest-swc' ? { builder: 'swc', typeCheck: true } : {};
  return { ...NEST_CLI, compilerOptions: { ...NEST_CLI.compilerOptions, ...swc } };
}
