import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { AXIOSES, printedWith } from './support/chosen-axios.js';
import { RecordingServer, type Responder, sendJson } from './support/recording-server.js';

interface Result {
  /** What was on `Object.prototype` meanwhile. */
  readonly name: string;
  readonly chain: string;
  /** Which functions of a stranger were called. */
  readonly called: readonly string[];
  /** What came of each request. */
  readonly outcome: Readonly<Record<string, unknown>>;
}

let api: RecordingServer;
let stranger: RecordingServer;

beforeEach(async () => {
  [api, stranger] = await Promise.all([RecordingServer.start(), RecordingServer.start()]);
  api.respond = answer;
});

afterEach(() => Promise.all([api.stop(), stranger.stop()]));

/** Issues tokens, redirects `moved`, and answers calls with what arrived. */
const answer: Responder = (request, response) => {
  const { method, path, headers } = request;
  const chain = path.split('/')[2];
  if (path.endsWith('/token')) {
    sendJson(200, { access_token: `bearer-${chain}`, expires_in: 3600, token_type: 'bearer' })(
      request,
      response,
    );
  } else if (path.endsWith('/moved')) {
    sendJson(302, {}, { location: './clubs' })(request, response);
  } else {
    const {
      authorization,
      'x-gravitee-api-key': key,
      'x-user-club-id': club,
      'x-user-network-node-id': node,
    } = headers;
    sendJson(200, { method, path, authorization, key, club, node })(request, response);
  }
};

function expected({ name, chain, outcome }: Result): Result {
  const arrived = (method: string) => ({
    method,
    path: `/prefix/${chain}/clubs`,
    authorization: `Bearer bearer-${chain}`,
    key: 'gateway-key',
  });
  const requests = Object.keys(outcome).map((request) => {
    if (request === 'token') return [request, `bearer-${chain}`];
    return [request, arrived(request === 'post' ? 'POST' : 'GET')];
  });
  return { name, chain, called: [], outcome: Object.fromEntries(requests) as Result['outcome'] };
}

describe.each(AXIOSES)(
  'With %s (%s), whatever somebody puts on Object.prototype',
  (axiosPackage, version) => {
    it('tokens and answers arrive, calls have the right headers, and a stranger sees nothing', async () => {
      const results = (await printedWith(axiosPackage, 'polluted-process.mjs', {
        argument: { apiBaseUrl: `http://localhost:${api.port}/prefix`, strangersPort: stranger.port },
      })) as Result[];
      expect(results.length).toBeGreaterThan(50);
      expect(results).toEqual(results.map(expected));
      expect(stranger.seen).toEqual([]);
      const sent = api.seen.map(({ path, headers, body }) =>
        JSON.stringify([path, headers, body.toString()]),
      );
      expect(sent.filter((text) => text.includes('stranger') || text.includes('666'))).toEqual([]);
      expect(api.seen[0]?.headers['user-agent']).toBe(`axios/${version}`);
    });
  },
);
