import { chainNames } from '../chains.js';
import { resamania } from '../ours/resamania.js';
import { exactly, under } from '../targets.js';

const TENANTS = 200;
const HANGING = 20;
const LIFETIME_S = 8;
const LATENCY_MS = 50;
/** Two lives of a token, and longer than a token request may hang. */
const DURATION_MS = 16_000;
/** A call of a healthy tenant each time, and now and then one of a tenant that hangs. */
const STEP_MS = 10;
const OTHERS_EVERY = 10;

export const title = 'Neighbours that hang';

const REMARK =
  'A healthy caller is blocked when the token is not there after two token requests: its own, and one that was under way. ' +
  'Each peer has a client of its own for each tenant, and no limit to how many ask at once.';

export async function run({ world, peers, progress }) {
  const caption = `${HANGING} of ${TENANTS} tenants hang, tokens of ${LIFETIME_S} s, ${LATENCY_MS} ms of token latency, ${DURATION_MS / 1000} s`;
  const rows = [];
  for (const peer of [resamania, ...peers]) {
    // One that gives its token to nobody cannot be asked how long it takes.
    if (peer.minLifetimeS > LIFETIME_S) rows.push([peer.name, 'n/a', 'n/a', 'n/a', 'n/a', peer.whyNotShort]);
    else {
      progress(`${caption}: ${peer.name}`);
      rows.push([peer.name, ...(await neighbours(world, peer))]);
    }
  }
  const [[, blocked, failed, longest]] = rows;
  const head = ['', 'blocked, % of the time', 'failed', 'longest wait, ms', 'token requests', ''];
  return {
    tables: [{ caption, head, rows }],
    targets: [
      exactly('% of the time that healthy callers were blocked', blocked, 0),
      exactly('calls of healthy tenants that failed', failed, 0),
      under("a healthy caller's longest wait", longest, LATENCY_MS, 'ms'),
    ],
    remarks: [REMARK],
  };
}

/** Calls of healthy tenants, beside some of tenants whose token requests get no answer. */
async function neighbours(world, peer) {
  await world.reset({ lifetimeS: LIFETIME_S, latencyMs: LATENCY_MS });
  const chains = chainNames(TENANTS);
  const opened = await peer.open({ ...world, isShortLived: true }, chains);
  const one = opened.ask ?? opened.call;
  await Promise.all(chains.map((chain) => one(chain)));
  await world.hang(chains.slice(0, HANGING));
  const before = await world.stats();
  const calls = new Calls(one);
  const others = new Calls(one);
  const start = performance.now();
  for (let step = 0; performance.now() - start < DURATION_MS; step += 1) {
    calls.make(chains[HANGING + (step % (TENANTS - HANGING))]);
    if (step % OTHERS_EVERY === 0) others.make(chains[(step / OTHERS_EVERY) % HANGING]);
    await new Promise((resolve) => {
      setTimeout(resolve, STEP_MS);
    });
    calls.look();
  }
  const { tokenRequests } = await world.stats();
  await opened.close?.();
  return [calls.blockedPercent, calls.failed, calls.longestMs, tokenRequests - before.tokenRequests, ''];
}

/** Calls under way, and what became of the others. */
class Calls {
  failed = 0;
  longestMs = 0;
  #open = new Set();
  #looks = 0;
  #blocked = 0;

  constructor(one) {
    this.one = one;
  }

  make(chain) {
    const startedAt = performance.now();
    const call = { startedAt };
    this.#open.add(call);
    const over = () => {
      this.#open.delete(call);
      this.longestMs = Math.max(this.longestMs, Math.round(performance.now() - startedAt));
    };
    this.one(chain)
      .catch(() => {
        this.failed += 1;
      })
      .finally(over);
  }

  look() {
    const now = performance.now();
    this.#looks += 1;
    if ([...this.#open].some(({ startedAt }) => now - startedAt > 2 * LATENCY_MS)) this.#blocked += 1;
  }

  get blockedPercent() {
    return Math.round((1000 * this.#blocked) / this.#looks) / 10;
  }
}
