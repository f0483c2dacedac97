import { LRUCache } from 'lru-cache';

import { type Clock, isWithin } from '../../clock.js';
import { type GatewayPace, type GatewayPaces, MAX_GATEWAYS, type Pause } from '../../gateway/gateway-pace.js';
import type { RequestToSend } from '../request/token-endpoint.client.js';
import type { GuardedStore } from './guarded-store.js';
import { pauseKey, randomId } from './share-key.js';
import { pauseText, readPause } from './shared-values.js';

/** A gateway is not looked up again within this time, in milliseconds: news of a pause comes as a hint. */
const LOOK_AGAIN_MS = 1000;
/** The claim of a pause only tells the store's time, and lasts so long, in milliseconds. */
const CLAIM_MS = 100;

/** A gateway as the replicas know it. */
interface SharedGateway {
  readonly key: string;
  readonly pace: GatewayPace;
  /** The last look, for all who want one at its time. */
  looked: Promise<void>;
  lookedAt: number;
  /** The entry that was taken over, or written here: what it says is known. */
  seen: string | undefined;
  /** The pause that was taken over. */
  adopted: Pause | undefined;
}

/** What `SharedPauses` run on. */
export interface SharedPausesPorts {
  readonly store: GuardedStore;
  readonly paces: GatewayPaces;
  readonly clock: Clock;
  readonly background: (work: () => Promise<void>) => void;
}

/**
 * Shares the pauses of gateways among replicas: a limit is the gateway key's, whoever meets it. A pause is an entry of the
 * store under the gateway's own name. Nothing here fails, or waits for longer than an operation of the store: who has not
 * heard of a pause meets the limit itself.
 */
export class SharedPauses {
  readonly #ports: SharedPausesPorts;
  readonly #gateways = new LRUCache<string, SharedGateway>({ max: MAX_GATEWAYS });
  readonly #keys = new WeakMap<GatewayPace, string>();

  constructor(ports: SharedPausesPorts) {
    this.#ports = ports;
  }

  /** Looks up, before a request, whether another replica has met a limit of its gateway. */
  async lookUp({ host, credentials: { apiKey } }: RequestToSend): Promise<void> {
    const key = pauseKey(host, apiKey);
    const pace = this.#ports.paces.of(host, apiKey);
    let gateway = this.#gateways.get(key);
    if (gateway?.pace !== pace) {
      gateway = {
        key,
        pace,
        looked: Promise.resolve(),
        lookedAt: -Infinity,
        seen: undefined,
        adopted: undefined,
      };
      this.#gateways.set(key, gateway);
      this.#keys.set(pace, key);
    }
    const isNew = isWithin(LOOK_AGAIN_MS, gateway.lookedAt, this.#ports.clock.now());
    if (!isNew) gateway.looked = this.#read(gateway);
    await gateway.looked;
  }

  /** Something was stored under this name, by any replica. */
  hinted(key: string): void {
    const gateway = this.#gateways.get(key);
    if (gateway !== undefined) this.#ports.background(() => this.#read(gateway));
  }

  /** Tells the other replicas of a pause that began or ended here. */
  changed(pace: GatewayPace, pause: Pause | undefined): void {
    const gateway = this.#gateways.get(this.#keys.get(pace) ?? '');
    if (gateway === undefined) return;
    this.#ports.background(() =>
      pause === undefined ? this.#withdraw(gateway) : this.#write(gateway, pause),
    );
  }

  async #read(gateway: SharedGateway): Promise<void> {
    const { store, clock } = this.#ports;
    const sentAt = clock.now();
    gateway.lookedAt = sentAt;
    const entry = await store.read(gateway.key).catch(() => 'unknown' as const);
    if (entry === 'unknown') return;
    if (entry === undefined) return this.#lift(gateway);
    if (entry.id === gateway.seen) return;
    gateway.seen = entry.id;
    const pause = readPause(entry, sentAt);
    if (pause === undefined) return store.count('unreadable');
    if (!gateway.pace.adopt(pause, clock.now())) return;
    gateway.adopted = pause;
    store.count('paused');
  }

  /** Who told of a pause has withdrawn it, or it is over. */
  #lift(gateway: SharedGateway): void {
    if (gateway.adopted !== undefined) gateway.pace.lift(gateway.adopted);
    gateway.adopted = undefined;
  }

  /** The longer pause stays. */
  async #write(gateway: SharedGateway, pause: Pause): Promise<void> {
    const { store, clock } = this.#ports;
    const lifetimeMs = pause.until - clock.now();
    const claimId = randomId();
    const request = {
      claimId,
      claimMs: CLAIM_MS,
      minRemainingMs: lifetimeMs,
      notIds: [],
      takeRefresh: false,
    };
    const outcome = await store.claim(gateway.key, request);
    if (!('storeMs' in outcome)) return;
    const id = randomId();
    const expiresAt = outcome.storeMs + lifetimeMs;
    const token = { id, value: pauseText(pause), expiresAt, lifetimeMs, replaces: [], refresh: undefined };
    gateway.seen = id;
    await store.settle(gateway.key, { claimId, token });
  }

  async #withdraw({ key, seen }: SharedGateway): Promise<void> {
    if (seen !== undefined) await this.#ports.store.drop(key, seen);
  }
}
