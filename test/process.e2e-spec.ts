import { execFile } from 'node:child_process';
import { resolve } from 'node:path';

import { describe, expect, it } from '@jest/globals';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** Runs a script on the built packages, in a Node process of its own. */
function run(script: string): Promise<Outcome> {
  const start = performance.now();
  return new Promise((done) => {
    execFile(
      process.execPath,
      ['--unhandled-rejections=strict', resolve('test/support', script)],
      { timeout: 25_000, env: { ...process.env, NODE_OPTIONS: '' } },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code ?? 1);
        done({ code, stdout, stderr, ms: performance.now() - start });
      },
    );
  });
}

describe('a process in which everything goes wrong with tokens', () => {
  it('leaves no rejection unhandled, and ends by itself once the application is closed', async () => {
    const { code, stdout, stderr, ms } = await run('troubled-process.mjs');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect((JSON.parse(stdout) as { outcomes: number }).outcomes).toBeGreaterThan(500);
    // 2.5 s of work, the start and the end. A timer or a socket left behind would keep it for 5 s at least.
    expect(ms).toBeLessThan(7000);
  });
});
