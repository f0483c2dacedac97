import { fork } from 'node:child_process';
import { once } from 'node:events';

const FILE = new URL('./server.js', import.meta.url);

/**
 * Starts the server process. It ends with `stop()`, and with this process in any case.
 * @returns where it listens, and how to ask it for its counters, reset it, and take its token service down
 */
export async function startServer() {
  const child = fork(FILE, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
  const [{ port }] = await once(child, 'message');
  const waiting = new Map();
  child.on('message', ({ id, stats }) => {
    waiting.get(id)?.(stats);
    waiting.delete(id);
  });
  let last = 0;
  const ask = (command, argument) =>
    new Promise((resolve) => {
      last += 1;
      waiting.set(last, resolve);
      child.send({ id: last, command, argument });
    });
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    tokenPath: (chain) => `/${chain}/oauth/v2/token`,
    tokenUrl: (chain) => `${origin}/${chain}/oauth/v2/token`,
    apiUrl: (chain) => `${origin}/${chain}/clubs`,
    /** Counters to zero, all tokens forgotten, and new settings: `lifetimeS`, `latencyMs`, `limit: { requests, periodMs }`. */
    reset: (settings = {}) => ask('reset', settings),
    stats: () => ask('stats'),
    down: (isDown) => ask('down', isDown),
    /** From now on token requests of these chains get no answer. */
    hang: (chains) => ask('hang', chains),
    async stop() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
