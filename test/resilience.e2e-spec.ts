import { afterEach, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  ResamaniaAuthModule,
  type ResamaniaAuthOptions,
  ResamaniaHttpService,
  ResamaniaTokenService,
} from 'nestjs-resamania-auth';
import { ResamaniaSandbox, type ResamaniaSandboxOptions } from 'resamania-sandbox';
import { firstValueFrom } from 'rxjs';

/** A real sandbox and a real application on it. */
interface Scene {
  readonly sandbox: ResamaniaSandbox;
  readonly tokens: ResamaniaTokenService;
  readonly http: ResamaniaHttpService;
}

let sandbox: ResamaniaSandbox | undefined;
let app: TestingModule | undefined;

async function stop(): Promise<void> {
  await app?.close();
  await sandbox?.stop();
}

afterEach(stop);

async function scene(
  sandboxOptions: ResamaniaSandboxOptions,
  options: (base: ResamaniaAuthOptions) => ResamaniaAuthOptions = (base) => base,
): Promise<Scene> {
  sandbox = await ResamaniaSandbox.start(sandboxOptions);
  app = await Test.createTestingModule({
    imports: [ResamaniaAuthModule.forRoot(options(sandbox.connection))],
  }).compile();
  app.useLogger(false);
  await app.init();
  return { sandbox, tokens: app.get(ResamaniaTokenService), http: app.get(ResamaniaHttpService) };
}

const COLD = (base: ResamaniaAuthOptions): ResamaniaAuthOptions => ({ ...base, refresh: { warmUp: false } });

/** What came of calls made at a steady pace. */
interface Tally {
  made: number;
  waited: number;
  failed: number;
  errors: Set<string>;
  /**
   * How long the process stood still at most, or a call with a token at hand took, in milliseconds: if that is long, the
   * machine was too slow for the pace, and nothing is shown.
   */
  longestDelayMs: number;
}

/**
 * More than this, and a token may run out while its renewal is not even looked at, or on its way: of 8 s, a token of the
 * tests has 1.2 s or more between its renewal and the last call with it, and 0.8 s after that one.
 */
const MAX_DELAY_MS = 500;

