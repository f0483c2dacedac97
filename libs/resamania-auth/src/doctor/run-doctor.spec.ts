import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { chooseTenants } from './choose-tenants.js';
import { loadEnvironmentFile } from './environment-file.js';
import { buildProgram } from './command.js';
import { progressOn } from './progress.js';
import { type DoctorOptions, runDoctor } from './run-doctor.js';

const before = { ...process.env };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-env-'));
});
afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  rmSync(folder, { recursive: true });
});

async function parse(...args: string[]): Promise<DoctorOptions> {
  const seen: DoctorOptions[] = [];
  const program = buildProgram('1.2.3', async (options) => void seen.push(options));
  for (const command of [program, ...program.commands]) {
    command.configureOutput({ writeErr: () => {}, writeOut: () => {} });
  }
  await program.parseAsync(['doctor', ...args], { from: 'user' });
  return seen[0] as DoctorOptions;
}

describe('the arguments', () => {
  it('have defaults, and names add up', async () => {
    expect(await parse()).toEqual({ timeout: 10 });
    expect(await parse('--tenant', 'a', '--tenant', 'b', '--timeout', '0.5', '--json')).toEqual({
      tenant: ['a', 'b'],
      timeout: 0.5,
      json: true,
    });
  });

  it.each(['0', '601', 'x', '-1'])('refuse a time limit of %s', async (seconds) => {
    await expect(parse('--timeout', seconds)).rejects.toMatchObject({ exitCode: 1 });
  });
});

describe('runDoctor', () => {
  it('says what is missing, and shows an example', async () => {
    const { text, exitCode } = await runDoctor({ timeout: 1, env: write('') });
    expect(exitCode).toBe(2);
    expect(text).toMatch(/RESAMANIA_API_URL: not set[^]*An example for \.env:/);
  });

  it('says that a file cannot be read', async () => {
    const { text } = await runDoctor({ timeout: 1, env: join(folder, 'none'), json: true });
    expect(JSON.parse(text)).toMatchObject({
      exitCode: 2,
      problems: [expect.stringMatching(/^--env: .*ENOENT/)],
    });
  });

  it('looks at what the file describes', async () => {
    const lines = ['API_URL=http://127.0.0.1:1', 'CLIENT_TOKEN=demo', 'CLIENT_ID=1', 'CLIENT_SECRET=s'];
    const env = write(lines.map((line) => `RESAMANIA_${line}`).join('\n'));
    const { text, exitCode } = await runDoctor({ timeout: 1, env });
    expect(exitCode).toBe(1);
    expect(text).toContain('ECONNREFUSED');
  });
});

describe('loadEnvironmentFile', () => {
  it('leaves variables that are set as they are', async () => {
    process.env['DOCTOR_SPEC_A'] = 'set';
    await loadEnvironmentFile(write('DOCTOR_SPEC_A=file\nDOCTOR_SPEC_B="b # b" # note\n'));
    expect([process.env['DOCTOR_SPEC_A'], process.env['DOCTOR_SPEC_B']]).toEqual(['set', 'b # b']);
  });

  it('needs no .env', async () => {
    await expect(loadEnvironmentFile(undefined)).resolves.toBeUndefined();
  });
});

describe('chooseTenants', () => {
  const tenant = (name: string | undefined) => ({
    name,
    variablesOf: name,
    options: undefined,
    problems: [],
  });
  const environment = { tenants: [tenant('a'), tenant('b')], general: [] };

  it('takes those that are named, or all', () => {
    expect(chooseTenants(environment, [])).toBe(environment);
    expect(chooseTenants(environment, ['b']).tenants).toEqual([tenant('b')]);
    expect(chooseTenants(environment, ['c'])).toEqual({
      tenants: [],
      general: ['--tenant: no tenant of that name; the environment has a, b'],
    });
    expect(chooseTenants({ tenants: [], general: [] }, ['c']).general).toEqual([
      expect.stringContaining('none'),
    ]);
  });

  it('takes the only one where that has no name', () => {
    const nameless = { tenants: [tenant(undefined)], general: [] };
    expect(chooseTenants(nameless, ['a'])).toEqual(nameless);
  });
});

describe('progressOn', () => {
  function written(isTTY: boolean): string {
    let text = '';
    const take = (chunk: unknown) => {
      text += String(chunk);
      return true;
    };
    const stream = {
      isTTY,
      write: take,
      cursorTo: () => true,
      clearLine: () => true,
      moveCursor: () => true,
    };
    const progress = progressOn(stream as unknown as NodeJS.WriteStream, {});
    progress.starts('alpha', 'config');
    progress.ends('alpha', { step: 'config', verdict: 'ok', detail: '', durationMs: 0 });
    progress.stop();
    return text;
  }

  it('writes lines, or spins where somebody watches', () => {
    expect(written(false)).toBe('alpha: config: ok\n');
    expect(written(true)).toContain('alpha: config');
    expect(written(true)).not.toContain('ok\n');
  });
});

function write(content: string): string {
  const path = join(folder, 'variables');
  writeFileSync(path, content);
  return path;
}
