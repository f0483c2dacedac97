import type { Clock, Random } from '../../clock.js';
import type { GatewayPaces } from '../../gateway/gateway-paces.js';
import type { ResolvedOptions } from '../../options/resolved-options.js';
import type { ResamaniaTokenStore } from '../../store/token-store.js';
import type { ResamaniaTelemetry } from '../../telemetry/telemetry.js';
import { withTimeLimit } from '../../waiting.js';
import type { IssuedToken, StoredName } from '../request/token-answer.js';
import type { RequestToSend, Send } from '../request/token-request.js';
import { GuardedStore, type StoreHealth } from './guarded-store.js';
import { Hints } from './hints.js';
import { shareKey } from './share-key.js';
import { SharedPauses } from './shared-pauses.js';
import { SharedRequest } from './shared-request.js';
import type { SharedSourcePorts } from './shared-source-ports.js';

/** Who waits for another replica waits this share of the flight's deadline, and up to so much more by chance. */
const PATIENCE = 0.3;
const PATIENCE_JITTER = 0.2;
const CLOSING_MS = 1000;

/** What a `SharedTokenSource` runs on. */
interface SharedTokenSourceOptions {
  readonly options: Pick<ResolvedOptions, 'refresh' | 'tokenRequest'>;
  readonly paces: GatewayPaces;
  readonly telemetry: ResamaniaTelemetry | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Told when the store goes down, and when it is back. */
  readonly hub: { storeChanged(health: StoreHealth): void };
}

/** How the shared store fares, as this replica sees it. */
export interface SharedStatus {
  /** `off` where there is none. */
  readonly state: 'up' | 'down' | 'off';
  /** Since when. */
  readonly since?: Date;
  /** Why it is down, in a word. */
  readonly reason?: string;
  /**
   * How often something happened: `granted` (a claim, and with it a token request), `held` (by another replica), `adopted`
   * (another's token), `waits` (another's failure), `paused` (by a limit that another met), `alone` (a request without a claim), `unreadable` (a value), and the
   * store's operations by their end: `ok`, `skipped` while it is down, or the reason of a failure.
   */
  readonly counts?: Readonly<Record<string, number>>;
}

/** Shares token requests among replicas: goes around each request of the token endpoint's client. */
export class SharedTokenSource {
  readonly pauses: SharedPauses;
  readonly #ports: SharedSourcePorts;
  readonly #unsubscribe: () => void;
  readonly #pending = new Set<Promise<unknown>>();
  readonly #end = new AbortController();
  /** When each flight's patience ends, over all its attempts. */
  readonly #patience = new WeakMap<AbortSignal, number>();

  /** @param store - Closed with this. */
  constructor(store: ResamaniaTokenStore, options: SharedTokenSourceOptions) {
    const { clock, random, hub, paces, telemetry } = options;
    const { refresh, tokenRequest } = options.options;
    const changed = (health: StoreHealth) => hub.storeChanged(health);
    const hints = new Hints(clock);
    const guarded = new GuardedStore({ store, clock, random, changed, telemetry });
    const background: SharedSourcePorts['background'] = (work) =>
      void this.#pend(work(this.#end.signal)).catch(() => undefined);
    this.pauses = new SharedPauses({ store: guarded, paces, clock, background });
    this.#ports = {
      store: guarded,
      hints,
      pauses: this.pauses,
      clock,
      random,
      policy: refresh,
      tokenRequest,
      background,
    };
    this.#unsubscribe = store.subscribe((key) => {
      hints.give(key);
      this.pauses.hinted(key);
    });
  }

  /**
   * One request: its token may come from another replica.
   * @throws TokenRequestFailed also with a failure that another replica met
   * @throws TokenPostponed where nobody waits for it, and it is better asked for later
   */
  share(request: RequestToSend, send: Send): Promise<IssuedToken> {
    this.pauses.expect(request);
    const key = shareKey(request.grant, request.credentials);
    const shared = new SharedRequest(key, request, send, this.#ports);
    return this.#pend(shared.run(() => this.#patienceOf(request.options.signal)));
  }

  /**
   * Drops a token that the API rejected, for all replicas.
   * @returns false where a new one would not help. A store that fails says nothing against it.
   */
  drop({ key, id }: StoredName): Promise<boolean> {
    return this.#ports.store.drop(key, id).catch(() => true);
  }

  status(): SharedStatus {
    const { health, counts } = this.#ports.store;
    return { ...health, since: new Date(health.since), counts: Object.fromEntries(counts) };
  }

  /** Ends it, and the store. What flights that have just ended leave behind is still settled, for a second at most. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.#end.abort();
    const settled = async () => {
      while (this.#pending.size > 0) await Promise.allSettled(this.#pending);
    };
    await withTimeLimit(this.#ports.clock, CLOSING_MS, settled).catch(() => undefined);
    await this.#ports.store.close();
  }

  #patienceOf(flight: AbortSignal): number {
    const { clock, random, tokenRequest } = this.#ports;
    const { deadlineMs } = tokenRequest;
    const endsAt =
      this.#patience.get(flight) ?? clock.now() + deadlineMs * (PATIENCE + PATIENCE_JITTER * random());
    this.#patience.set(flight, endsAt);
    return endsAt;
  }

  #pend<T>(work: Promise<T>): Promise<T> {
    const over = () => this.#pending.delete(work);
    this.#pending.add(work);
    work.then(over, over);
    return work;
  }
}