/** Makes `perSecond` API calls a second for `seconds` seconds, and waits for all of them. */
async function steadyCalls(
  { tokens, http }: Scene,
  tenant: string,
  perSecond: number,
  seconds: number,
): Promise<Tally> {
  const tally: Tally = { made: 0, waited: 0, failed: 0, errors: new Set(), longestDelayMs: 0 };
  const bound = http.forTenant(tenant);
  const open: Promise<void>[] = [];
  const delayed = (ms: number): void => {
    tally.longestDelayMs = Math.max(tally.longestDelayMs, ms);
  };
  const start = performance.now();
  const total = perSecond * seconds;
  let lastTurn = start;
  while (tally.made < total) {
    const thisTurn = performance.now();
    delayed(thisTurn - lastTurn);
    lastTurn = thisTurn;
    const due = Math.min(total, Math.floor(((performance.now() - start) / 1000) * perSecond));
    for (; tally.made < due; tally.made += 1) {
      const hasToken = tokens.peek(tenant) !== undefined;
      if (!hasToken) tally.waited += 1;
      const began = performance.now();
      open.push(
        firstValueFrom(bound.get('clubs')).then(
          () => delayed(hasToken ? performance.now() - began : 0),
          (error: Error & { status?: number; code?: string }) => {
            tally.failed += 1;
            tally.errors.add(`${error.code} ${error.status} ${error.message}`);
          },
        ),
      );
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  await Promise.all(open);
  return tally;
}

interface Played {
  readonly stage: Scene;
  readonly tally: Tally;
}

/** Plays a scene, and where the machine was too slow for it once or twice more: everything takes longer, at a lower pace. */
async function atSteadyPace(play: (slower: number) => Promise<Played>): Promise<Played> {
  for (let slower = 1; ; slower *= 2) {
    const played = await play(slower);
    const lateMs = played.tally.longestDelayMs;
    if (slower === 4 || lateMs <= MAX_DELAY_MS * slower) return played;
    process.stderr.write(`The machine was ${Math.round(lateMs)} ms late: once more, at half the pace.\n`);
    await stop();
  }
}

function fiftyChains(): ResamaniaSandboxOptions {
  return { chains: Array.from({ length: 50 }, (_, n) => ({ clientToken: `chain${n}` })) };
}

describe('a stampede of first calls', () => {
  it('1,000 for one tenant make one token request', async () => {
    const { sandbox: server, tokens } = await scene({ tokenLatencyMs: 50 }, COLD);
    const values = await Promise.all(Array.from({ length: 1000 }, () => tokens.getAccessToken('demoapi')));
    expect(new Set(values).size).toBe(1);
    expect(server.journal.countTokenRequests()).toBe(1);
  });

  it('100 for each of 50 tenants make 50, four at once', async () => {
    const { sandbox: server, tokens } = await scene({ ...fiftyChains(), tokenLatencyMs: 10 }, COLD);
    const names = server.chains.map(({ clientToken }) => clientToken);
    const calls = Array.from({ length: 100 }, () => names.map((name) => tokens.getAccessToken(name))).flat();
    expect(new Set(await Promise.all(calls)).size).toBe(50);
    expect(server.journal.countTokenRequests()).toBe(50);
    expect(server.journal.maxConcurrentTokenRequests).toBe(4);
  });

  it('four at once, though the process stands still for a second while they are on their way', async () => {
    const { sandbox: server, tokens } = await scene({ ...fiftyChains(), tokenLatencyMs: 10 }, COLD);
    const calls = server.chains.map(({ clientToken }) => tokens.getAccessToken(clientToken));
    await new Promise(setImmediate);
    const end = performance.now() + 1200;
    while (performance.now() < end);
    await Promise.all(calls);
    expect(server.journal.maxConcurrentTokenRequests).toBe(4);
  });
});

describe('tenants side by side', () => {
  it("never see each other's token, in thousands of interleaved calls", async () => {
    const { sandbox: server, tokens } = await scene({ tokenLifetimeSeconds: 2, tokenLatencyMs: 20 });
    const [one, two] = ['demoapi', 'nordgym'];
    const chainOf = (token: string): unknown =>
      (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>)[
        'client_token'
      ];
    const seen = new Map<string, Set<unknown>>([
      [one, new Set()],
      [two, new Set()],
    ] as [string, Set<unknown>][]);
    const tokensSeen = new Set<string>();
    const end = performance.now() + 5000;
    let calls = 0;
    while (performance.now() < end) {
      const names = Array.from({ length: 100 }, (_, n) => (n % 2 === 0 ? one : two)) as string[];
      const values = await Promise.all(names.map((name) => tokens.getAccessToken(name)));
      for (const [index, value] of values.entries()) {
        if (!tokensSeen.has(value)) seen.get(names[index] ?? '')?.add(chainOf(value));
        tokensSeen.add(value);
      }
      calls += values.length;
      await new Promise((resolve) => {
        setTimeout(resolve, 10);
      });
    }
    expect(calls).toBeGreaterThan(10_000);
    // Several renewals each.
    expect(tokensSeen.size).toBeGreaterThan(6);
    expect([...(seen.get(one ?? '') ?? [])]).toEqual([one]);
    expect([...(seen.get(two ?? '') ?? [])]).toEqual([two]);
    expect(server.journal.apiRequests()).toHaveLength(0);
  });
});

describe('across expiries', () => {
  it('200 calls a second for 20 s, tokens of 8 s, 150 ms of token latency: none waits, none fails', async () => {
    const { stage, tally } = await atSteadyPace(async (slower) => {
      const played = await scene({ tokenLifetimeSeconds: 8 * slower, tokenLatencyMs: 150 });
      await played.tokens.getAccessToken('demoapi');
      return { stage: played, tally: await steadyCalls(played, 'demoapi', 200 / slower, 20 * slower) };
    });
    const { longestDelayMs: _, ...outcome } = tally;
    expect(outcome).toEqual({ made: 4000, waited: 0, failed: 0, errors: new Set() });
    const refused = stage.sandbox.journal.apiRequests('demoapi').filter(({ status }) => status !== 200);
    expect(refused).toHaveLength(0);
    // About one token every 5.6 s, and not many more.
    const requests = stage.sandbox.journal.countTokenRequests('demoapi');
    expect(requests).toBeGreaterThanOrEqual(4);
    expect(requests).toBeLessThanOrEqual(6);
  }, 240_000);
});

describe('the token service down', () => {
  it('for 3 s around a renewal: no call fails', async () => {
    const { stage, tally } = await atSteadyPace(async (slower) => {
      const played = await scene({ tokenLifetimeSeconds: 12 * slower }, (base) => ({
        ...base,
        // Due 3.6 s after the start instead of 7.8: the outage comes sooner, and long before the old token's end.
        refresh: { lead: { share: 0.7 }, jitter: { share: 0 } },
      }));
      await played.tokens.getAccessToken('demoapi');
      const outage = setTimeout(() => played.sandbox.tokenEndpoint.down(3000 * slower), 3000 * slower);
      // Beyond the old token's end: however long the waiting periods turn out, the new one has come by then.
      const outcome = await steadyCalls(played, 'demoapi', 200 / slower, 13 * slower);
      clearTimeout(outage);
      return { stage: played, tally: outcome };
    });
    const { longestDelayMs: _, ...outcome } = tally;
    expect(outcome).toEqual({ made: 2600, waited: 0, failed: 0, errors: new Set() });
    const outcomes = stage.sandbox.journal.tokenRequests('demoapi').map(({ status }) => status);
    expect(outcomes).toContain(503);
    expect(outcomes.at(-1)).toBe(200);
  }, 240_000);

  it('past expiry: calls fail fast with the code, requests stay few, the first success heals', async () => {
    const stage = await scene({ tokenLifetimeSeconds: 1 });
    const { sandbox: server, tokens } = stage;
    await tokens.getAccessToken('demoapi');
    server.tokenEndpoint.down();
    while (tokens.peek('demoapi') !== undefined) await pause();
    const before = server.journal.countTokenRequests('demoapi');
    const start = performance.now();
    const failures = new Set<unknown>();
    let calls = 0;
    while (performance.now() - start < 3000) {
      calls += 1;
      await tokens.getAccessToken('demoapi').catch(({ code }: { code: string }) => failures.add(code));
      await pause();
    }
    expect([...failures]).toEqual(['service_unavailable']);
    expect(calls).toBeGreaterThan(100);
    expect(server.journal.countTokenRequests('demoapi') - before).toBeLessThan(40);
    server.tokenEndpoint.up();
    while (tokens.peek('demoapi') === undefined) await pause();
    expect(tokens.status()[0]).toMatchObject({ tenant: 'demoapi', state: 'valid' });
  }, 40_000);
});

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 5);
  });
}
