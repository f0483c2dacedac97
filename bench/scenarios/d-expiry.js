import { resamania } from '../ours/resamania.js';
import { exactly } from '../targets.js';
import { bothWays, rowsOf, steadyCalls } from './steady-calls.js';

const CALLS = 2000;
const LIFETIME_S = 3;
const LATENCY_MS = 150;

export const title = 'Across expiries';

export async function run({ world, peers, progress }) {
  const caption = `${CALLS} calls at 200 a second, tokens of ${LIFETIME_S} s, ${LATENCY_MS} ms of token latency`;
  const { head, rows } = await rowsOf(world, [...bothWays(resamania), ...peers], LIFETIME_S, async (peer) => {
    progress(`${caption}: ${peer.name}`);
    await world.reset({ lifetimeS: LIFETIME_S, latencyMs: LATENCY_MS });
    return steadyCalls(world, peer, CALLS);
  });
  return {
    tables: [{ caption, head, rows }],
    targets: [
      exactly(`calls of ${CALLS} that waited for a token`, rows[0][1], 0),
      exactly(`401s seen, of ${CALLS}`, rows[0][2] + rows[1][2], 0),
    ],
  };
}
