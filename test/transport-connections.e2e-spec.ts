import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';

import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type AxiosInstance, create } from 'axios';
import { Agent, type Dispatcher } from 'undici';

import { undiciAdapter, type UndiciAdapter } from '../libs/resamania-auth/src/undici/undici-adapter.js';
import { RecordingServer } from './support/recording-server.js';
import { outcome } from './support/transport-outcome.js';

// A certificate for `localhost` and 127.0.0.1 that has signed itself; nothing else trusts it.
const cert = readFileSync(new URL('./support/tls/cert.pem', import.meta.url));
const key = readFileSync(new URL('./support/tls/key.pem', import.meta.url));

let dispatch: jest.SpiedFunction<Dispatcher['dispatch']>;
let adapter: UndiciAdapter;
let client: AxiosInstance;
let byAxios: AxiosInstance;
let server: RecordingServer;

beforeAll(() => {
  byAxios = create({ adapter: 'http' });
});

beforeEach(async () => {
  server = await RecordingServer.start();
  use(new Agent());
});

afterEach(async () => {
  await server.stop();
  await adapter.close();
});

function use(dispatcher: Dispatcher): void {
  dispatch = jest.spyOn(dispatcher, 'dispatch');
  adapter = undiciAdapter({ dispatcher });
  client = create({ adapter });
}

/** The remote ports that requests come from. */
function recordPorts(): Set<number | undefined> {
  const ports = new Set<number | undefined>();
  server.respond = (_request, response) => {
    ports.add(response.socket?.remotePort);
    response.end('{}');
  };
  return ports;
}

async function listening(of: Server | https.Server): Promise<number> {
  of.listen(0, '127.0.0.1');
  await once(of, 'listening');
  return (of.address() as AddressInfo).port;
}

