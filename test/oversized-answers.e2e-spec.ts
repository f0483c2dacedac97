import type { ServerResponse } from 'node:http';
import { constants, createGzip, gzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { AXIOSES, printedWith } from './support/chosen-axios.js';
import { type Recorded, RecordingServer, sendJson } from './support/recording-server.js';

const MEGABYTE = 1024 * 1024;
/** Unpacks to 200 MB. */
const BOMB = gzipSync(Buffer.alloc(200 * MEGABYTE));
/** What a call may get here. Without a word of it, 50 MiB. */
const MOST_BYTES = 5 * MEGABYTE;
/** How much the process may grow, in MB: a bomb in memory would be more than that. */
const MOST_MB = 150;
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
  it('are cut, whoever asks: token requests at 64 KiB, calls at their limit by either transport', async () => {
    const argument = { apiBaseUrl: api.origin, kinds: KINDS, maxContentLength: MOST_BYTES };
    const { outcome, grownMb } = (await printedWith(axiosPackage, 'hungry-process.mjs', { argument })) as {
      outcome: Record<string, string>;
      grownMb: number;
    };
    const cut = new RegExp(`maxContentLength size of ${MOST_BYTES} exceeded`);
    for (const [what, told] of Object.entries(outcome))
      expect([what, told]).toEqual([
        what,
        expect.stringMatching(what.startsWith('token') ? /^broken_answer: .*larger than 64 KiB/s : cut),
      ]);
    expect(Object.keys(outcome)).toHaveLength(5 * KINDS.length);
    // What had left the server each time: the limit, and what the buffers on the way hold.
    expect(sent).toHaveLength(10);
    expect(Math.max(...sent)).toBeLessThan(MOST_BYTES + 32 * MEGABYTE);
    expect(grownMb).toBeLessThan(MOST_MB);
  });
});
