/**
 * A process that has changed Node's globals before the library is imported, and meets connections that break at every
 * stage. Prints what came of it; that it lives to do so is the point.
 */
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

const cert = readFileSync(new URL('./tls/cert.pem', import.meta.url));
const key = readFileSync(new URL('./tls/key.pem', import.meta.url));

const nodesAgent = http.globalAgent;
// All that Node asks of an agent.
const addRequest = (...args) => nodesAgent.addRequest(...args);
http.globalAgent = { protocol: 'http:', defaultPort: 80, addRequest };
https.globalAgent.options.ca = cert;

const { create } = await import('axios');
const { undiciAdapter } = await import('nestjs-resamania-auth/undici');
await import('nestjs-resamania-auth');

const origins = await Promise.all([
  listening(http.createServer(respond), 'http'),
  listening(https.createServer({ cert, key }, respond), 'https'),
]);
const [plain, secure] = origins;
const client = create({ adapter: undiciAdapter(), validateStatus: () => true, timeout: 2000 });
const outcomes = {};
let byUndici = 0;
subscribe('undici:request:create', () => {
  byUndici += 1;
});

// The global agents as they were changed.
outcomes.agentWithoutOptions = await outcomeOf(client.get(`${plain}/whole`));
outcomes.authority = await outcomeOf(client.get(`${secure}/whole`));
outcomes.byUndiciUntilThen = byUndici;
http.globalAgent = nodesAgent;
delete https.globalAgent.options.ca;

// Streams that nobody reads, and bodies that nobody waits for.
for (const path of ['/broken', '/broken-gzip', '/hang-up', '/whole', '/204', '/reset']) {
  outcomes[`unread ${path}`] = await outcomeOf(client.get(plain + path, { responseType: 'stream' }));
  outcomes[`whole ${path}`] = await outcomeOf(client.get(plain + path));
  const controller = new AbortController();
  const cancelled = outcomeOf(client.get(plain + path, { signal: controller.signal }));
  await Promise.race([cancelled, sleep(1)]);
  controller.abort();
  await cancelled;
}
// Time for what the connections may still have to say.
await sleep(200);
process.stdout.write(JSON.stringify({ ...outcomes, byUndici }), () => process.exit());

async function outcomeOf(answer) {
  try {
    return (await answer).status;
  } catch ({ code, isAxiosError }) {
    return isAxiosError ? code : 'not an AxiosError';
  }
}

function respond({ url }, response) {
  const { socket } = response;
  const begun = (headers) => {
    response.writeHead(200, { 'content-length': 100, ...headers });
    // Not a reset, which takes away what the client has not read yet, or does not: that is up to the version of Node.
    response.write(gzipSync('abc').subarray(0, 12), () => socket.destroy());
  };
  if (url === '/broken') begun({});
  else if (url === '/broken-gzip') begun({ 'content-encoding': 'gzip' });
  else if (url === '/hang-up') socket.end();
  else if (url === '/reset') socket.resetAndDestroy();
  else if (url === '/204') socket.end('HTTP/1.1 204 X\r\nContent-Length: 5\r\n\r\n');
  else response.end('{}');
}

async function listening(server, scheme) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `${scheme}://127.0.0.1:${server.address().port}`;
}
