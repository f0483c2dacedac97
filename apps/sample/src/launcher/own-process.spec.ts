import { afterEach, describe, expect, it } from '@jest/globals';

import { OwnProcess, type ProcessOptions } from './own-process.js';

const started: OwnProcess[] = [];
afterEach(async () => {
  for (const process of started.splice(0)) await process.end(0);
});

function start(code: string, more: Partial<ProcessOptions> = {}): OwnProcess {
  const own = new OwnProcess({ command: process.execPath, args: ['-e', code], ...more });
  started.push(own);
  return own;
}

const STAYS = 'setInterval(() => {}, 1000);';

describe('OwnProcess', () => {
  it('is ready with its first message, or with the line that says so, and tells every line', async () => {
    await start(`process.send('ready'); ${STAYS}`).ready();
    const lines: string[] = [];
    const code = `console.log('one'); console.error('two'); console.log('ready at last'); ${STAYS}`;
    await start(code, { readyLine: /^ready/, onLine: (line) => lines.push(line) }).ready();
    expect(lines).toEqual(expect.arrayContaining(['one', 'ready at last']));
  });

  it('has a last line that does not end in a line break too', async () => {
    const lines: string[] = [];
    await start(`process.stdout.write('half')`, { onLine: (line) => lines.push(line) }).ended;
    expect(lines).toEqual(['half']);
  });

  it('says how it ended, also to who waits until it is ready', async () => {
    const failed = start('process.exit(3)');
    await expect(failed.ready()).rejects.toThrow('exit code 3');
    expect(await failed.ended).toBe('exit code 3');
    expect(await start(`process.kill(process.pid, 'SIGKILL')`).ended).toBe('SIGKILL');
  });

  it('gives the error of the system where there is no such command', async () => {
    const missing = start('', { command: '/no/such/command' });
    await expect(missing.ready()).rejects.toMatchObject({ code: 'ENOENT' });
    expect(missing.pid).toBeUndefined();
    await missing.end();
  });

  it('ends when asked to, more than once too', async () => {
    const own = start(`process.send('ready'); ${STAYS}`);
    await own.ready();
    await Promise.all([own.end(), own.end()]);
    await own.end();
    expect(await own.ended).toBe('SIGTERM');
  });

  it('is killed where it does not hear', async () => {
    const deaf = start(`process.on('SIGTERM', () => {}); process.send('ready'); ${STAYS}`);
    await deaf.ready();
    await deaf.end(50);
    expect(await deaf.ended).toBe('SIGKILL');
  });
});
