/**
 * Which of the two adapters a mocking tool sees. Every answer is "real" from a server on this machine, and "mocked" from the
 * tool that is named on the command line.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';

import { create } from 'axios';
import { undiciAdapter } from 'nestjs-resamania-auth/undici';
import { MockAgent, setGlobalDispatcher } from 'undici';

const server = createServer((_request, response) => response.end('real'));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const origin = `http://127.0.0.1:${server.address().port}`;

const tools = {
  nock: async () => {
    const { default: nock } = await import('nock');
    nock(origin).persist().get('/clubs').reply(200, 'mocked');
  },
  msw: async () => {
    const [{ http, HttpResponse }, { setupServer }] = await Promise.all([import('msw'), import('msw/node')]);
    setupServer(http.get(`${origin}/clubs`, () => HttpResponse.text('mocked'))).listen();
  },
  MockAgent: async () => {
    const agent = new MockAgent();
    agent.get(origin).intercept({ path: '/clubs' }).reply(200, 'mocked').persist();
    setGlobalDispatcher(agent);
  },
};

// As in an application: the clients are there before the tool is.
const clients = { axios: create(), undici: create({ adapter: undiciAdapter() }) };
await tools[process.argv[2]]();
const answers = {};
for (const [name, client] of Object.entries(clients)) {
  answers[name] = (await client.get(`${origin}/clubs`)).data;
}
process.stdout.write(JSON.stringify(answers), () => process.exit());
