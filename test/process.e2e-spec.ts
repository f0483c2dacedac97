import { execFile } from 'node:child_process';
import { resolve } from 'node:path';

import { describe, expect, it } from '@jest/globals';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** When it was gone, in milliseconds since the epoch. */
  readonly endedAt: number;
}

/** Runs a script on the built packages, in a Node process of its own. */
function run(script: string): Promise<Outcome> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      ['--unhandled-rejections=strict', resolve('test/support', script)],
      { timeout: 55_000, env: { ...process.env, NODE_OPTIONS: '' } },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code ?? 1);
        done({ code, stdout, stderr, endedAt: Date.now() });
      },
    );
  });
}

describe('a process in which everything goes wrong with tokens', () => {
  it('leaves no rejection unhandled, and ends by itself once the application is closed', async () => {
    const { code, stdout, stderr, endedAt } = await run('troubled-process.mjs');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { outcomes, closedAt } = JSON.parse(stdout) as { outcomes: number; closedAt: number };
    expect(outcomes).toBeGreaterThan(500);
    // A timer or a socket left behind would keep it for 5 s at least.
    expect(endedAt - closedAt).toBeLessThan(4000);
  }, 60_000);
});
