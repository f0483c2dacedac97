import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { faults, ResamaniaSandbox } from 'resamania-sandbox';

import type { Report, Step, StepName } from '../libs/resamania-auth/src/doctor/checks/diagnosis.js';
import { BuiltPackage } from './support/packages.js';
import { ROOT } from './support/sources.js';

const CLI = join(ROOT, 'libs/resamania-auth/dist/cli.js');
const CHAINS = ['demoapi', 'nordgym'].map((clientToken) => ({
  clientToken,
  clientSecret: `secret-canary-${clientToken}`,
}));
/** Secrets, keys, passwords in URLs, and the beginning of every JWT. */
const CANARY = /canary|eyJ[\w-]{10}|Basic |Bearer /;

let sandbox: ResamaniaSandbox;
let folder: string;

beforeAll(async () => {
  new BuiltPackage('libs/resamania-auth').assertIsBuilt();
  sandbox = await ResamaniaSandbox.start({ apiKey: 'key-canary', chains: CHAINS });
  folder = mkdtempSync(join(tmpdir(), 'resamania-doctor-'));
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});
afterEach(() => {
  sandbox.tokenEndpoint.reset();
  sandbox.api.reset();
  sandbox.journal.clear();
});

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command as a process of its own, and looks for secrets in whatever it prints. */
async function doctor(env: Record<string, string>, ...args: string[]): Promise<Run> {
  const child = start(env, ...args);
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
  expect(`${stdout}${stderr}`).not.toMatch(CANARY);
  return { code, stdout, stderr };
}

