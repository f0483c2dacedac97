const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      jsc: {
        target: 'es2022',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true },
        keepClassNames: true,
      },
      module: { type: 'es6' },
      sourceMaps: 'inline',
    },
  ],
};

/** What the projects share: native ES modules, sources instead of built packages. */
const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform,
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^nestjs-resamania-auth$': '<rootDir>/libs/resamania-auth/src/index.ts',
    '^nestjs-resamania-auth/undici$': '<rootDir>/libs/resamania-auth/src/undici/undici-adapter.ts',
    '^nestjs-resamania-auth/hydra$': '<rootDir>/libs/resamania-auth/src/hydra/collections.ts',
    '^nestjs-resamania-auth/opentelemetry$':
      '<rootDir>/libs/resamania-auth/src/opentelemetry/open-telemetry.ts',
    '^nestjs-resamania-auth/redis$': '<rootDir>/libs/resamania-auth/src/redis/redis-token-store.ts',
    '^nestjs-resamania-auth/terminus$':
      '<rootDir>/libs/resamania-auth/src/terminus/resamania-health.indicator.ts',
    '^nestjs-resamania-auth/testing$': '<rootDir>/libs/resamania-auth/src/testing/fake-resamania.ts',
    '^resamania-sandbox$': '<rootDir>/libs/resamania-sandbox/src/index.ts',
  },
  setupFiles: ['<rootDir>/test/support/setup.ts'],
  modulePathIgnorePatterns: ['<rootDir>/(libs|apps)/[^/]+/dist/'],
};

export default {
  projects: [
    { ...common, displayName: 'unit', testMatch: ['<rootDir>/(libs|apps)/**/*.spec.ts'] },
    { ...common, displayName: 'e2e', testMatch: ['<rootDir>/test/**/*.e2e-spec.ts'] },
    // A short run of what `npm run fuzz` does at length.
    { ...common, displayName: 'fuzz', testMatch: ['<rootDir>/test/**/*.fuzz-spec.ts'] },
    // Takes times, so it runs after the others, with the machine to itself.
    { ...common, displayName: 'cost', testMatch: ['<rootDir>/test/**/*.cost-spec.ts'] },
  ],
  // A slow machine may take its time; what has to be fast says so itself.
  testTimeout: 60_000,
  maxWorkers: 2,
  // Counters in the code: V8 counts for each spec file anew, which takes longer than the specs themselves.
  coverageProvider: 'babel',
  coverageReporters: ['text-summary', 'lcovonly'],
  // The library, less its specs, its barrel, and the files that hold types alone: nothing of those is ever run.
  collectCoverageFrom: [
    'libs/resamania-auth/src/**/*.ts',
    '!**/*.spec.ts',
    '!**/*.d.ts',
    '!**/index.ts',
    // Runs in a process of its own.
    '!**/resamania-auth/src/cli.ts',
    '!**/options/{resamania-auth,tenant,http}-options.ts',
    '!**/token/cache/token-cache-ports.ts',
    '!**/token/events/token-events.ts',
    '!**/http/target/request-options.ts',
  ],
  coverageThreshold: {
    global: { statements: 95, branches: 95, functions: 95, lines: 95 },
  },
};
