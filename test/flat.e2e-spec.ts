import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { printedWith } from './support/chosen-axios.js';
import { RecordingServer, sendJson } from './support/recording-server.js';

interface Held {
  readonly handles: Readonly<Record<string, number>>;
  readonly ofSignal: number;
  readonly ofProcess: number;
}

let api: RecordingServer;

beforeEach(async () => {
  api = await RecordingServer.start();
  let issued = 0;
  api.respond = (request, response) => {
    if (request.path.endsWith('/missing')) return sendJson(404, {})(request, response);
    issued += 1;
    sendJson(200, { access_token: `token-${issued}`, expires_in: 3600 })(request, response);
  };
});

afterEach(() => api.stop());

describe('A thousand calls with one signal', () => {
  it.each<Record<string, string>>([{}, { TEST_UNDICI: '1' }])(
    'leave no listener, no timer and no socket behind, and warn of nothing: %j',
    async (env) => {
      const printed = await printedWith('axios', 'many-calls.mjs', {
        argument: { apiBaseUrl: api.origin },
        env,
      });
      const { before, after, warnings } = printed as { before: Held; after: Held; warnings: string[] };
      expect(warnings).toEqual([]);
      expect(before.ofSignal).toBe(0);
      expect(after.ofSignal).toBe(0);
      expect(after.ofProcess).toBe(before.ofProcess);
      // The connections are kept for as many calls as there are at once.
      for (const [name, count] of Object.entries(after.handles))
        expect([name, count <= Math.max(before.handles[name] ?? 0, 30)]).toEqual([name, true]);
      expect(after.handles['Timeout'] ?? 0).toBeLessThanOrEqual((before.handles['Timeout'] ?? 0) + 2);
      expect(api.seen.filter(({ path }) => path.endsWith('/clubs')).length).toBeGreaterThanOrEqual(800);
    },
  );
});
