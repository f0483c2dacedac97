import { fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SANDBOX = new URL('./sandbox-process.js', import.meta.url);

/**
 * Starts the sandbox. `stalled` is told when its process did not run for a moment. It ends with `stop()`, and with this process in any case.
 */
export async function startSandbox(options, stalled) {
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc'];
  const child = fork(SANDBOX, [JSON.stringify(options)], { stdio, execArgv: [] });
  const [{ apiBaseUrl }] = await once(child, 'message');
  const waiting = new Map();
  child.on('message', ({ id, result, stalledAt }) => {
    if (stalledAt !== undefined) return stalled(stalledAt);
    waiting.get(id)?.(result);
    return waiting.delete(id);
  });
  let last = 0;
  return {
    apiBaseUrl,
    ask: (command, argument = {}) =>
      new Promise((resolve) => {
        last += 1;
        waiting.set(last, resolve);
        child.send({ id: last, command, argument });
      }),
    async stop() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

/** A `redis-server` on a free port of the loopback interface; `undefined` where there is none on the PATH. */
export async function startRedis() {
  if (spawnSync('redis-server', ['--version']).status !== 0) return undefined;
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'soak-redis-'));
  const args = ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'];
  let child;
  const start = async () => {
    child = spawn('redis-server', args.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const text of child.stdout.setEncoding('utf8'))
      if (text.includes('Ready to accept connections')) break;
  };
  const stop = async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    stop,
    signal: (signal) => child.kill(signal),
    async remove() {
      await stop();
      rmSync(folder, { recursive: true });
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
