import { request } from 'undici';

export const CHAIN = 'chain0';
const PER_SECOND = 200;

/**
 * Makes `total` calls at 200 a second, each with its token and a GET of the API, and counts what became of them. A call
 * has waited for its token when the promise of it is open still after two full turns of the event loop: that is a matter
 * of order, not of time, so that a slow machine counts nobody as waiting.
 */
export async function steadyCalls(world, peer, total, during = () => undefined) {
  const opened = await peer.open({ ...world, isShortLived: true }, [CHAIN]);
  await (opened.ask ?? opened.call)(CHAIN);
  const first = await world.stats();
  const tally = { waited: opened.ask === undefined ? 'n/a' : 0, failed: 0 };
  const open = [];
  const start = performance.now();
  const stop = during(start);
  while (open.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - start) / 1000) * PER_SECOND));
    while (open.length < due) open.push(oneCall(world, opened, tally));
    await new Promise((resolve) => {
      setTimeout(resolve, 4);
    });
  }
  await Promise.all(open);
  await stop?.();
  const stats = await world.stats();
  await opened.close?.();
  const since = (name) => stats[name] - first[name];
  return { ...tally, unauthorized: since('unauthorized'), tokenRequests: since('tokenRequests') };
}

async function oneCall(world, opened, tally) {
  try {
    const status = await (opened.ask === undefined ? opened.call(CHAIN) : withToken(world, opened, tally));
    if (status !== 200) tally.failed += 1;
  } catch {
    tally.failed += 1;
  }
}

async function withToken(world, { ask, read = (value) => value }, tally) {
  let isSettled = false;
  const asked = ask(CHAIN);
  const settled = () => {
    isSettled = true;
  };
  asked.then(settled, settled);
  setImmediate(() =>
    setImmediate(() => {
      if (!isSettled) tally.waited += 1;
    }),
  );
  const headers = { Authorization: `Bearer ${read(await asked)}` };
  const { statusCode, body } = await request(world.apiUrl(CHAIN), { headers });
  await body.dump();
  return statusCode;
}

/** The library asked for tokens, and the library making the calls itself. */
export function bothWays(ours) {
  const calling = {
    ...ours,
    name: `${ours.name}, ResamaniaHttpService`,
    open: async (...args) => ({ ...(await ours.open(...args)), ask: undefined }),
  };
  return [{ ...ours, name: `${ours.name}, getAccessToken` }, calling];
}

/** One row for each. */
export async function rowsOf(world, contenders, lifetimeS, run) {
  const rows = [];
  for (const peer of contenders) {
    if (peer.minLifetimeS > lifetimeS) rows.push([peer.name, 'n/a', 'n/a', 'n/a', 'n/a', peer.whyNotShort]);
    else {
      const { waited, unauthorized, failed, tokenRequests } = await run(peer);
      rows.push([peer.name, waited, unauthorized, failed, tokenRequests, '']);
    }
  }
  return { head: ['', 'waited', '401s', 'failed', 'token requests', ''], rows };
}
