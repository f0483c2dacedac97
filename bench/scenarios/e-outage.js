import { resamania } from '../ours/resamania.js';
import { exactly } from '../targets.js';
import { bothWays, rowsOf, steadyCalls } from './steady-calls.js';

const LIFETIME_S = 8;
/** For this library a renewal ahead of expiry is due 5.2 s to 6 s after the token's issue, and the token serves until 7.2 s. */
const CASES = [
  {
    calls: 2400,
    says: '503 from second 3.5 to 6.5 and from 7 to 10',
    /** Around a renewal, and around the expiry of the first token, when those renew who wait for that. */
    outages: [
      [3500, 6500],
      [7000, 10_000],
    ],
    failed: 'calls of 2400 that failed',
  },
  {
    calls: 1600,
    says: '503 from second 4 to 6.5, over before the token expires',
    outages: [[4000, 6500]],
    failed: 'calls of 1600 that failed, the outage over before the expiry',
    waited: 'calls of 1600 that waited for a token, the outage over before the expiry',
  },
];

export const title = 'The token service is down around a renewal';

export async function run({ world, peers, progress }) {
  const tables = [];
  const targets = [];
  for (const { calls, says, outages, failed, waited } of CASES) {
    const caption = `${calls} calls at 200 a second, tokens of ${LIFETIME_S} s, ${says}`;
    const contenders = [...bothWays(resamania), ...peers];
    const { head, rows } = await rowsOf(world, contenders, LIFETIME_S, async (peer) => {
      progress(`${caption}: ${peer.name}`);
      await world.reset({ lifetimeS: LIFETIME_S });
      return steadyCalls(world, peer, calls, () => takeDown(world, outages));
    });
    tables.push({ caption, head, rows });
    targets.push(exactly(failed, rows[0][3] + rows[1][3], 0));
    if (waited !== undefined) targets.push(exactly(waited, rows[0][1], 0));
  }
  return { tables, targets };
}

function takeDown(world, outages) {
  const timers = outages.flatMap(([from, until]) => [
    setTimeout(() => world.down(true), from),
    setTimeout(() => world.down(false), until),
  ]);
  return () => timers.forEach(clearTimeout);
}
