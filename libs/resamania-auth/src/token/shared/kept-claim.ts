import type { ClaimOutcome, ClaimRequest, Settlement } from '../../store/token-store.js';
import { delay } from '../../waiting.js';
import type { IssuedToken } from '../request/token-answer.js';
import { TokenRequestFailed } from '../request/token-failure.js';
import { WRITE_PAUSE_MS, WRITES } from './guarded-store.js';
import { randomId } from './share-key.js';
import type { SharedSourcePorts } from './shared-source-ports.js';
import { sharedWaitMs, tokenText, waitText } from './shared-values.js';

/** How long a claim lasts that nobody prolongs: a replica that ends with one holds the others up for so long. In milliseconds. */
const CLAIM_MS = 6000;
/** How often it is prolonged while the request is under way, in milliseconds. */
const PROLONG_MS = 2000;
/** What the request may take beyond its own time limit, in milliseconds. */
const GRACE_MS = 2000;

/** Another replica has what this one was about to ask for, or is about to have it. */
export class NotGranted extends Error {
  constructor(
    readonly outcome: Exclude<ClaimOutcome, { kind: 'granted' }>,
    readonly sentAt: number,
  ) {
    super('not granted');
  }
}

/** The claim of one request: asked for, kept while the request is under way, and settled with what came of it. */
export class KeptClaim {
  readonly #key: string;
  readonly #claimId = randomId();
  readonly #ports: SharedSourcePorts;
  /** The store's time at an instant of our clock, once the store has said its own: only the time that has passed since counts. */
  #storeTime: ((instant: number) => number) | undefined;
  #isHeld = false;
  /** Whether it was asked for and nobody knows what came of it. */
  #isUnknown = false;
  #cancel = () => {};

  constructor(key: string, ports: SharedSourcePorts) {
    this.#key = key;
    this.#ports = ports;
  }

  /** @throws what the store fails with */
  async ask(request: Omit<ClaimRequest, 'claimId' | 'claimMs'>): Promise<ClaimOutcome> {
    const { store, clock, tokenRequest } = this.#ports;
    this.#isUnknown = true;
    const outcome = await store.claim(this.#key, { ...request, claimId: this.#claimId, claimMs: CLAIM_MS });
    this.#isUnknown = false;
    const localMs = clock.now();
    if ('storeMs' in outcome) {
      const { storeMs } = outcome;
      this.#storeTime = (instant) => storeMs + Math.max(0, instant - localMs);
    }
    if (outcome.kind !== 'granted') return outcome;
    store.count('granted');
    this.#isHeld = true;
    this.#prolong(request, localMs + tokenRequest.timeoutMs + GRACE_MS);
    return outcome;
  }

  /** Stores a token that has come, in the background. Without the store's time nothing can be written. */
  obtained(issued: IssuedToken, id: string, replaces: readonly string[]): void {
    this.#cancel();
    if (this.#storeTime === undefined) return;
    const { lifetimeMs, requestedAt, refreshToken } = issued;
    const expiresAt = this.#storeTime(requestedAt) + lifetimeMs;
    const token = { id, value: tokenText(issued), expiresAt, lifetimeMs, replaces, refresh: refreshToken };
    this.#settle({ token });
  }

  /** Tells the others of a failure that they would meet too. */
  failed(error: unknown): void {
    if (!this.#isHeld || this.#storeTime === undefined || !(error instanceof TokenRequestFailed)) return;
    const { failure } = error;
    const now = this.#ports.clock.now();
    const ms = sharedWaitMs(failure, now);
    const endsAt = this.#storeTime(now) + ms;
    if (ms > 0) this.#settle({ wait: { id: this.#claimId, value: waitText(failure), endsAt } });
  }

  /** Lets the others have it, if that has not happened. */
  end(): void {
    this.#cancel();
    if (this.#isHeld || this.#isUnknown) this.#settle({});
  }

  #settle(what: Pick<Settlement, 'token' | 'wait'>): void {
    this.#isHeld = false;
    const { store, background, clock } = this.#ports;
    background(async (signal) => {
      // A token is worth more tries: the others would have to make the request again.
      for (let left = what.token === undefined ? 1 : WRITES; left > 0; left -= 1) {
        try {
          return await store.settle(this.#key, { claimId: this.#claimId, ...what });
        } catch {
          if (left > 1) await delay(clock, WRITE_PAUSE_MS, signal);
        }
      }
    });
  }

  #prolong(request: Omit<ClaimRequest, 'claimId' | 'claimMs'>, endsAt: number): void {
    const { store, clock } = this.#ports;
    this.#cancel();
    this.#cancel = clock.after(PROLONG_MS, () => {
      const claimMs = Math.min(CLAIM_MS, endsAt - clock.now());
      if (claimMs <= 0) return;
      const again = { ...request, takeRefresh: false, claimId: this.#claimId, claimMs };
      store.claim(this.#key, again).catch(() => undefined);
      this.#prolong(request, endsAt);
    });
  }
}
