import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { codeBlocks } from './support/markdown.js';
import { link } from './support/packages.js';
import { SmallApp } from './support/small-app.js';
import { ROOT } from './support/sources.js';

const run = promisify(execFile);
const JEST = 'node_modules/jest/bin/jest.js';
const PATIENCE_MS = 90_000;
/** What the specs import beside the packages' own dependencies. */
const TOOLS = ['jest', '@jest/globals', '@nestjs/testing', 'nock', 'msw'];

const named = (page: string) =>
  codeBlocks(readFileSync(join(ROOT, page), 'utf8'), 'ts').map(
    ({ code }) => [/^\/\/ ([\w.-]+)\n/.exec(code)?.[1] ?? '', code] as const,
  );
const specs = named('docs/testing.md');
let app: SmallApp;

beforeAll(async () => {
  app = await SmallApp.of(Object.fromEntries([...named('README.md'), ...specs]));
  for (const tool of TOOLS) link(join(ROOT, 'node_modules', tool), join(app.folder, 'node_modules', tool));
  const jest = { testEnvironment: 'node', transform: {}, testMatch: ['**/*.spec.js'] };
  writeFileSync(join(app.folder, 'package.json'), JSON.stringify({ type: 'module', jest }));
}, PATIENCE_MS);
afterAll(() => app.remove());

describe('the specs of docs/testing.md, on the application of the README', () => {
  it(
    'pass, each of them, in jest with ES modules',
    async () => {
      const kept = Object.entries(process.env).filter(([name]) => !/^(RESAMANIA_|NODE_|JEST_)/.test(name));
      const args = ['--experimental-vm-modules', JEST, '--ci', '--json'];
      const { stdout } = await run(process.execPath, args, {
        cwd: app.folder,
        env: Object.fromEntries(kept),
      });
      const { numPassedTestSuites, numFailedTestSuites } = JSON.parse(stdout) as Record<string, number>;
      expect({ numPassedTestSuites, numFailedTestSuites }).toEqual({
        numPassedTestSuites: specs.length,
        numFailedTestSuites: 0,
      });
      expect(specs.length).toBeGreaterThan(3);
    },
    PATIENCE_MS,
  );
});
