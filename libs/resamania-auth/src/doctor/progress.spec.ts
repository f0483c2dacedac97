import { describe, expect, it } from '@jest/globals';

import { progressOn } from './progress.js';

function written(stream: { isTTY: boolean; columns?: number }, env: NodeJS.ProcessEnv = {}): string {
  let text = '';
  const write = (chunk: unknown) => {
    text += String(chunk);
    return true;
  };
  const progress = progressOn({ ...stream, write } as unknown as NodeJS.WriteStream, env);
  progress.starts('alpha', 'connection');
  progress.ends('alpha', { step: 'connection', verdict: 'ok', detail: '', durationMs: 0 });
  progress.stop();
  return text;
}

describe('The progress', () => {
  it('is one line where somebody watches, and leaves no trace', () => {
    expect(written({ isTTY: true })).toBe('\r\u001B[Kalpha: connection …\r\u001B[K');
  });

  it('has no line that wraps, for that could not be overwritten', () => {
    expect(written({ isTTY: true, columns: 10 })).toBe('\r\u001B[Kalpha: co\r\u001B[K');
  });

  it.each<[string, boolean, NodeJS.ProcessEnv]>([
    ['in a file', false, {}],
    ['in a CI job', true, { CI: 'true' }],
    ['on a dumb terminal', true, { TERM: 'dumb' }],
  ])('is a line for each check %s', (_where, isTTY, env) => {
    expect(written({ isTTY }, env)).toBe('alpha: connection: ok\n');
  });
});