describe('connections', () => {
  it('are used again, whatever the method', async () => {
    const ports = recordPorts();
    const methods = ['get', 'head', 'post', 'put', 'patch', 'delete', 'get', 'head'];
    for (const method of methods) {
      const isSafe = method === 'get' || method === 'head';
      await client.request({ method, url: server.origin, data: isSafe ? undefined : {}, maxRedirects: 0 });
    }
    expect(server.seen.map((request) => request.method.toLowerCase())).toEqual(methods);
    expect(dispatch).toHaveBeenCalledTimes(methods.length);
    // undici rests a connection for a turn of the event loop: calls one after the other take turns with two.
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  it('are one per call at a time', async () => {
    const ports = recordPorts();
    await Promise.all(Array.from({ length: 5 }, () => client.get(server.origin)));
    expect(ports.size).toBe(5);
  });

  it('that the server closed while idle are not used again', async () => {
    const ports = new Set<number | undefined>();
    const closed: Promise<unknown>[] = [];
    server.respond = (_request, response) => {
      const { socket } = response;
      ports.add(socket?.remotePort);
      response.end('{}', () => socket?.end());
      if (socket) closed.push(once(socket, 'close'));
    };
    for (let call = 1; call <= 5; call += 1) {
      await client.get(server.origin);
      await closed.at(-1);
    }
    expect(ports.size).toBe(5);
  });

  it('that are being made are given up when the agent has had enough, the call when its caller has', async () => {
    await adapter.close();
    use(new Agent({ connect: { timeout: 500 } }));
    const silent = createServer();
    const accepted = once(silent, 'connection') as Promise<[Socket]>;
    const url = `https://127.0.0.1:${await listening(silent)}/`;
    const failed = outcome(client, { url, timeout: 60 });
    const [socket] = await accepted;
    socket.resume();
    expect(await failed).toMatchObject({ code: 'ECONNABORTED', message: 'timeout of 60ms exceeded' });
    await once(socket, 'close');
    expect(await outcome(client, { url })).toMatchObject({ code: 'ETIMEDOUT', message: 'connect ETIMEDOUT' });
    silent.close();
  });
});

describe('a stream', () => {
  it('fails when its call is cancelled', async () => {
    server.respond = (_request, response) => void response.write('a');
    for (const http of [byAxios, client]) {
      const controller = new AbortController();
      const { data } = await http.get<Readable>(server.origin, {
        responseType: 'stream',
        signal: controller.signal,
      });
      const failed = text(data);
      controller.abort();
      await expect(failed).rejects.toMatchObject({ name: 'CanceledError', code: 'ERR_CANCELED' });
    }
    expect(dispatch).not.toHaveBeenCalled();
  });

  it('of an error is there to be read', async () => {
    server.respond = (_request, response) => void response.writeHead(500).end('broken');
    const failed = client.get(server.origin, { responseType: 'stream' });
    const { response } = (await failed.catch((error: unknown) => error)) as { response: { data: Readable } };
    expect(await text(response.data)).toBe('broken');
  });
});

describe('the async context', () => {
  it('is that of the call, whoever opened the connection', async () => {
    const context = new AsyncLocalStorage<string>();
    server.respond = (_request, response) =>
      void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{}'));
    const seen = async (name: string) => {
      const contexts: unknown[] = [];
      const note = <T>(value: T) => (contexts.push(context.getStore()), value);
      await context.run(name, () =>
        client.get(server.origin, { validateStatus: () => note(true), transformResponse: note }).then(note),
      );
      expect(contexts).toEqual([name, name, name]);
    };
    await Promise.all(['a', 'b', 'a'].map(seen));
    await seen('c');
  });
});

describe('closing', () => {
  it('waits for calls under way, and leaves later ones to the other adapter', async () => {
    let answer: () => void = () => undefined;
    server.respond = (_request, response) => {
      answer = () => response.end('{"late":true}');
    };
    const underWay = client.get(server.origin);
    await server.arrived(1);
    const closed = adapter.close();
    answer();
    expect((await underWay).data).toEqual({ late: true });
    await closed;
    expect(dispatch).toHaveBeenCalledTimes(1);
    server.respond = (_request, response) => void response.end('{}');
    expect((await client.get(server.origin)).status).toBe(200);
    expect(server.last.headers.connection).toBe('keep-alive');
  });
});

describe('TLS', () => {
  let secure: https.Server;
  let url: string;

  beforeEach(async () => {
    secure = https.createServer({ cert, key }, (_request, response) => void response.end('{"secure":true}'));
    url = `https://127.0.0.1:${await listening(secure)}/`;
  });

  afterEach(() => {
    secure.closeAllConnections();
    secure.close();
  });

  it('refuses a certificate that it does not trust, as axios does', async () => {
    const expected = await outcome(byAxios, { url });
    expect(await outcome(client, { url })).toEqual(expected);
    expect(expected).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(dispatch).toHaveBeenCalledTimes(1);
  });

  it('trusts what an agent trusts, by way of the other adapter', async () => {
    const httpsAgent = new https.Agent({ ca: cert });
    expect((await client.get(url, { httpsAgent })).data).toEqual({ secure: true });
    expect(dispatch).not.toHaveBeenCalled();
  });

  it("trusts what Node's global agent trusts at the time, by way of the other adapter", async () => {
    https.globalAgent.options.ca = cert;
    expect((await client.get(url)).data).toEqual({ secure: true });
    expect(dispatch).not.toHaveBeenCalled();
    delete https.globalAgent.options.ca;
    https.globalAgent.destroy();
    expect(await outcome(client, { url })).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(dispatch).toHaveBeenCalledTimes(1);
  });

  it('trusts what its dispatcher trusts', async () => {
    await adapter.close();
    use(new Agent({ connect: { ca: cert } }));
    const { data, request } = await client.get(url);
    expect(data).toEqual({ secure: true });
    expect(request).toMatchObject({ protocol: 'https:', host: '127.0.0.1', path: '/', method: 'GET' });
    expect(dispatch).toHaveBeenCalledTimes(1);
  });
});
