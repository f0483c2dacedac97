import { resamania } from '../ours/resamania.js';
import { exactly } from '../targets.js';
import { bothWays, rowsOf, steadyCalls } from './steady-calls.js';

const CALLS = 2400;
const LIFETIME_S = 8;
/** A renewal is due after 5.2 s at the earliest and 6 s at the latest: the service is down from before to well after. */
const DOWN_FROM_MS = 3500;
const DOWN_FOR_MS = 3000;

export const title = 'The token service is down around a renewal';

export async function run({ world, peers, progress }) {
  const caption = `${CALLS} calls at 200 a second, tokens of ${LIFETIME_S} s, 503 from second 3.5 to 6.5`;
  const { head, rows } = await rowsOf(world, [...bothWays(resamania), ...peers], LIFETIME_S, async (peer) => {
    progress(`${caption}: ${peer.name}`);
    await world.reset({ lifetimeS: LIFETIME_S });
    return steadyCalls(world, peer, CALLS, () => {
      const timers = [
        setTimeout(() => world.down(true), DOWN_FROM_MS),
        setTimeout(() => world.down(false), DOWN_FROM_MS + DOWN_FOR_MS),
      ];
      return () => timers.forEach(clearTimeout);
    });
  });
  return {
    tables: [{ caption, head, rows }],
    targets: [exactly(`calls of ${CALLS} that failed`, rows[0][3] + rows[1][3], 0)],
  };
}
