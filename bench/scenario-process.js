/**
 * Runs one scenario and sends its result to the parent: `fork()` this file with the letter, see `run.js`. Each scenario
 * has a process of its own, so that none finds the heap and the compiled code that another left.
 */
import 'reflect-metadata';

import { Agent } from 'node:http';

import { PACE } from './measure.js';
import { scenarios } from './scenarios/scenarios.js';
import { startServer } from './servers/start-server.js';

const [letter, pace] = process.argv.slice(2);
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => process.exit());

const { title, run } = await scenarios[letter]();
// Those who only measure this library need not have them.
const { peers } = pace === 'quick' ? { peers: [] } : await import('./peers/peers.js');
const server = await startServer();
const agent = new Agent({ keepAlive: true });
const result = await run({
  world: { ...server, agent },
  peers,
  pace: PACE[pace],
  progress: (what) => process.stderr.write(`${letter}: ${title}: ${what}\n`),
});
agent.destroy();
await server.stop();
process.send({ letter, title, ...result }, () => process.exit());
