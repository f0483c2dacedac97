import { afterEach, describe, expect, it } from '@jest/globals';
import type { ResamaniaSandbox } from 'resamania-sandbox';
import { buildProgram, type CommandOptions } from '../libs/resamania-sandbox/src/command/program.js';
import { run } from '../libs/resamania-sandbox/src/command/run.js';
import { askToken } from '../libs/resamania-sandbox/test/caller.js';

async function parse(...args: string[]): Promise<CommandOptions> {
  const seen: CommandOptions[] = [];
  const program = buildProgram(async (options) => void seen.push(options));
  await program
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .parseAsync(args, { from: 'user' });
  const [options] = seen;
  if (!options) throw new Error('The command did not run');
  return options;
}

describe('The resamania-sandbox command', () => {
  let sandbox: ResamaniaSandbox | undefined;

  afterEach(() => sandbox?.stop());

  it('prints lines for .env that connect, and a line for each request', async () => {
    const lines: string[] = [];
    const options = await parse('--port', '0', '--tokens-live', '60', '--api-key', 'k', '--log');
    sandbox = await run(options, (line) => void lines.push(line));
    const variables = Object.fromEntries(
      lines.filter((line) => !line.startsWith('#')).map((line) => line.split('=')),
    );
    expect(variables).toMatchObject({
      RESAMANIA_API_URL: sandbox.apiBaseUrl,
      RESAMANIA_API_KEY: 'k',
      RESAMANIA_TENANTS: 'demoapi,nordgym,clubazur',
      RESAMANIA_NORDGYM_CLIENT_SECRET: sandbox.chain('nordgym').clientSecret,
      RESAMANIA_CLUBAZUR_CLUB_ID: '/clubazur/clubs/3001',
    });
    expect((await askToken(sandbox)).json['expires_in']).toBe(60);
    await sandbox.stop();
    expect(lines.at(-1)).toMatch(/^# \S+ POST \/resa2-staging\/demoapi\/oauth\/v2\/token 200 issued$/);
  });

  it('runs without gateway and prefix', async () => {
    const lines: string[] = [];
    const options = await parse('--port', '0', '--environment', '', '--no-gateway', '--latency', '1');
    sandbox = await run(options, (line) => void lines.push(line));
    expect(sandbox.apiBaseUrl).toBe(`http://127.0.0.1:${sandbox.port}`);
    expect(lines.join('\n')).not.toContain('API_KEY');
    const taken = run({ ...options, port: sandbox.port }, () => {});
    await expect(taken).rejects.toThrow(`127.0.0.1:${sandbox.port} is in use; choose another with --port.`);
  });

  it.each([
    ['--port', 'x'],
    ['--port', '70000'],
    ['--tokens-live', '0'],
    ['--latency', '-1'],
    ['--environment', '/a/b'],
    ['--unknown', '1'],
    ['surplus', '1'],
  ])('refuses %s %s with exit code 1', async (...args) => {
    await expect(parse(...args)).rejects.toMatchObject({ exitCode: 1 });
  });
});
