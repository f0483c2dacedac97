import type { ServerResponse } from 'node:http';
import { constants, createGzip, gzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { AXIOSES, printedWith } from './support/chosen-axios.js';
import { type Recorded, RecordingServer, sendJson } from './support/recording-server.js';

const MEGABYTE = 1024 * 1024;
/** Unpacks to 200 MB. */
const BOMB = gzipSync(Buffer.alloc(200 * MEGABYTE));
/** Twice the 50 MiB that an answer may have, and what else a process takes. A bomb in memory alone is as much as this. */
const MOST_MB = 200;

const KINDS = ['bomb', 'endless', 'endless-error', 'endless-bomb'];

let api: RecordingServer;
/** How much each endless answer had sent when its reader had enough, in bytes. */
let sent: number[];

/** The last segment of a path, or the chain of a token request, says how it is answered. */
function answer(request: Recorded, response: ServerResponse): void {
  const [, chain, ...rest] = request.path.split('/');
  const kind = rest.at(-1) === 'token' ? chain : rest.at(-1);
  const isToken = rest.at(-1) === 'token';
  if (kind === 'bomb') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(BOMB);
  } else if (kind === 'endless' || kind === 'endless-error') pour(response, kind === 'endless' ? 200 : 503);
  else if (kind === 'endless-bomb') pourPacked(response);
  else sendJson(200, isToken ? { access_token: 'token', expires_in: 3600 } : {})(request, response);
}

/** Writes for ever, as fast as it is read. */
function pour(response: ServerResponse, status: number): void {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  let bytes = 0;
  response.writeHead(status, { 'content-type': 'application/json' });
  const more = () => {
    while (!response.destroyed) {
      bytes += chunk.length;
      if (!response.write(chunk)) break;
    }
  };
  response.on('drain', more);
  response.on('close', () => sent.push(bytes));
  more();
}

function pourPacked(response: ServerResponse): void {
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
  const chunk = Buffer.alloc(MEGABYTE);
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
  gzip.pipe(response);
  const more = () => {
    while (!response.destroyed && gzip.write(chunk));
  };
  gzip.on('drain', more);
  response.on('close', () => gzip.destroy());
  more();
}

beforeEach(async () => {
  sent = [];
  api = await RecordingServer.start();
  api.respond = answer;
});

afterEach(() => api.stop());

describe.each(AXIOSES)('With %s (%s), answers that are too large', (axiosPackage, _version) => {
  it('are cut, whoever asks: token requests at 64 KiB, calls at 50 MiB by either transport', async () => {
    const argument = { apiBaseUrl: api.origin, kinds: KINDS };
    const { outcome, grownMb } = (await printedWith(axiosPackage, 'hungry-process.mjs', { argument })) as {
      outcome: Record<string, string>;
      grownMb: number;
    };
    const cut = /maxContentLength size of 52428800 exceeded/;
    for (const [what, told] of Object.entries(outcome))
      expect([what, told]).toEqual([
        what,
        expect.stringMatching(what.startsWith('token') ? /^broken_answer: .*larger than 64 KiB/s : cut),
      ]);
    expect(Object.keys(outcome)).toHaveLength(3 * KINDS.length);
    // What had left the server: the limit, and what the system's buffers hold.
    const [ofTokens, ofCalls] = [
      sent.filter((bytes) => bytes < 40 * MEGABYTE),
      sent.filter((bytes) => bytes >= 40 * MEGABYTE),
    ];
    expect([ofTokens.length, ofCalls.length]).toEqual([2, 4]);
    expect(Math.max(...ofTokens)).toBeLessThan(16 * MEGABYTE);
    expect(Math.max(...ofCalls)).toBeLessThan(80 * MEGABYTE);
    expect(grownMb).toBeLessThan(MOST_MB);
  });
});
