// The rows: a kind of application each. What a row does not say is in DEFAULTS.
import { lowestPeers, newestPeers } from './packages.js';

const DEFAULTS = {
  /** Of Node.js, out of npm's packages; the one that runs this, without it. */
  node: undefined,
  /** `esm` or `commonjs`. */
  modules: 'esm',
  /** `express` or `fastify`. */
  platform: 'express',
  /** `tsc`, or `nest build` with one of its builders: `nest-tsc`, `nest-swc`. */
  builder: 'tsc',
  /** `{ tool, sandbox, line }`: `jest` or `vitest`; the sandbox `in-test`, by `global-setup` or not at all; the line of docs/testing.md. */
  tests: undefined,
  /** Subpaths that the application's module uses: `undici`, `redis`, `opentelemetry`. */
  features: [],
  /** More versions, or others than those of the NestJS major. */
  versions: {},
  /** More options for TypeScript. */
  compilerOptions: {},
  /** No subpath is imported, not even `/hydra`. */
  mainEntryOnly: false,
  /** Fails when one of the optional peers is installed. */
  withoutOptionalPeers: false,
  /** One of the four rows of `--short`. */
  short: false,
};

/** What an application has, by the major version of NestJS. */
const NEST = {
  11: {
    '@nestjs/axios': '4.0.1',
    '@nestjs/common': '11.2.10',
    '@nestjs/config': '4.0.4',
    '@nestjs/core': '11.2.10',
    '@nestjs/platform-express': '11.2.10',
    '@nestjs/schedule': '6.1.3',
    '@nestjs/testing': '11.2.6',
    typescript: '5.9.3',
  },
  12: {
    '@nestjs/axios': '12.0.1',
    '@nestjs/common': '12.5.1',
    '@nestjs/config': '12.0.1',
    '@nestjs/core': '12.5.1',
    '@nestjs/platform-express': '12.5.1',
    '@nestjs/schedule': '12.0.2',
    '@nestjs/testing': '12.1.1',
    typescript: '6.0.3',
  },
};
const COMMON = { '@types/node': '24.19.4', axios: '1.21.1', 'reflect-metadata': '0.2.2', rxjs: '7.8.2' };
const VITEST = { vitest: '4.1.12' };
const JEST_29 = { jest: '29.7.0', '@jest/globals': '29.7.0', 'ts-jest': '29.4.15' };
const JEST_30 = { jest: '30.5.2', '@jest/globals': '30.5.2', 'ts-jest': '29.4.15' };

const JEST_IN_TEST = { tool: 'jest', sandbox: 'in-test' };
const JEST_WITH_LINE = { tool: 'jest', sandbox: 'global-setup', line: true };
/** All subpaths are imported, in a project that checks declarations too. */
const STRICT = {
  features: ['undici', 'redis', 'opentelemetry', 'testing'],
  compilerOptions: { strict: true, skipLibCheck: false, exactOptionalPropertyTypes: true },
};
const OPTIONAL = { '@opentelemetry/api': '1.9.1', ioredis: '6.0.0', jose: '6.2.18', undici: '7.30.2' };
const SDK_2 = { '@opentelemetry/api': '1.9.1', '@opentelemetry/sdk-metrics': '2.12.1' };
const SDK_3 = { '@opentelemetry/api': '1.10.0', '@opentelemetry/sdk-metrics': '3.1.1' };
const SDK_2_LOWEST = { '@opentelemetry/sdk-metrics': '2.0.0' };
const CLI_11 = { '@nestjs/cli': '11.0.13', '@nestjs/schematics': '11.1.0' };
const CLI_12 = { '@nestjs/cli': '12.0.8', '@nestjs/schematics': '12.0.6' };
const SWC = { '@swc/cli': '0.8.1', '@swc/core': '1.16.22' };
const FASTIFY_11 = { '@nestjs/platform-fastify': '11.2.8' };
const FASTIFY_12 = { '@nestjs/platform-fastify': '12.5.0' };

