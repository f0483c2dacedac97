import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { freePort } from './support/free-port.js';
import { codeBlocks } from './support/markdown.js';
import { BuiltPackage } from './support/packages.js';
import { eventually } from './support/eventually.js';
import { SmallApp } from './support/small-app.js';
import { ROOT } from './support/sources.js';

const run = promisify(execFile);
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const GUIDE = README.slice(README.indexOf('## Try it in two minutes'), README.indexOf('## Documentation'));
const PATIENCE_MS = 90_000;

const files = codeBlocks(GUIDE, 'ts').map(({ code }) => [/^\/\/ ([\w.-]+)\n/.exec(code)?.[1] ?? '', code]);
const [installs12 = '', installs11 = '', startsSandbox = '', ...otherCommands] = codeBlocks(GUIDE, 'sh').map(
  ({ code }) => code.trim(),
);
/** What to ask, and what the README says the answer is. */
const questions = codeBlocks(GUIDE, 'console').map(({ code }) => {
  const [, command = '', answer = ''] = /^\$ (.+)\n(.+)\n$/.exec(code) ?? [];
  return [command, answer] as const;
});
/** As `nest new` writes it. */
const MAIN = `
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  await app.listen(process.env.PORT ?? 3000);
}
await bootstrap();
`;

/** What is to be stopped at the end: processes with a group of their own, each with its end. */
const started: { readonly pid: number; readonly ended: Promise<unknown> }[] = [];
let app: SmallApp;
let port: number;

beforeAll(async () => {
  // The text says to add this one to the module: the others do without.
  const sources = Object.fromEntries(files) as Record<string, string>;
  const withChains = String(sources['app.module.ts'])
    .replace('controllers: [', 'controllers: [ChainsController, ')
    .replace('\n\n', "\nimport { ChainsController } from './chains.controller.js';\n\n");
  app = await SmallApp.of({ ...sources, 'app.module.ts': withChains, 'main.ts': MAIN });
  app.linkCommand();
  port = await freePort();
  // 4010 may be taken here. The application reads the port from .env.
  inBackground('bash', ['-c', startsSandbox.replace(' > ', ' --port 0 > ')]);
  await eventually(() => /CLUBAZUR_NETWORK_NODE_ID=.*\n$/.test(readIfThere(join(app.folder, '.env'))));
  inBackground(process.execPath, ['main.js'], { PORT: String(port) });
}, PATIENCE_MS);
afterAll(async () => {
  for (const { pid, ended } of started) {
    process.kill(-pid, 'SIGTERM');
    await ended;
  }
  app.remove();
});

describe("the README's quick start, in an empty folder with the packages as they are published", () => {
  it('has the steps that are taken here, and no other', () => {
    expect(files.map(([name]) => name)).toEqual([
      'app.module.ts',
      'clubs.service.ts',
      'clubs.controller.ts',
      'chains.controller.ts',
    ]);
    expect(startsSandbox).toBe('npx --yes resamania-sandbox > .env');
    expect(otherCommands).toEqual(['npm run start']);
    expect(questions).toHaveLength(2);
    expect([...GUIDE.matchAll(/^```\w+/gm)]).toHaveLength(files.length + 4 + questions.length);
  });

  it.each([
    ['12', installs12, (major: number) => major === 12],
    ['11', installs11, (major: number) => major < 12],
  ])('installs what NestJS %s needs and has not', (_nest, command, isRight) => {
    const { manifest } = new BuiltPackage('libs/resamania-auth');
    const named = command.replace(/^npm install /, '').split(' ');
    const missing = Object.keys(manifest.peerDependencies ?? {}).filter(
      (peer) => !BROUGHT_BY_NEST.has(peer) && manifest.peerDependenciesMeta?.[peer] === undefined,
    );
    expect(named.map((each) => each.replace(/@\d+$/, '')).toSorted()).toEqual(
      [manifest.name, ...missing].toSorted(),
    );
    for (const each of named.filter((name) => name.startsWith('@nestjs/'))) {
      const [name = '', major = ''] = each.split(/(?!^)@/);
      expect(isRight(Number(major))).toBe(true);
      expect(manifest.peerDependencies?.[name]).toContain(`^${major}.0.0`);
    }
  });

  it.each(questions)(
    'prints what the README says: %s',
    async (command, answer) => {
      const asked = command.replace('localhost:3000', `localhost:${port}`);
      await eventually(async () => (await ask(asked)) !== '');
      expect(await ask(asked)).toBe(answer);
    },
    PATIENCE_MS,
  );

  it('answers 404 for a chain that nobody registered', async () => {
    const answer = await fetch(`http://localhost:${port}/chains/nobody/clubs`);
    expect(answer.status).toBe(404);
  });
});

const BROUGHT_BY_NEST = new Set(['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs']);

function inBackground(command: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): void {
  const kept = Object.entries(process.env).filter(([name]) => !/^(RESAMANIA_|NODE_|JEST_)/.test(name));
  const env = { ...Object.fromEntries(kept), ...more };
  const child = spawn(command, args, { cwd: app.folder, env, detached: true, stdio: 'ignore' });
  started.push({ pid: Number(child.pid), ended: once(child, 'close') });
}

/** What a command line prints; nothing while nobody answers it. */
async function ask(command: string): Promise<string> {
  return run('bash', ['-c', command]).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
