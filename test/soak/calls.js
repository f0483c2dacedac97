import { firstValueFrom } from 'rxjs';

const TICK_MS = 25;
/** What came late is made up for, but never all at once. */
const MOST_AT_ONCE = 40;

/** Makes calls at an even rate, and keeps the books. */
export class Calls {
  calls = 0;
  succeeded = 0;
  cancelled = 0;
  underWay = 0;
  /** By reason and the fault that explains it. */
  explained = new Map();
  unexplained = new Map();
  #applications;
  #chains;
  #random;
  #player;
  #tell;
  #timer;

  /** @param tell - Called with each kind of failure that nothing explains, once. */
  constructor({ applications, chains, random, player, tell }) {
    this.#applications = applications;
    this.#chains = chains;
    this.#random = random;
    this.#player = player;
    this.#tell = tell;
  }

  start(perSecond) {
    const startedAt = Date.now();
    this.#timer = setInterval(() => {
      const due = Math.floor(((Date.now() - startedAt) * perSecond) / 1000) - this.calls;
      for (let n = 0; n < Math.min(due, MOST_AT_ONCE); n += 1) void this.#one();
    }, TICK_MS);
  }

  async stop() {
    clearInterval(this.#timer);
    while (this.underWay > 0) await new Promise(setImmediate);
  }

  async #one() {
    const chain = this.#random.pick(this.#chains);
    const application = this.#random.pick(this.#applications);
    const from = Date.now();
    this.calls += 1;
    this.underWay += 1;
    try {
      await this.#call(application, chain);
      this.succeeded += 1;
    } catch (error) {
      this.#failed({ chain, code: codeOf(error), from, to: Date.now() });
    } finally {
      this.underWay -= 1;
    }
  }

  /** Mostly calls of services; also bare tokens, other verbs, and callers who do not wait for the answer. */
  async #call({ http, tokens }, chain) {
    const kind = this.#random.next();
    const service = http.forTenant(chain);
    if (kind < 0.1) {
      const token = await tokens.getAccessToken(chain);
      if (typeof token !== 'string' || token === '') throw new Error('no token');
    } else if (kind < 0.15) {
      await firstValueFrom(
        service.get('clubs', { signal: AbortSignal.timeout(this.#random.between(0, 20)) }),
      );
    } else if (kind < 0.2) await firstValueFrom(http.get(`/${chain}/clubs`));
    else await firstValueFrom(service.get('clubs'));
  }

  #failed(failure) {
    if (failure.code === 'ERR_CANCELED') {
      this.cancelled += 1;
      return;
    }
    const fault = this.#player.explanationOf(failure);
    const [books, entry] =
      fault === undefined
        ? [this.unexplained, `${failure.code} while ${this.#player.on}`]
        : [this.explained, `${failure.code} by ${fault}`];
    if (fault === undefined && !books.has(entry))
      this.#tell(`UNEXPLAINED: ${failure.chain}: ${entry}; before: ${this.#player.recent}`);
    books.set(entry, (books.get(entry) ?? 0) + 1);
  }
}

function codeOf(error) {
  // An answer that breaks off is an error with the status that it began with.
  const { status } = error?.response ?? {};
  if (status >= 400) return `HTTP ${status}`;
  return error?.code ?? `${error?.name}: ${error?.message}`;
}
