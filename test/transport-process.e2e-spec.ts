import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

import { describe, expect, it } from '@jest/globals';

const run = promisify(execFile);

/** Runs a script on the built packages, in a Node process of its own, without the proxies of this one. */
async function printed(script: string, ...args: string[]): Promise<unknown> {
  const isProxy = ([name]: readonly [string, unknown]) => /proxy/i.test(name);
  const env = Object.fromEntries(Object.entries(process.env).filter((pair) => !isProxy(pair)));
  const { stdout, stderr } = await run(
    process.execPath,
    ['--unhandled-rejections=strict', resolve('test/support', script), ...args],
    { timeout: 25_000, env: { ...env, NODE_OPTIONS: '' } },
  );
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe('tools that mock HTTP', () => {
  it.each([
    ['nock', { axios: 'mocked', undici: 'real' }],
    ['msw', { axios: 'mocked', undici: 'real' }],
    ['MockAgent', { axios: 'real', undici: 'mocked' }],
  ])("%s sees the requests of axios' own adapter, or those of undiciAdapter()", async (tool, answers) => {
    expect(await printed('mocked-http.mjs', tool)).toEqual(answers);
  });
});

describe('a process that has changed the global agents, and whose connections break', () => {
  it('is served through those agents, and survives', async () => {
    expect(await printed('troubled-transport.mjs')).toEqual({
      agentWithoutOptions: 200,
      authority: 200,
      byUndiciUntilThen: 0,
      'unread /broken': 200,
      'whole /broken': 'ERR_BAD_RESPONSE',
      'unread /broken-gzip': 200,
      'whole /broken-gzip': 'ECONNRESET',
      'unread /hang-up': 'ECONNRESET',
      'whole /hang-up': 'ECONNRESET',
      'unread /whole': 200,
      'whole /whole': 200,
      'unread /204': 204,
      'whole /204': 204,
      'unread /reset': 'ECONNRESET',
      'whole /reset': 'ECONNRESET',
      byUndici: 12,
    });
  });
});
