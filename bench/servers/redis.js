import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { freePort } from './free-port.js';

/**
 * Starts a `redis-server` of its own on a free port of the loopback interface, which keeps nothing on disk.
 * @returns where it is, and how to trouble it; `undefined` where there is no `redis-server`
 */
export async function startRedis() {
  const port = await freePort();
  const args = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'].map(String);
  let child;
  const start = async () => {
    child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'], cwd: '/' });
    const failed = once(child, 'error').then(([error]) => error);
    const ready = new Promise((resolve) => {
      child.stdout.setEncoding('utf8').on('data', (text) => {
        if (text.includes('Ready to accept connections')) resolve();
      });
    });
    return Promise.race([ready, failed]);
  };
  if ((await start()) instanceof Error) return undefined;
  const kill = async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  const atExit = () => child.kill('SIGKILL');
  process.on('exit', atExit);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pause: () => child.kill('SIGSTOP'),
    goOn: () => child.kill('SIGCONT'),
    kill,
    start,
    async stop() {
      process.off('exit', atExit);
      await kill();
    },
  };
}
