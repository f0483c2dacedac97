import { chainNames } from '../chains.js';
import { resamania, resamaniaWarmedUp } from '../ours/resamania.js';
import { atMost, exactly, under } from '../targets.js';

/** 5,000 tenants behind 600 requests a minute, at a tenth of both: the same number of windows, in less than a minute. */
const TENANTS = 500;
const LIMIT = { requests: 60, periodMs: 6000 };
const LATENCY_MS = 20;
const IDEAL_S = (TENANTS / LIMIT.requests) * (LIMIT.periodMs / 1000);
const CALL_EVERY_MS = 1000;

export const title = 'A limit that all tenants share';

const REMARK =
  'This library asks by itself for the tokens of all tenants, in the background, while a caller comes every second for one ' +
  'of the tenants that come last. The peers have no such thing: each tenant is asked for its token once, all at the same time.';

export async function run({ world, peers, progress }) {
  const caption = `${TENANTS} tenants behind ${LIMIT.requests} token requests in ${LIMIT.periodMs / 1000} s: ${IDEAL_S} s at best`;
  progress(`${caption}: ${resamania.name}`);
  const ours = await warmedUp(world);
  const rows = [[resamania.name, ...ours.row]];
  for (const peer of peers) {
    progress(`${caption}: ${peer.name}`);
    rows.push([peer.name, ...(await atOnce(world, peer))]);
  }
  const head = ['', 'token requests', 'over the limit', 'tenants served', 's', "callers' longest wait, ms"];
  return {
    tables: [{ caption, head, rows }],
    targets: [
      exactly('token requests over the limit', ours.refused, 0),
      exactly(`tenants of ${TENANTS} with a token`, ours.served, TENANTS),
      atMost('time until all have one, × the ideal', ours.seconds / IDEAL_S, 1.1),
      under("a caller's longest wait", ours.longestMs, 1000, 'ms'),
    ],
    remarks: [REMARK],
  };
}

async function warmedUp(world) {
  await world.reset({ latencyMs: LATENCY_MS, limit: LIMIT });
  const chains = chainNames(TENANTS);
  const opened = await resamaniaWarmedUp.open(world, chains);
  const missing = new Set(chains);
  let longestMs = 0;
  const start = performance.now();
  const callers = setInterval(async () => {
    const chain = [...missing].at(-1);
    if (chain === undefined) return;
    const startedAt = performance.now();
    await opened.ask(chain).catch(() => undefined);
    longestMs = Math.max(longestMs, Math.round(performance.now() - startedAt));
  }, CALL_EVERY_MS);
  while (missing.size > 0 && performance.now() - start < 2000 * IDEAL_S) {
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
    for (const { tenant, state } of opened.tokens.status()) if (state === 'valid') missing.delete(tenant);
  }
  const seconds = (performance.now() - start) / 1000;
  clearInterval(callers);
  const { tokenRequests, refused } = await world.stats();
  await opened.close();
  const served = TENANTS - missing.size;
  return {
    refused,
    served,
    seconds,
    longestMs,
    row: [tokenRequests, refused, served, seconds, longestMs],
  };
}

async function atOnce(world, peer) {
  await world.reset({ latencyMs: LATENCY_MS, limit: LIMIT });
  const chains = chainNames(TENANTS);
  const opened = await peer.open(world, chains);
  const one = opened.ask ?? ((chain) => opened.call(chain).then(assertOk));
  const outcomes = await Promise.allSettled(chains.map((chain) => withTimeLimit(one(chain))));
  const { tokenRequests, refused } = await world.stats();
  await opened.close?.();
  return [
    tokenRequests,
    refused,
    outcomes.filter(({ status }) => status === 'fulfilled').length,
    'n/a',
    'n/a',
  ];
}

/** Some try again for long: they are not waited for. */
function withTimeLimit(promise) {
  const late = new Promise((_, reject) => {
    setTimeout(reject, LIMIT.periodMs, new Error('too late'));
  });
  return Promise.race([promise, late]);
}

function assertOk(status) {
  if (status !== 200) throw new Error(`status ${status}`);
}
