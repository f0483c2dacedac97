import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from '@jest/globals';

import { type Ask, askWithin, ReplicaBoard } from './replica-board.js';

/** For who answers, however busy the machine is, and for who never does. In milliseconds. */
const PATIENCE_MS = 10_000;
const SHORT_PATIENCE_MS = 100;
const CHAIN = {
  tenant: 'nordgym',
  origin: 'store',
  at: '2026-01-01T00:00:00.000Z',
  expiresAt: '2026-01-01T00:00:20.000Z',
  renewed: 1,
  adopted: 2,
};
const REPORT = { name: '1', pid: 4711, store: 'up', chains: [CHAIN] };

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A peer with one answer to everything. */
function peer(body: string, status = 200, headers: Record<string, string> = {}): Promise<string> {
  return serve((_request, response) => response.writeHead(status, headers).end(body));
}

/** A port that nobody listens on any more. */
async function gone(): Promise<string> {
  const url = await peer('');
  const server = servers.pop();
  server?.close();
  if (server) await once(server, 'close');
  return url;
}

async function reportsOf(...urls: string[]): Promise<unknown[]> {
  const board = new ReplicaBoard('1', urls, askWithin(PATIENCE_MS));
  await board.look();
  return board.rows().map(({ report }) => report);
}

describe('ReplicaBoard', () => {
  it('shows what each replica says, by its number, and which of them is this one', async () => {
    const urls = [await peer(JSON.stringify(REPORT)), await peer(JSON.stringify({ ...REPORT, name: '2' }))];
    const board = new ReplicaBoard('2', urls, askWithin(PATIENCE_MS));
    expect(board.rows()).toEqual([
      { name: '1', url: urls[0], isThis: false },
      { name: '2', url: urls[1], isThis: true },
    ]);
    await board.look();
    expect(board.rows()).toEqual([
      { name: '1', url: urls[0], isThis: false, report: REPORT },
      { name: '2', url: urls[1], isThis: true, report: { ...REPORT, name: '2' } },
    ]);
  });

  it('asks for /replica', async () => {
    const asked: (string | undefined)[] = [];
    const url = await serve(({ url: path }, response) => {
      asked.push(path);
      response.end(JSON.stringify(REPORT));
    });
    expect(await reportsOf(url)).toEqual([REPORT]);
    expect(asked).toEqual(['/replica']);
  });

  it('shows the others while one hangs, one stops half way and one is gone', async () => {
    const hanging = await serve(() => undefined);
    const halfWay = await serve((_request, response) => response.write('{"name":'));
    const well = await peer(JSON.stringify(REPORT));
    const ask: Ask = (url) => askWithin(url === well ? PATIENCE_MS : SHORT_PATIENCE_MS)(url);
    const board = new ReplicaBoard('1', [hanging, halfWay, await gone(), well], ask);
    await board.look();
    expect(board.rows().map(({ report }) => report)).toEqual([undefined, undefined, undefined, REPORT]);
  });

  it.each([
    ['text', 'Bad Gateway'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['no chains', JSON.stringify({ ...REPORT, chains: undefined })],
    ['chains that are no list', JSON.stringify({ ...REPORT, chains: {} })],
    ['a name that is no text', JSON.stringify({ ...REPORT, name: 1 })],
    ['a pid that is none', JSON.stringify({ ...REPORT, pid: -1 })],
    ['an unknown state of the store', JSON.stringify({ ...REPORT, store: 'toString' })],
    ['a chain that is none', JSON.stringify({ ...REPORT, chains: [CHAIN, null] })],
    ['an unknown origin', JSON.stringify({ ...REPORT, chains: [{ ...CHAIN, origin: 'moon' }] })],
    ['a time that is none', JSON.stringify({ ...REPORT, chains: [{ ...CHAIN, at: 'soon' }] })],
    ['an end that is none', JSON.stringify({ ...REPORT, chains: [{ ...CHAIN, expiresAt: null }] })],
    ['a count that is none', JSON.stringify({ ...REPORT, chains: [{ ...CHAIN, adopted: '<b>' }] })],
    ['a tenant that is no text', JSON.stringify({ ...REPORT, chains: [{ ...CHAIN, tenant: {} }] })],
  ])('takes an answer that is %s for none', async (_what, body) => {
    expect(await reportsOf(await peer(body))).toEqual([undefined]);
  });

  it('takes a failure and a redirect for no answer, whatever comes with them', async () => {
    const well = await peer(JSON.stringify(REPORT));
    const failed = await peer(JSON.stringify(REPORT), 500);
    const elsewhere = await peer('', 302, { location: `${well}/replica` });
    expect(await reportsOf(failed, elsewhere)).toEqual([undefined, undefined]);
  });

  it('passes nothing on but what it knows', async () => {
    const more = { ...REPORT, token: 'secret', chains: [{ ...CHAIN, token: 'secret' }] };
    expect(await reportsOf(await peer(JSON.stringify(more)))).toEqual([REPORT]);
  });

  it('forgets what a replica said when it does not answer any more, and hears it again when it does', async () => {
    const answers: Promise<unknown>[] = [];
    const board = new ReplicaBoard('1', ['one'], () => answers.shift() ?? Promise.reject(new Error('gone')));
    const reported = async () => {
      await board.look();
      return board.rows()[0]?.report;
    };
    answers.push(Promise.resolve(REPORT));
    expect(await reported()).toEqual(REPORT);
    expect(await reported()).toBeUndefined();
    answers.push(Promise.resolve(REPORT));
    expect(await reported()).toEqual(REPORT);
  });

  it('neither waits for a replica that is still to answer nor asks it again', async () => {
    const asked: string[] = [];
    let answer: (report: unknown) => void = () => undefined;
    const slow = new Promise((resolve) => (answer = resolve));
    const ask: Ask = (url) => {
      asked.push(url);
      return url === 'slow' ? slow : Promise.resolve(REPORT);
    };
    const board = new ReplicaBoard('1', ['slow', 'quick'], ask);
    const looking = board.look();
    await new Promise((resolve) => setImmediate(resolve));
    expect(board.rows().map(({ report }) => report)).toEqual([undefined, REPORT]);
    await board.look();
    expect(asked).toEqual(['slow', 'quick', 'quick']);
    answer(REPORT);
    await looking;
    expect(board.rows().map(({ report }) => report)).toEqual([REPORT, REPORT]);
  });
});
