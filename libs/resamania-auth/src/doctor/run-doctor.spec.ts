import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { chooseTenants } from './run-doctor.js';
import { loadEnvironmentFile } from './run-doctor.js';
import type { Progress } from './progress.js';
import { runDoctor } from './run-doctor.js';

const before = { ...process.env };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doctor-env-'));
});
afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  rmSync(folder, { recursive: true });
});

const silent: Progress = { starts: () => {}, ends: () => {}, stop: () => {} };

describe('runDoctor', () => {
  it('says what is missing, and shows an example', async () => {
    const { text, exitCode } = await runDoctor({ timeout: 1, env: write('') }, silent);
    expect(exitCode).toBe(2);
    expect(text).toMatch(/RESAMANIA_API_URL: not set[^]*An example for \.env:/);
  });

  it('says that a file cannot be read', async () => {
    const { text } = await runDoctor({ timeout: 1, env: join(folder, 'none'), json: true }, silent);
    expect(JSON.parse(text)).toMatchObject({
      exitCode: 2,
      problems: [expect.stringMatching(/^--env: .*ENOENT/)],
    });
  });

  it('looks at what the file describes', async () => {
    const lines = ['API_URL=http://127.0.0.1:1', 'CLIENT_TOKEN=demo', 'CLIENT_ID=1', 'CLIENT_SECRET=s'];
    const env = write(lines.map((line) => `RESAMANIA_${line}`).join('\n'));
    const { text, exitCode } = await runDoctor({ timeout: 1, env }, silent);
    expect(exitCode).toBe(1);
    expect(text).toContain('ECONNREFUSED');
  });
});

describe('runDoctor for several tenants', () => {
  const own = ['A', 'B'].flatMap((name) => [`${name}_CLIENT_ID=1`, `${name}_CLIENT_SECRET=s`]);
  const lines = ['API_URL=http://127.0.0.1:1', 'TENANTS=a,b', ...own];

  async function warningsWith(...more: string[]): Promise<unknown> {
    const env = write([...lines, ...more].map((line) => `RESAMANIA_${line}`).join('\n'));
    const { text } = await runDoctor({ timeout: 1, env, json: true, tenant: ['a'] }, silent);
    return (JSON.parse(text) as { warnings: unknown }).warnings;
  }

  it('warns that calls without a tenant fail, where there is no default', async () => {
    expect(await warningsWith()).toEqual([
      'RESAMANIA_DEFAULT_TENANT: not set, calls that name no tenant fail; set it, or let each call name its tenant',
    ]);
  });

  it('does not where there is one', async () => {
    expect(await warningsWith('DEFAULT_TENANT=a')).toEqual([]);
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
      general: [{ variable: '--tenant', text: 'no tenant of that name; the environment has a, b' }],
    });
    expect(chooseTenants({ tenants: [], general: [] }, ['c']).general).toEqual([
      { variable: '--tenant', text: expect.stringContaining('none') },
    ]);
  });

  it('takes the only one where that has no name', () => {
    const nameless = { tenants: [tenant(undefined)], general: [] };
    expect(chooseTenants(nameless, ['a'])).toEqual(nameless);
  });
});

function write(content: string): string {
  const path = join(folder, 'variables');
  writeFileSync(path, content);
  return path;
}