function start(env: Record<string, string>, ...args: string[]) {
  return spawn(process.execPath, [CLI, 'doctor', ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The variables of one chain of the sandbox. */
function demo(changes: Record<string, string> = {}): Record<string, string> {
  const { clientToken, clientId, clientSecret, clubId } = sandbox.chain('demoapi');
  return {
    RESAMANIA_API_URL: sandbox.apiBaseUrl,
    RESAMANIA_API_KEY: 'key-canary',
    RESAMANIA_CLIENT_TOKEN: clientToken,
    RESAMANIA_CLIENT_ID: clientId,
    RESAMANIA_CLIENT_SECRET: clientSecret,
    RESAMANIA_CLUB_ID: clubId,
    ...changes,
  };
}

function both(changes: Record<string, string> = {}): Record<string, string> {
  const own = CHAINS.map(({ clientToken, clientSecret }) => ({
    [`RESAMANIA_${clientToken.toUpperCase()}_CLIENT_ID`]: sandbox.chain(clientToken).clientId,
    [`RESAMANIA_${clientToken.toUpperCase()}_CLIENT_SECRET`]: clientSecret,
  }));
  const shared = { RESAMANIA_API_URL: sandbox.apiBaseUrl, RESAMANIA_API_KEY: 'key-canary' };
  return Object.assign(shared, { RESAMANIA_TENANTS: 'demoapi,nordgym' }, ...own, changes) as typeof shared;
}

async function report(env: Record<string, string>, ...args: string[]): Promise<Report> {
  const { stdout, code } = await doctor(env, '--json', ...args);
  const parsed = JSON.parse(stdout) as Report;
  expect(parsed.exitCode).toBe(code);
  return parsed;
}

/** The one check that is not in order; all before it must be, and none after it may be made. */
function trouble({ tenants }: Report): Step {
  const [steps = []] = tenants.map((tenant) => tenant.steps);
  const odd = steps.filter(({ verdict }) => verdict === 'failed' || verdict === 'warning');
  expect(odd).toHaveLength(1);
  return odd[0] as Step;
}

type Fault = Parameters<ResamaniaSandbox['tokenEndpoint']['always']>[0];

describe('a tenant that is well', () => {
  it('passes every check with one token request and one API call', async () => {
    const { code, stdout, stderr } = await doctor(demo());
    expect(code).toBe(0);
    const [name, ...lines] = stdout.split('\n');
    expect(name).toBe('demoapi');
    expect(lines.slice(0, 7).every((line) => line.startsWith('  ✔ '))).toBe(true);
    expect(lines.slice(7)).toEqual(['', '1 tenant checked. No problems found.', '']);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stderr).toContain('demoapi: API call: ok\n');
    expect(sandbox.journal.countTokenRequests()).toBe(1);
    expect(sandbox.journal.apiRequests().map(({ path }) => path)).toEqual([
      `/resa2-staging${sandbox.chain('demoapi').clubId}`,
    ]);
  });

  it('is described by a .env file as well, and the environment wins', async () => {
    const lines = Object.entries(demo({ RESAMANIA_CLIENT_ID: 'another' })).map((pair) => pair.join('='));
    const path = join(folder, '.env');
    writeFileSync(path, lines.join('\n'));
    try {
      expect((await report({ RESAMANIA_CLIENT_ID: sandbox.chain('demoapi').clientId })).exitCode).toBe(0);
      expect(trouble(await report({}, '--env', '.env'))).toMatchObject({ code: 'credentials_rejected' });
    } finally {
      rmSync(path);
    }
  });

  it('may be without a gateway', async () => {
    const direct = await ResamaniaSandbox.start({ apiKey: null, chains: CHAINS });
    try {
      const { RESAMANIA_API_KEY: _, ...env } = demo({ RESAMANIA_API_URL: direct.apiBaseUrl });
      const { exitCode, tenants } = await report(env);
      expect(exitCode).toBe(0);
      expect(tenants[0]?.steps).toContainEqual(
        expect.objectContaining({
          step: 'gateway key',
          verdict: 'ok',
          detail: expect.stringMatching(/^none/),
        }),
      );
    } finally {
      await direct.stop();
    }
  });
});

describe('wrong settings', () => {
  it.each<[string, Record<string, string>, StepName, string, RegExp, RegExp]>([
    [
      'secret',
      { RESAMANIA_CLIENT_SECRET: 'wrong-canary' },
      'credentials',
      'credentials_rejected',
      /invalid_client/,
      /RESAMANIA_CLIENT_SECRET/,
    ],
    [
      'key',
      { RESAMANIA_API_KEY: 'wrong-canary' },
      'gateway key',
      'gateway_refused',
      /HTTP 401/,
      /RESAMANIA_API_KEY/,
    ],
    [
      'scope',
      { RESAMANIA_SCOPE: 'nonsense' },
      'credentials',
      'request_rejected',
      /invalid_scope/,
      /RESAMANIA_SCOPE/,
    ],
    [
      'host name',
      { RESAMANIA_API_URL: 'https://nowhere.invalid/x' },
      'connection',
      'network_error',
      /nowhere\.invalid.*(ENOTFOUND|EAI_AGAIN)/,
      /RESAMANIA_API_URL/,
    ],
    [
      'club',
      { RESAMANIA_CLUB_ID: '/demoapi/clubs/9' },
      'API call',
      'wrong_url',
      /HTTP 404/,
      /RESAMANIA_CLUB_ID/,
    ],
  ])('%s: named, with the remedy', async (_what, changes, step, code, detail, remedy) => {
    const found = await report(demo(changes));
    expect(found.exitCode).toBe(1);
    expect(trouble(found)).toMatchObject({
      step,
      code,
      detail: expect.stringMatching(detail),
      remedy: expect.stringMatching(remedy),
    });
  });

  it('environment prefix', async () => {
    const found = await report(demo({ RESAMANIA_API_URL: sandbox.apiBaseUrl.replace('staging', 'other') }));
    const remedy = expect.stringContaining('RESAMANIA_API_URL with its environment prefix');
    expect(trouble(found)).toMatchObject({ step: 'token endpoint', code: 'wrong_url', remedy });
  });

  it.each<[string, Record<string, string>, RegExp]>([
    [
      'a club that is no IRI',
      { RESAMANIA_CLUB_ID: '1001' },
      /RESAMANIA_CLUB_ID: .*\/demoapi\/clubs\/\{id\}, found a bare id/,
    ],
    [
      'a password in the URL',
      { RESAMANIA_API_URL: 'https://u:pass-canary@host' },
      /RESAMANIA_API_URL: .*without user name/,
    ],
    [
      'a secret file that is not there',
      { RESAMANIA_CLIENT_SECRET: '', RESAMANIA_CLIENT_SECRET_FILE: '/run/secrets/none' },
      /RESAMANIA_CLIENT_SECRET_FILE: .*ENOENT/,
    ],
  ])('%s: nothing else is checked', async (_what, changes, detail) => {
    const found = await report(demo(changes));
    expect(found.exitCode).toBe(2);
    expect(trouble(found)).toMatchObject({ step: 'config', detail: expect.stringMatching(detail) });
    expect(sandbox.journal.countTokenRequests()).toBe(0);
  });

  it('none at all: says which are missing, and shows an example', async () => {
    const { code, stdout } = await doctor({});
    expect(code).toBe(2);
    for (const last of ['API_URL', 'CLIENT_TOKEN', 'CLIENT_ID', 'CLIENT_SECRET']) {
      expect(stdout).toContain(`RESAMANIA_${last}: not set`);
    }
    expect(stdout).toContain('\n  RESAMANIA_CLIENT_ID=123_xxxxxxxx\n');
    expect((await report({})).problems).toHaveLength(4);
  });
});

describe('a token endpoint in trouble', () => {
  const resetAt = Date.now() + 3_600_000;
  it.each<[string, Fault, StepName, string, RegExp]>([
    ['down', faults.status(503), 'token endpoint', 'service_unavailable', /HTTP 503/],
    ['hanging', faults.hang(), 'token endpoint', 'timeout', /in time/],
    ['a web page', faults.html(), 'token endpoint', 'broken_answer', /HTML/],
    ['cut off', faults.truncated(), 'token endpoint', 'broken_answer', /breaks off/],
    [
      'redirecting',
      faults.redirect('https://elsewhere.invalid/'),
      'token endpoint',
      'wrong_url',
      /redirects/,
    ],
    [
      'rate limit',
      faults.rateLimited({ kind: 'rate', resetAt }),
      'gateway key',
      'rate_limited',
      /rate limit.*resets at 20/,
    ],
    [
      'quota',
      faults.rateLimited({ kind: 'quota', resetAt }),
      'gateway key',
      'quota_exhausted',
      /quota.*resets at 20/,
    ],
  ])('%s', async (_what, fault, step, code, detail) => {
    sandbox.tokenEndpoint.always(fault);
    const found = await report(demo(), '--timeout', '1');
    expect(found.exitCode).toBe(1);
    expect(trouble(found)).toMatchObject({ step, code, detail: expect.stringMatching(detail) });
    expect(trouble(found).remedy).not.toContain('`');
    expect(sandbox.journal.countTokenRequests()).toBe(1);
  });

  it.each<[string, Fault, StepName, RegExp]>([
    ['slow', faults.delay(2_100), 'token endpoint', /^slow: answered in 2 s/],
    [
      'short-lived tokens',
      faults.tokenAnswer({ expires_in: 20, jwtLifetimeSeconds: 20 }),
      'token lifetime',
      /20 s only/,
    ],
    [
      'two lifetimes',
      faults.tokenAnswer({ jwtLifetimeSeconds: 600 }),
      'token lifetime',
      /expires_in says 60 min, the token itself 10 min/i,
    ],
    [
      'tokens of the future',
      faults.tokenAnswer({ iatShiftSeconds: 900 }),
      'token lifetime',
      /15 min in the future/,
    ],
  ])('%s: a warning', async (_what, fault, step, detail) => {
    sandbox.tokenEndpoint.always(fault);
    const found = await report(demo());
    expect(found.exitCode).toBe(0);
    expect(trouble(found)).toMatchObject({ step, verdict: 'warning', detail: expect.stringMatching(detail) });
  });
});

describe('an API in trouble', () => {
  it.each<[string, Fault, string | undefined, RegExp]>([
    ['its gateway', faults.apiUnauthorized('gateway-json'), 'gateway_refused', /gateway refused/],
    ['a token that it does not know', faults.apiUnauthorized('lexik'), undefined, /just issued/],
    ['a failure', faults.status(500), 'service_unavailable', /HTTP 500/],
    ['a redirect', faults.redirect('https://elsewhere.invalid/'), 'wrong_url', /a redirect/],
    ['a web page', faults.html(), 'broken_answer', /without JSON/],
    ['no end', faults.hang(), 'timeout', /in time/],
    ['a burst', faults.rateLimited({ kind: 'spike' }), 'rate_limited', /spike arrest/],
  ])('%s', async (_what, fault, code, detail) => {
    sandbox.api.always(fault);
    const found = await report(demo(), '--timeout', '1');
    expect(found.exitCode).toBe(1);
    expect(trouble(found)).toMatchObject({ step: 'API call', detail: expect.stringMatching(detail) });
    expect(trouble(found).code).toBe(code);
    expect(sandbox.journal.countApiRequests()).toBe(1);
  });

  it('an endpoint that is not granted: a warning', async () => {
    sandbox.api.always(faults.forbiddenEndpoint());
    const found = await report(demo());
    expect(found.exitCode).toBe(0);
    expect(trouble(found)).toMatchObject({ step: 'API call', verdict: 'warning' });
  });
});

describe('a host out of reach', () => {
  it('does not listen', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const found = await report(demo({ RESAMANIA_API_URL: `http://127.0.0.1:${port}/x` }));
    expect(trouble(found)).toMatchObject({
      step: 'connection',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('has a certificate that nobody trusts', async () => {
    const [cert, key] = ['cert', 'key'].map((name) =>
      readFileSync(join(ROOT, `test/support/tls/${name}.pem`)),
    );
    const server = createServer({ cert, key }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const found = await report(demo({ RESAMANIA_API_URL: `https://localhost:${port}/x` }));
    server.close();
    expect(trouble(found)).toMatchObject({
      step: 'connection',
      detail: expect.stringMatching(/self-signed.*DEPTH_ZERO_SELF_SIGNED_CERT/),
      remedy: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
  });

  it('is behind a proxy: the look at the connection is left to it', async () => {
    const env = { HTTP_PROXY: 'http://u:pass-canary@127.0.0.1:1' };
    const found = await report(demo(env));
    expect(found.tenants[0]?.steps[1]).toMatchObject({
      verdict: 'not checked',
      detail: expect.stringContaining('a proxy is in use'),
    });
    expect(trouble(found)).toMatchObject({ step: 'token endpoint', code: 'network_error' });
  });
});

describe('several tenants', () => {
  it('are all checked when one fails', async () => {
    const { exitCode, tenants } = await report(both({ RESAMANIA_DEMOAPI_CLIENT_SECRET: 'wrong-canary' }));
    expect(exitCode).toBe(1);
    const failed = tenants.map(({ steps }) => steps.filter(({ verdict }) => verdict === 'failed').length);
    expect(failed).toEqual([1, 0]);
  });

  it('are checked when the config of one is wrong, but not when that of all is', async () => {
    const one = await report(both({ RESAMANIA_DEMOAPI_CLUB_ID: '1' }));
    expect(one.tenants.map(({ steps }) => steps.at(-1)?.verdict)).toEqual(['not checked', 'ok']);
    expect(one.exitCode).toBe(1);
    const all = await report(both({ RESAMANIA_API_URL: 'nonsense' }));
    expect(all).toMatchObject({
      exitCode: 2,
      tenants: [],
      problems: [expect.stringMatching(/^RESAMANIA_API_URL: /)],
    });
  });

  it('are limited by --tenant', async () => {
    const { exitCode, tenants } = await report(both(), '--tenant', 'nordgym');
    expect({ exitCode, names: tenants.map(({ tenant }) => tenant) }).toEqual({
      exitCode: 0,
      names: ['nordgym'],
    });
    const unknown = await report(both(), '--tenant', 'other');
    expect(unknown).toMatchObject({ exitCode: 2, problems: [expect.stringContaining('demoapi, nordgym')] });
  });
});

describe('the command', () => {
  it('prints one JSON document of this shape', async () => {
    const { tenants, ...rest } = await report(demo());
    expect(rest).toEqual({ problems: [], warnings: [], exitCode: 0 });
    expect(tenants.map(({ tenant }) => tenant)).toEqual(['demoapi']);
    expect(tenants[0]?.steps.map(({ step }) => step)).toEqual([
      'config',
      'connection',
      'token endpoint',
      'gateway key',
      'credentials',
      'token lifetime',
      'API call',
    ]);
    for (const step of tenants[0]?.steps ?? []) {
      expect(Object.keys(step)).toEqual(['step', 'verdict', 'detail', 'durationMs']);
    }
  });

  it.each<[string[], RegExp]>([
    [['--timeout', '0'], /from 0\.1 to 600, not '0'\./],
    [['--unknown'], /Unknown option '--unknown'\./],
    [['--tenant'], /'--tenant <value>' argument missing\./],
    [['surplus'], /Unexpected argument 'surplus'\./],
  ])('refuses %j with 2, and says where to look', async (args, message) => {
    const { code, stdout, stderr } = await doctor(demo(), ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toContain('\nRun "resamania-auth --help" for usage.\n');
  });

  it('refuses a file that is not there with 2', async () => {
    expect((await doctor(demo(), '--env', 'not-there')).code).toBe(2);
  });

  it('ends with 130 on Ctrl-C, at once', async () => {
    sandbox.tokenEndpoint.always(faults.hang());
    const child = start(demo());
    const arrived = new Promise<void>((resolve) => {
      const subscription = sandbox.journal.arrivals$.subscribe(() => {
        subscription.unsubscribe();
        resolve();
      });
    });
    await arrived;
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
  });

  it('does not mind a reader that has gone', async () => {
    const child = start(demo());
    child.stdout.destroy();
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect(code).toBe(0);
    expect(stderr).not.toContain('EPIPE');
  });
});
