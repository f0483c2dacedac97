import { chainNames } from '../chains.js';
import { resamania } from '../ours/resamania.js';
import { exactly } from '../targets.js';

const LATENCY_MS = 50;
/** Tenants, and first calls for each. */
const STAMPEDES = [
  [1, 1000],
  [50, 100],
];

export const title = 'A stampede of first calls';

const REMARK =
  'A library that gives its token to nobody makes a GET of the API for each call, which its time includes; an answer other than 200 is a failed call.';

export async function run({ world, peers, progress }) {
  const tables = [];
  const targets = [];
  for (const [tenants, calls] of STAMPEDES) {
    const caption = `${tenants} × ${calls} first calls, ${LATENCY_MS} ms of token latency`;
    progress(caption);
    const rows = [];
    for (const peer of [resamania, ...peers]) {
      const outcome = await stampede(world, peer, chainNames(tenants), calls);
      rows.push([peer.name, outcome.tokenRequests, outcome.failed, outcome.ms]);
    }
    tables.push({ caption, head: ['', 'token requests', 'failed calls', 'ms'], rows });
    const [[, tokenRequests, failed]] = rows;
    targets.push(exactly(`${tenants} × ${calls}: token requests`, tokenRequests, tenants));
    targets.push(exactly(`${tenants} × ${calls}: failed calls`, failed, 0));
  }
  return { tables, targets, remarks: [REMARK] };
}

/** Asks for tokens; a library that gives none away makes calls of the API instead. */
async function stampede(world, peer, chains, calls) {
  await world.reset({ latencyMs: LATENCY_MS });
  const opened = await peer.open(world, chains);
  const one = opened.ask ?? ((chain) => opened.call(chain).then(assertOk));
  const start = performance.now();
  const outcomes = await Promise.allSettled(
    Array.from({ length: calls }, () => chains.map((chain) => one(chain))).flat(),
  );
  const ms = Math.round(performance.now() - start);
  const { tokenRequests } = await world.stats();
  await opened.close?.();
  return { tokenRequests, failed: outcomes.filter(({ status }) => status === 'rejected').length, ms };
}

function assertOk(status) {
  if (status !== 200) throw new Error(`status ${status}`);
}
