// The rows: a kind of application each. What a row does not say is in DEFAULTS.
import {
  CLI_11,
  CLI_12,
  COMMON,
  FASTIFY_11,
  FASTIFY_12,
  JEST_29,
  JEST_30,
  NEST,
  OPTIONAL,
  SDK_2,
  SDK_2_LOWEST,
  SDK_3,
  SWC_11,
  SWC_12,
  VITEST,
  lowest,
  newest,
} from './versions.js';

const DEFAULTS = {
  /** Of Node.js, out of npm's packages; the one that runs this, without it. */
  node: undefined,
  /** `esm` or `commonjs`. */
  modules: 'esm',
  /** `express` or `fastify`. */
  platform: 'express',
  /** `tsc`, or `nest build` with one of its builders: `nest-tsc`, `nest-swc`. */
  builder: 'tsc',
  /**
   * `tool`: `jest` or `vitest`. `sandbox`: started `in-test`, by `global-setup`, or not at all. `line`: jest gets the line of
   * docs/testing.md. `flag`: jest in CommonJS gets `--experimental-vm-modules`, as it always does in ES modules.
   */
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

const JEST_IN_TEST = { tool: 'jest', sandbox: 'in-test' };
const JEST_WITH_LINE = { tool: 'jest', sandbox: 'global-setup', line: true };
/** All subpaths are imported, in a project that checks declarations too. */
const STRICT = {
  features: ['undici', 'redis', 'opentelemetry', 'testing'],
  compilerOptions: { strict: true, skipLibCheck: false, exactOptionalPropertyTypes: true },
};
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
    versions: { ...CLI_12, ...SWC_12, ...FASTIFY_12 },
  },
  {
    name: 'nest11-swc',
    nest: 11,
    modules: 'commonjs',
    builder: 'nest-swc',
    versions: { ...CLI_11, ...SWC_11 },
  },
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

/** All rows, complete. */
export const ROWS = TABLE.map((row) =>
  Object.assign({}, DEFAULTS, row, { versions: { ...NEST[row.nest], ...COMMON, ...row.versions } }),
);
