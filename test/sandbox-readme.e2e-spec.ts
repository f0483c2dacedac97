import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { type CodeBlock, codeBlocks } from './support/markdown.js';
import { eventually } from './support/eventually.js';
import { SmallApp } from './support/small-app.js';
import { ROOT } from './support/sources.js';

const run = promisify(execFile);
const README = readFileSync(join(ROOT, 'libs/resamania-sandbox/README.md'), 'utf8');
const JEST = join(ROOT, 'node_modules/jest/bin/jest.js');
/** Packages are put together and processes started. */
const PATIENCE_MS = 90_000;

const shell = codeBlocks(README, 'sh').map(({ code }) => code);
const typed = codeBlocks(README, 'ts');
const [inTest, ...fragments] = typed as [CodeBlock, ...CodeBlock[]];
const commonJs = codeBlocks(README, 'js').map(({ code }) => code);

/** Runs what the README leaves out: a sandbox is there, and each snippet finds it. */
const RUN_FRAGMENTS = `
import { ResamaniaSandbox } from 'resamania-sandbox';
globalThis.sandbox = await ResamaniaSandbox.start();
for (const name of process.env.FRAGMENTS.split(' ')) {
  await import('./' + name);
  console.log(name);
}
await sandbox.stop();
`;

let app: SmallApp;

beforeAll(async () => {
  const files = fragments.map(({ code }, index) => [`fragment-${index}.ts`, code]);
  app = await SmallApp.of({
    'main.ts': RUN_FRAGMENTS,
    'clubs.test.ts': inTest.code,
    ...Object.fromEntries(files),
  });
}, PATIENCE_MS);
afterAll(() => app.remove());

function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(RESAMANIA_|NODE_|JEST_)/.test(name));
  return Object.fromEntries(kept);
}

describe("the sandbox's README, as it stands", () => {
  it('has no snippet that is not run here', () => {
    const [install, command, request] = shell;
    expect(shell).toHaveLength(3);
    expect(install).toBe('npm install --save-dev resamania-sandbox\n');
    expect(command).toBe('npx --yes resamania-sandbox > .env\n');
    expect(request).toMatch(/^set -a .*\ncurl /);
    expect([...README.matchAll(/^```\w+/gm)]).toHaveLength(shell.length + typed.length + commonJs.length);
  });

  it(
    'as a command: npx starts it, and curl gets a token with what is in .env',
    async () => {
      const [, command = '', request = ''] = shell;
      app.linkCommand();
      const options = { cwd: app.folder, env: environment() };
      // The port is the only thing that is not as in the README: 4010 may be taken here.
      const started = command.replace(' > ', ' --port 0 > ').trim();
      const sandbox = spawn('bash', ['-c', started], { ...options, detached: true, stdio: 'ignore' });
      const ended = once(sandbox, 'close');
      try {
        await eventually(() => /NETWORK_NODE_ID=.*\n$/.test(readIfThere(join(app.folder, '.env'))));
        const { stdout } = await run('bash', ['-c', request], options);
        expect(JSON.parse(stdout)).toMatchObject({ token_type: 'bearer', expires_in: 3600 });
      } finally {
        // The shell, npx and the command.
        process.kill(-Number(sandbox.pid), 'SIGTERM');
        await ended;
      }
    },
    PATIENCE_MS,
  );

  it(
    'in a test: node --test runs it',
    async () => {
      const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', 'clubs.test.js'], {
        cwd: app.folder,
        env: environment(),
      });
      expect(stdout).toMatch(/^# pass 1$/m);
    },
    PATIENCE_MS,
  );

  it(
    'for a whole run of jest, without ES modules',
    async () => {
      const folder = join(app.folder, 'common');
      mkdirSync(folder);
      writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }');
      for (const code of commonJs) {
        const [, name = ''] = /^\/\/ ([\w.-]+\.js)\n/.exec(code) ?? [];
        writeFileSync(join(folder, name), code);
      }
      const { stderr } = await run(process.execPath, [JEST], { cwd: folder, env: environment() });
      expect(stderr).toMatch(/Tests: +1 passed, 1 total/);
    },
    PATIENCE_MS,
  );

  it(
    'every other snippet runs, with a sandbox there',
    async () => {
      const names = fragments.map((_, index) => `fragment-${index}.js`);
      expect(names.length).toBeGreaterThan(2);
      expect((await app.run({ FRAGMENTS: names.join(' ') })).trim().split('\n')).toEqual(names);
    },
    PATIENCE_MS,
  );
});

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
