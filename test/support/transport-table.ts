import type { OutgoingHttpHeaders } from 'node:http';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type AxiosInstance, type AxiosRequestConfig, create } from 'axios';
import { Agent } from 'undici';

import { undiciAdapter } from '../../libs/resamania-auth/src/undici/undici-adapter.js';
import { RecordingServer, type Responder } from './recording-server.js';
import { outcome, wire } from './transport-outcome.js';

const dispatcher = new Agent();
const dispatch = jest.spyOn(dispatcher, 'dispatch');
const byAxios = create({ adapter: 'http' });
const byUndici = create({ adapter: undiciAdapter({ dispatcher }) });

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
  /** Left to axios' own adapter from the start. */
  readonly fallsBack?: boolean;
  /** Sent by undici, and then once more by axios' own adapter. */
  readonly sentAgain?: boolean;
  /** How many requests arrive when axios' own adapter sends. */
  readonly sends?: number;
}

/** Runs a row through both, and compares all that the caller and the server saw. */
async function compare(row: Row): Promise<void> {
  const { expected, fallsBack = false, sentAgain = false, sends } = row;
  const reference = await run(row, byAxios);
  expect(dispatch).not.toHaveBeenCalled();
  const ours = await run(row, byUndici);
  expect(dispatch).toHaveBeenCalledTimes(fallsBack || sends === 0 ? 0 : 1);
  expect(reference).toMatchObject({ result: expected });
  if (sends !== undefined) expect(reference.server.length + reference.other.length).toBe(sends);
  const first = sentAgain ? ours.server.shift() : undefined;
  expect(ours).toEqual(reference);
  if (sentAgain) expect(first).toEqual(reference.server[0]);
}

interface Run {
  readonly result: object;
  readonly server: object[];
  readonly other: object[];
}

async function run({ config = {}, respond }: Row, client: AxiosInstance): Promise<Run> {
  server.reset();
  other.reset();
  if (respond !== undefined) server.respond = respond;
  const own = typeof config === 'function' ? config() : config;
  const url = own.url?.includes('//') === true ? own.url : server.origin + (own.url ?? '/clubs');
  const result = await outcome(client, { ...own, url });
  return { result, server: server.seen.map(wire), other: other.seen.map(wire) };
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
      dispatch.mockClear();
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
