import { fork } from 'node:child_process';
import { once } from 'node:events';

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
