/*
 * What goes wrong in a soak, and which failures of calls that explains. A token service that was in trouble may show for a
 * while: a flight that began at the fault's end lasts until its deadline, and then callers of a tenant without a token fail
 * until one of them is let through, 5 to 10 s later.
 */
export const TOKEN_DEADLINE_MS = 4000;
const HALF_OPEN_MS = 10_000;
const TOKEN_GRACE_MS = TOKEN_DEADLINE_MS + HALF_OPEN_MS + 2000;
/** A rejected token forces a renewal once in 30 s; until then a second 401 is the caller's. */
const REVOKED_GRACE_MS = 32_000;
/** After this long without a fault nothing is explained any more. */
export const CALM_AFTER_MS = REVOKED_GRACE_MS;

/** Tenants in trouble share a quarter of the places, so that some of them wait there until their deadline. */
function ofTokens(name, fault, codes, more = {}) {
  const all = ['timeout', ...codes];
  return { name, surface: 'tokenEndpoint', fault, codes: all, graceMs: TOKEN_GRACE_MS, share: 0.3, ...more };
}

function ofApi(name, fault, codes, more = {}) {
  return { name, surface: 'api', fault, codes, graceMs: 0, share: 0.3, ...more };
}

/** A limit counts for the gateway key, and so for all tenants that have it. */
const LIMITED = { reachesAll: true };

export const FAULTS = [
  ofTokens('token service down', () => ['status', 503], ['service_unavailable'], { share: 1 }),
  ofTokens('token service down for some', () => ['status', 500], ['service_unavailable']),
  ofTokens('token service hangs', () => ['hang'], ['ECONNABORTED']),
  ofTokens('token service slow', () => ['delay', 150], [], { share: 1 }),
  ofTokens('token service resets connections', () => ['reset'], ['network_error']),
  ofTokens('token service sends a web page', () => ['html'], ['broken_answer']),
  ofTokens('token answers cut off', () => ['truncated'], ['broken_answer', 'network_error']),
  ofTokens('key refused for tokens', () => ['gatewayUnauthorized'], ['gateway_refused']),
  ofTokens('client refused', () => ['oauthError', 'invalid_client'], ['credentials_rejected']),
  ofTokens(
    'token requests limited',
    (until) => ['rateLimited', { kind: 'rate', resetAt: until }],
    ['rate_limited'],
    LIMITED,
  ),
  ofApi('API down', () => ['status', 503], ['HTTP 503'], { share: 1 }),
  ofApi('API hangs', () => ['hang'], ['ECONNABORTED'], { share: 0.1 }),
  ofApi('API slow', () => ['delay', 400], [], { share: 1 }),
  ofApi('API resets connections', () => ['reset'], ['ECONNRESET']),
  ofApi('API answers cut off', () => ['truncated'], ['ECONNRESET', 'ERR_BAD_RESPONSE', 'ECONNABORTED']),
  ofApi('key refused for calls', () => ['apiUnauthorized', 'gateway-json'], ['HTTP 401']),
  ofApi('forbidden', () => ['forbiddenEndpoint'], ['HTTP 403']),
  ofApi(
    'calls limited',
    // Without a reset: with it the answers also tell of a minute's window of 300 requests, which nobody here counts.
    () => ['rateLimited', { kind: 'spike', headers: 'without-reset' }],
    ['HTTP 429', 'rate_limited'],
    {
      ...LIMITED,
      graceMs: TOKEN_GRACE_MS,
    },
  ),
  { name: 'tokens revoked', command: 'revoke', codes: ['HTTP 401'], graceMs: REVOKED_GRACE_MS, share: 0.3 },
  {
    name: 'secrets rotated',
    command: 'rotate',
    codes: ['credentials_rejected'],
    graceMs: TOKEN_GRACE_MS,
    share: 0.2,
  },
];

/** Redis explains no failure at all: without it, each replica obtains its own tokens. */
export const REDIS_FAULTS = ['Redis stopped', 'Redis killed', 'Redis flushed'];

/** Begins and ends faults, and remembers when which of them was on. */
export class FaultPlayer {
  #sandbox;
  #redis;
  #secrets;
  #random;
  #serial = 0;
  #played = [];
  /** How often the machine was too busy. */
  stalls = 0;
  #on = new Set();

  constructor({ sandbox, redis, secrets, random }) {
    this.#sandbox = sandbox;
    this.#redis = redis;
    this.#secrets = secrets;
    this.#random = random;
  }

  /** What is on now, in words. */
  get on() {
    return [...this.#on].join(', ') || 'calm';
  }

  /** Plays one fault for so long. */
  async play(fault, lastsMs) {
    const { name, codes, graceMs, share, reachesAll = false } = fault;
    const all = Object.keys(this.#secrets);
    const chains = this.#random.some(all, Math.ceil(all.length * share));
    const reached = new Set(reachesAll ? all : chains);
    const record = this.#remember({ name, codes, graceMs, chains: reached, from: Date.now(), to: Infinity });
    this.#on.add(name);
    if (fault.command === undefined) {
      const { surface } = fault;
      await this.#sandbox.ask('begin', { surface, fault: fault.fault(Date.now() + lastsMs), chains });
      await sleep(lastsMs);
      await this.#sandbox.ask('end', { surface, chains });
    } else if (fault.command === 'rotate') await this.#rotate(chains);
    else await this.#sandbox.ask(fault.command, { chains });
    record.to = Date.now();
    this.#on.delete(name);
  }

  async playRedis(name, lastsMs) {
    if (this.#redis === undefined) return;
    this.#on.add(name);
    if (name === 'Redis flushed') this.#redis.flush();
    else if (name === 'Redis stopped') {
      this.#redis.pause();
      await sleep(lastsMs);
      this.#redis.goOn();
    } else {
      await this.#redis.kill();
      await sleep(lastsMs);
      await this.#redis.start();
    }
    this.#on.delete(name);
  }

  /** The machine was so busy that this process or the sandbox did not run for a moment. */
  stalled(from) {
    const chains = new Set(Object.keys(this.#secrets));
    const codes = ['timeout', 'ECONNABORTED'];
    this.stalls += 1;
    this.#remember({ name: 'a busy machine', codes, graceMs: TOKEN_GRACE_MS, chains, from, to: Date.now() });
  }

  /** How long ago each fault ended that was on in the last minute, for a failure that none explains. */
  get recent() {
    const ago = ({ name, to }) =>
      to === Infinity ? name : `${name} ${((Date.now() - to) / 1000).toFixed(1)} s ago`;
    return this.#played.map(ago).join(', ') || 'nothing';
  }

  /** The fault that explains a failure of a call; `undefined` where none does. */
  explanationOf({ chain, code, from, to }) {
    const found = this.#played.find(
      (fault) =>
        fault.codes.includes(code) &&
        fault.chains.has(chain) &&
        to >= fault.from &&
        from <= fault.to + fault.graceMs,
    );
    return found?.name;
  }

  /** What explains nothing any more is forgotten, so that it is no growth. */
  #remember(record) {
    this.#played = [...this.#played.filter(({ to }) => to > Date.now() - 2 * CALM_AFTER_MS), record];
    return record;
  }

  /** The new secrets are there before the old ones are refused, as in a rotation that was planned. */
  async #rotate(chains) {
    this.#serial += 1;
    const secrets = Object.fromEntries(chains.map((chain) => [chain, `secret-${chain}-${this.#serial}`]));
    Object.assign(this.#secrets, secrets);
    await this.#sandbox.ask('rotate', { secrets });
  }
}

export function sleep(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
