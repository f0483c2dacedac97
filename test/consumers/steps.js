// What is done with a row: install, build, run, test.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { freePort } from '../../bench/servers/free-port.js';
import { install, optionalPeers, versionIn } from './packages.js';
import { run, start, StepError, stop, waitFor } from './processes.js';
import { writeProject } from './project.js';

const BUILD_MS = 90_000;
const START_MS = 30_000;
const TESTS_MS = 120_000;
const EXPECTED = '["/demoapi/clubs/1001","/demoapi/clubs/1002","/demoapi/clubs/1003"]';
const METRIC = 'resamania.auth.token.fetch.duration';
/** Whose versions the table shows, where they are installed. */
const SHOWN = [
  '@nestjs/core',
  '@nestjs/axios',
  'axios',
  'typescript',
  'vitest',
  'jest',
  'undici',
  'ioredis',
  '@opentelemetry/api',
  '@opentelemetry/sdk-metrics',
];

/** Takes a row through its steps. What failed is in `failed`, and the steps after it stay open. */
export async function consume(row, { folder, tarballs, sandbox, nodeOf }) {
  const result = {
    name: row.name,
    install: '-',
    build: '-',
    run: '-',
    tests: '-',
    versions: '',
    failed: undefined,
  };
  const began = performance.now();
  const step = async (name, work) => {
    if (result.failed !== undefined) return;
    try {
      result[name] = (await work()) ?? 'ok';
    } catch (error) {
      result[name] = 'FAILED';
      result.failed = { step: name, message: error.message, output: error.output ?? error.stack };
    }
  };
  let node;
  await step('install', async () => {
    node = await nodeOf(row.node);
    mkdirSync(folder, { recursive: true });
    writeProject(folder, row, dependenciesOf(row, tarballs));
    await install(folder);
    result.versions = await versionsOf(folder, node);
    assertOptionalPeers(row, folder);
  });
  await step('build', () => build(row, folder, node));
  await step('run', () => ask(row, folder, node, sandbox));
  if (row.tests !== undefined) await step('tests', () => test(row, folder, node));
  return { ...result, seconds: (performance.now() - began) / 1000 };
}

function dependenciesOf(row, tarballs) {
  const { 'resamania-sandbox': sandbox, ...ours } = tarballs;
  const own = row.tests?.sandbox === undefined ? ours : { ...ours, 'resamania-sandbox': sandbox };
  return { ...own, ...row.versions };
}

async function versionsOf(folder, node) {
  const { stdout: version } = await run(node, ['--version'], { cwd: folder, timeoutMs: START_MS });
  const found = SHOWN.map((name) => [name, versionIn(folder, name)]).filter(([, of]) => of !== undefined);
  const texts = found.map(([name, of]) => `${name.replace('@nestjs/core', 'nest')} ${of}`);
  return [`node ${version.trim().slice(1)}`, ...texts].join(', ');
}

function assertOptionalPeers({ withoutOptionalPeers }, folder) {
  if (!withoutOptionalPeers) return;
  const installed = optionalPeers().filter((name) => existsSync(join(folder, 'node_modules', name)));
  if (installed.length > 0) throw new StepError(`optional peers are installed: ${installed.join(', ')}`);
}

async function build({ builder }, folder, node) {
  const nest = ['node_modules/@nestjs/cli/bin/nest.js', 'build'];
  const tsc = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'];
  await run(node, builder === 'tsc' ? tsc : nest, { cwd: folder, timeoutMs: BUILD_MS });
}

/** Starts the sandbox and the application as the README does, and asks for the clubs. */
async function ask(row, folder, node, sandbox) {
  const args = [join(sandbox, 'node_modules/resamania-sandbox/dist/cli.js'), '--port', '0'];
  const api = start(node, args, { cwd: folder });
  try {
    const lines = await waitFor('the sandbox starts', api, START_MS, () =>
      isComplete(api.stdout) ? api.stdout : undefined,
    );
    writeFileSync(join(folder, '.env'), lines);
    await askApplication(row, folder, node);
  } finally {
    await stop(api);
  }
}

/** Whether the lines of the last chain are there: they come one by one. */
function isComplete(lines) {
  const last = /^RESAMANIA_TENANTS=(?:.*,)?(\w+)\n/m.exec(lines)?.[1]?.toUpperCase();
  return last !== undefined && new RegExp(`^RESAMANIA_${last}_NETWORK_NODE_ID=.*\n$`, 'm').test(lines);
}

async function askApplication(row, folder, node) {
  const port = await freePort();
  const app = start(node, ['dist/main.js'], { cwd: folder, env: { PORT: String(port) } });
  try {
    const url = `http://localhost:${port}/clubs`;
    const answer = await waitFor('the application answers', app, START_MS, () => textOf(url));
    if (answer !== EXPECTED) throw new StepError(`GET /clubs answered ${answer.slice(0, 500)}`, app.output);
    if (row.features.includes('opentelemetry')) {
      await waitFor(METRIC, app, START_MS, () => (app.stdout.includes(METRIC) ? true : undefined));
    }
  } finally {
    await stop(app);
  }
}

/** Runs the tests; gives how many passed, as the tool says. */
async function test({ modules, tests }, folder, node) {
  const jest = ['node_modules/jest/bin/jest.js', '--ci'];
  const withFlag = modules === 'esm' || tests.flag === true ? ['--experimental-vm-modules', ...jest] : jest;
  const args = tests.tool === 'vitest' ? ['node_modules/vitest/vitest.mjs', 'run'] : withFlag;
  const { output } = await run(node, args, {
    cwd: folder,
    timeoutMs: TESTS_MS,
    env: { CI: 'true', NO_COLOR: '1' },
  });
  const passed = /^\s*Tests:?\s+(\d+) passed/m.exec(output)?.[1];
  if (passed === undefined) throw new StepError('the tool does not say how many tests passed', output);
  return `${passed} passed`;
}

async function textOf(url) {
  try {
    return await (await fetch(url, { signal: AbortSignal.timeout(5_000) })).text();
  } catch {
    return undefined;
  }
}