const TABLE = [
  // As `nest new` makes them.
  {
    name: 'nest12-esm-vitest',
    nest: 12,
    tests: { tool: 'vitest', sandbox: 'in-test' },
    versions: VITEST,
    short: true,
  },
  {
    name: 'nest11-commonjs-jest30',
    nest: 11,
    modules: 'commonjs',
    tests: JEST_WITH_LINE,
    versions: JEST_30,
    short: true,
  },
  // Test tools.
  { name: 'nest12-esm-jest30', nest: 12, tests: JEST_IN_TEST, versions: JEST_30 },
  { name: 'nest11-commonjs-jest29', nest: 11, modules: 'commonjs', tests: JEST_WITH_LINE, versions: JEST_29 },
  {
    name: 'nest11-commonjs-jest30-flag-node24',
    node: '24.22.3',
    nest: 11,
    modules: 'commonjs',
    tests: { ...JEST_IN_TEST, flag: true },
    versions: JEST_30,
  },
  // TypeScript.
  {
    name: 'nest11-node10-resolution',
    nest: 11,
    modules: 'commonjs',
    mainEntryOnly: true,
    withoutOptionalPeers: true,
    compilerOptions: { module: 'commonjs', moduleResolution: 'node10', resolvePackageJsonExports: undefined },
    short: true,
  },
  {
    name: 'nest11-typescript59-strict',
    nest: 11,
    modules: 'commonjs',
    ...STRICT,
    versions: { ...OPTIONAL, ...SDK_2 },
  },
  {
    name: 'nest12-typescript60-strict',
    nest: 12,
    ...STRICT,
    versions: { ...OPTIONAL, ...SDK_2 },
    short: true,
  },
  // Builders and platforms.
  { name: 'nest12-nest-build', nest: 12, builder: 'nest-tsc', versions: CLI_12 },
  {
    name: 'nest12-swc-fastify',
    nest: 12,
    builder: 'nest-swc',
    platform: 'fastify',
    versions: { ...CLI_12, ...SWC, ...FASTIFY_12 },
  },
  { name: 'nest11-swc', nest: 11, modules: 'commonjs', builder: 'nest-swc', versions: { ...CLI_11, ...SWC } },
  { name: 'nest11-fastify', nest: 11, modules: 'commonjs', platform: 'fastify', versions: FASTIFY_11 },
  // Peers.
  {
    name: 'nest11-axios12',
    nest: 11,
    modules: 'commonjs',
    versions: { '@nestjs/axios': '12.0.1', '@nestjs/config': '12.0.1', '@nestjs/schedule': '12.0.2' },
  },
  {
    name: 'lowest-peers',
    nest: 11,
    modules: 'commonjs',
    features: ['undici', 'redis', 'opentelemetry'],
    versions: { ...lowest(), ...SDK_2_LOWEST },
  },
  {
    name: 'newest-peers',
    node: '24.22.3',
    nest: 12,
    features: ['undici', 'redis', 'opentelemetry'],
    versions: { ...newest(), ...SDK_3 },
  },
  // Node.js.
  {
    name: 'node20.19-nest12',
    node: '20.19.0',
    nest: 12,
    tests: { tool: 'vitest', sandbox: 'in-test' },
    versions: VITEST,
  },
  {
    name: 'node22-nest12',
    node: '22.23.5',
    nest: 12,
    tests: { tool: 'vitest', sandbox: 'in-test' },
    versions: VITEST,
  },
  {
    name: 'node22-nest11',
    node: '22.23.5',
    nest: 11,
    modules: 'commonjs',
    tests: JEST_WITH_LINE,
    versions: JEST_30,
  },
  {
    name: 'node24-nest12',
    node: '24.22.3',
    nest: 12,
    tests: { tool: 'vitest', sandbox: 'in-test' },
    versions: VITEST,
  },
  {
    name: 'node24-nest11',
    node: '24.22.3',
    nest: 11,
    modules: 'commonjs',
    tests: JEST_WITH_LINE,
    versions: JEST_30,
  },
  // OpenTelemetry.
  { name: 'opentelemetry2-node20', node: '20.19.0', nest: 12, features: ['opentelemetry'], versions: SDK_2 },
  { name: 'opentelemetry3-node24', node: '24.22.3', nest: 12, features: ['opentelemetry'], versions: SDK_3 },
];

/** The floor of every peer, and the other packages of NestJS in the version of that. */
function lowest() {
  const floors = lowestPeers();
  const nest = floors['@nestjs/core'];
  return { ...floors, '@nestjs/platform-express': nest, '@nestjs/testing': nest };
}

/** The newest of every peer's range, and the other packages of NestJS beside it. */
function newest() {
  const ranges = newestPeers();
  const nest = ranges['@nestjs/core'];
  return { ...ranges, '@nestjs/platform-express': nest, '@nestjs/testing': nest };
}

/** All rows, complete. */
export const ROWS = TABLE.map((row) =>
  Object.assign({}, DEFAULTS, row, { versions: { ...NEST[row.nest], ...COMMON, ...row.versions } }),
);
