import type { OutgoingHttpHeaders } from 'node:http';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type AxiosRequestConfig, create, getAdapter } from 'axios';

import { createUndiciAdapter } from '../../libs/resamania-auth/src/undici/undici-adapter.js';
import { RecordingServer, type Responder } from './recording-server.js';
import { outcome, wire } from './transport-outcome.js';

const fallback = jest.fn(getAdapter('http'));
const undici = createUndiciAdapter({ fallback });
const byAxios = create({ adapter: 'http' });
const byUndici = create({ adapter: undici });

/** The servers that the rows talk to, while a table runs. */
export let server: RecordingServer;
export let other: RecordingServer;

/** One behaviour. */
export interface Row {
  readonly what: string;
  /** A function where every call needs one of its own. */
  readonly config?: AxiosRequestConfig | (() => AxiosRequestConfig);
  readonly respond?: Responder;
  /** What comes of it, as far as it is worth spelling out; the rest is compared between the two. */
  readonly expected: object;
  /** Left to axios' own adapter. */
  readonly fallsBack?: boolean;
  readonly sends?: number;
}

/** Runs a row through both, and compares all that the caller and the server saw. */
async function compare({ config = {}, respond, expected, fallsBack = false, sends }: Row): Promise<void> {
  const results: object[] = [];
  for (const client of [byAxios, byUndici]) {
    server.reset();
    other.reset();
    if (respond !== undefined) server.respond = respond;
    const own = typeof config === 'function' ? config() : config;
    const url = own.url?.includes('//') === true ? own.url : server.origin + (own.url ?? '/clubs');
    const result = await outcome(client, { ...own, url });
    results.push({ result, server: server.seen.map(wire), other: other.seen.map(wire) });
    if (sends !== undefined) expect(server.seen.length + other.seen.length).toBe(sends);
  }
  const [reference, ours] = results;
  expect(reference).toMatchObject({ result: expected });
  expect(ours).toEqual(reference);
  expect(fallback.mock.calls.length > 0).toBe(fallsBack);
}

/** Runs every row through axios' own adapter and through undici, against the same servers. */
export function table(name: string, rows: readonly Row[]): void {
  describe(name, () => {
    beforeAll(async () => {
      server = await RecordingServer.start();
      other = await RecordingServer.start();
    });

    afterAll(async () => {
      await server.stop();
      await other.stop();
    });

    beforeEach(() => {
      fallback.mockClear();
    });

    afterEach(() => {
      delete process.env['HTTP_PROXY'];
    });

    it.each(rows)('$what', compare);
  });
}

/** Answers with bytes. */
export function send(status: number, body: Buffer | string, headers: OutgoingHttpHeaders = {}): Responder {
  return (_request, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}
