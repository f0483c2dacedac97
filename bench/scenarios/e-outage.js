import { resamania } from '../ours/resamania.js';
import { exactly } from '../targets.js';
import { bothWays, rowsOf, steadyCalls } from './steady-calls.js';

const CALLS = 2400;
const LIFETIME_S = 8;
/**
 * Down twice: around the time at which a renewal ahead of expiry is due, 5.2 s to 6 s after the token's issue for this
 * library, and around the expiry of the first token, when those renew who wait for that.
 */
const OUTAGES_MS = [
  [3500, 6500],
  [7000, 10_000],
];

export const title = 'The token service is down around a renewal';

export async function run({ world, peers, progress }) {
  const caption = `${CALLS} calls at 200 a second, tokens of ${LIFETIME_S} s, 503 from second 3.5 to 6.5 and from 7 to 10`;
  const { head, rows } = await rowsOf(world, [...bothWays(resamania), ...peers], LIFETIME_S, async (peer) => {
    progress(`${caption}: ${peer.name}`);
    await world.reset({ lifetimeS: LIFETIME_S });
    return steadyCalls(world, peer, CALLS, () => {
      const timers = OUTAGES_MS.flatMap(([from, until]) => [
        setTimeout(() => world.down(true), from),
        setTimeout(() => world.down(false), until),
      ]);
      return () => timers.forEach(clearTimeout);
    });
  });
  return {
    tables: [{ caption, head, rows }],
    targets: [exactly(`calls of ${CALLS} that failed`, rows[0][3] + rows[1][3], 0)],
  };
}
