import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SandboxCommand } from './support/command.js';
import { codeBlocks, tableOf } from './support/markdown.js';
import { BuiltPackage } from './support/packages.js';
import { eventually } from './support/eventually.js';
import { SmallApp } from './support/small-app.js';
import { ROOT } from './support/sources.js';

const sandbox = new BuiltPackage('libs/resamania-sandbox');
const LINE = /^(RESAMANIA_[A-Z_]+)=(\S+)$/;

const commands: SandboxCommand[] = [];
let folder: string;

beforeAll(() => {
  sandbox.assertIsBuilt();
  folder = mkdtempSync(join(tmpdir(), 'resamania-command-'));
});
afterEach(async () => {
  for (const command of commands.splice(0)) await command.stop();
});
afterAll(() => rmSync(folder, { recursive: true }));

function start(args: readonly string[], file?: string): SandboxCommand {
  const command = new SandboxCommand(args, file);
  commands.push(command);
  return command;
}

/** The variables that lines for `.env` hold; fails where something else is among them. */
function variablesIn(text: string): Record<string, string> {
  const lines = text.trimEnd().split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = '', value = ''] = LINE.exec(line) ?? [];
      if (name === '') throw new Error(`Not a line for .env: ${line}`);
      return [name, value];
    }),
  );
}

describe('npx resamania-sandbox', () => {
  it('> .env gives a usable file: everything else is said beside it', async () => {
    const file = join(folder, '.env');
    const command = await start(['--port', '0', '--tokens-live', '60', '--log'], file).running();
    const variables = variablesIn(readFileSync(file, 'utf8'));
    expect(variables).toMatchObject({
      RESAMANIA_TENANTS: 'demoapi,nordgym,clubazur',
      RESAMANIA_DEFAULT_TENANT: 'demoapi',
      RESAMANIA_CLUBAZUR_CLUB_ID: '/clubazur/clubs/3001',
    });
    expect(command.stderr).toBe(
      `The sandbox runs at ${variables['RESAMANIA_API_URL']}, tokens live 60 s. Ctrl-C ends it.\n`,
    );
    expect(await askToken(variables, 'NORDGYM_')).toMatchObject({ expires_in: 60 });
    await eventually(() => command.stderr.includes('/nordgym/oauth/v2/token 200 issued'));
    expect(variablesIn(readFileSync(file, 'utf8'))).toEqual(variables);
    expect(await command.stop()).toBe(0);
  });

  it('asks for the key that it is given, or for none', async () => {
    const keyed = await start(['--port', '0', '--api-key', 'k', '--chain', 'demoapi']).running();
    expect(variablesIn(keyed.stdout)['RESAMANIA_API_KEY']).toBe('k');
    const direct = await start(['--port', '0', '--environment', '', '--no-gateway']).running();
    const variables = variablesIn(direct.stdout);
    expect(Object.keys(variables)).not.toContain('RESAMANIA_API_KEY');
    expect(variables['RESAMANIA_API_URL']).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await askToken(variables, 'DEMOAPI_')).toHaveProperty('access_token');
  });

  it('says in one line that the port is taken', async () => {
    const first = await start(['--port', '0']).running();
    const { port } = new URL(String(variablesIn(first.stdout)['RESAMANIA_API_URL']));
    const second = start(['--port', port]);
    expect(await second.ended()).toBe(1);
    expect(second.stderr).toBe(
      `resamania-sandbox: 127.0.0.1:${port} is in use; choose another with --port.\n`,
    );
  });

  it.each([
    ['--port', 'x'],
    ['--port', '70000'],
    ['--tokens-live', '0'],
    ['--latency', '-1'],
    ['--environment', '/a/b'],
    ['--chain', 'demoap'],
    ['--unknown', '1'],
    ['surplus', '1'],
  ])('refuses %s %s with exit code 1, on standard error', async (...args) => {
    const command = start(args);
    expect(await command.ended()).toBe(1);
    expect(command.stdout).toBe('');
    expect(command.stderr).toMatch(/^error: .*\n$/);
  });

  it('says which chains there are when one is misspelt', async () => {
    const command = start(['--chain', 'demoap']);
    await command.ended();
    expect(command.stderr).toContain('demoapi, nordgym, clubazur');
  });

  it.each(['--version', '-V'])('says its version: %s', async (flag) => {
    const command = start([flag]);
    expect(await command.ended()).toBe(0);
    expect(command.stdout).toBe(`${sandbox.manifest.version}\n`);
  });

  it('explains with --help every option that its README has, and the other way round', async () => {
    const command = start(['--help']);
    expect(await command.ended()).toBe(0);
    const readme = readFileSync(join(ROOT, 'libs/resamania-sandbox/README.md'), 'utf8');
    const listed = tableOf(readme, 'option').map(([option = '']) => /--[\w-]+/.exec(option)?.[0]);
    const explained = [...command.stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, option]) => option);
    expect(listed.toSorted()).toEqual(explained.toSorted());
    expect(command.stdout).toContain('resamania-sandbox > .env');
  });
});

describe("the README's quick start, with the lines of the command and nothing else", () => {
  let app: SmallApp;

  beforeAll(async () => {
    const snippets = codeBlocks(readFileSync(join(ROOT, 'README.md'), 'utf8'), 'ts');
    const named = snippets.map(({ code }) => [/^\/\/ ([\w.-]+)\n/.exec(code)?.[1] ?? '', code] as const);
    const wanted = named.filter(([name]) =>
      ['app.module.ts', 'clubs.service.ts', 'clubs.controller.ts'].includes(name),
    );
    app = await SmallApp.of({ ...Object.fromEntries(wanted), 'main.ts': MAIN });
  });
  afterAll(() => app.remove());

  it.each([
    ['of all chains', [], 'demoapi'],
    ['of one chain', ['--chain', 'demoapi'], 'demoapi'],
    ['of one chain with a network', ['--chain', 'clubazur'], 'clubazur'],
    ['of two chains, the first of which is meant', ['--chain', 'nordgym', 'demoapi'], 'nordgym'],
    ['of a host without a gateway', ['--no-gateway'], 'demoapi'],
  ])('runs on those %s', async (_name, args, expected) => {
    await start(['--port', '0', ...args], join(app.folder, '.env')).running();
    const clubs = JSON.parse(await app.run()) as { '@id': string }[];
    expect(clubs).toHaveLength(3);
    for (const club of clubs) expect(club['@id']).toMatch(new RegExp(`^/${expected}/clubs/`));
  });
});

const MAIN = `
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { ClubsService } from './clubs.service.js';

const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
console.log(JSON.stringify(await app.get(ClubsService).list()));
await app.close();
`;

async function askToken(variables: Record<string, string>, chain: string): Promise<unknown> {
  const clientToken = String(variables[`RESAMANIA_${chain}CLIENT_TOKEN`]);
  const answer = await fetch(`${variables['RESAMANIA_API_URL']}/${clientToken}/oauth/v2/token`, {
    method: 'POST',
    headers: { 'X-Gravitee-Api-Key': variables['RESAMANIA_API_KEY'] ?? '' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: String(variables[`RESAMANIA_${chain}CLIENT_ID`]),
      client_secret: String(variables[`RESAMANIA_${chain}CLIENT_SECRET`]),
    }),
  });
  return answer.json();
}
