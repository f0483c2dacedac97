import { LRUCache } from 'lru-cache';

import { type Clock, isWithin } from '../../clock.js';
import { type GatewayPace, type Pause } from '../../gateway/gateway-pace.js';
import { type GatewayPaces, MAX_GATEWAYS } from '../../gateway/gateway-paces.js';
import type { TokenToStore } from '../../store/token-store.js';
import { delay } from '../../waiting.js';
import type { RequestToSend } from '../request/token-request.js';
import { BARE_CLAIM, type GuardedStore, WRITE_PAUSE_MS, WRITES } from './guarded-store.js';
import { pauseKey, randomId } from './share-key.js';
import { PAUSE_IS_OVER, pauseText, readPause } from './shared-values.js';

/** A gateway is not looked up again within this time, in milliseconds: news of a pause comes as a hint. */
const LOOK_AGAIN_MS = 1000;
/** The claim of a pause only tells the store's time, and lasts so long, in milliseconds. */
const CLAIM_MS = 100;
/** For how long the store says that a pause is over, in milliseconds: a hint may be lost, and who looks again reads it. */
const OVER_MS = 10_000;

/** A gateway as the replicas know it. Nothing is known of it at first. */
class SharedGateway {
  /** The last look, for all who want one at its time. */
  looked: Promise<void> | undefined;
  lookedAt = -Infinity;
  /** The entry that was read last, or written here: what it says is known. */
  seen: string | undefined;
  /** The pause that this entry stands for. */
  pause: Pause | undefined;
  /** What is to be told next; while it is told, later news take its place. */
  news: Pause | 'over' | undefined;
  isTelling = false;

  constructor(
    readonly key: string,
    readonly pace: GatewayPace,
  ) {}
}

/** What `SharedPauses` run on. */
interface SharedPausesPorts {
  readonly store: GuardedStore;
  readonly paces: GatewayPaces;
  readonly clock: Clock;
  readonly background: (work: (signal: AbortSignal) => Promise<void>) => void;
}

/**
 * Shares the pauses of gateways among replicas: a limit is the gateway key's, whoever meets it. A pause is an entry of the
 * store under the gateway's own name, and so is its end, where it comes early. Nothing here fails, or waits for longer than
 * an operation of the store: who has not heard of a pause meets the limit itself.
 */
export class SharedPauses {
  readonly #ports: SharedPausesPorts;
  /** By key, for hints. */
  readonly #gateways = new LRUCache<string, SharedGateway>({ max: MAX_GATEWAYS });
  readonly #ofPace = new WeakMap<GatewayPace, SharedGateway>();

  constructor(ports: SharedPausesPorts) {
    this.#ports = ports;
  }

  /** A tenant's requests go through this gateway, also where another replica makes them: its API calls report limits. */
  expect({ host, credentials: { apiKey }, grant }: RequestToSend): void {
    const pace = this.#ports.paces.of(host, apiKey);
    this.#ports.paces.remember(grant.tenant, pace);
    const gateway = this.#ofPace.get(pace) ?? new SharedGateway(pauseKey(host, apiKey), pace);
    this.#ofPace.set(pace, gateway);
    this.#gateways.set(gateway.key, gateway);
  }

  /** Looks up, before a request, whether another replica has met a limit of its gateway. */
  async lookUp({ host, credentials: { apiKey } }: RequestToSend): Promise<void> {
    const gateway = this.#ofPace.get(this.#ports.paces.of(host, apiKey));
    if (gateway === undefined) return;
    if (!isWithin(LOOK_AGAIN_MS, gateway.lookedAt, this.#ports.clock.now())) this.#look(gateway);
    await gateway.looked;
  }

  /** Something was stored under this name, by any replica. */
  hinted(key: string): void {
    const gateway = this.#gateways.get(key);
    if (gateway !== undefined) this.#look(gateway);
  }

  /** Tells the other replicas of a pause that began or ended here. */
  changed(pace: GatewayPace, pause: Pause | undefined): void {
    const gateway = this.#ofPace.get(pace);
    if (gateway === undefined) return;
    gateway.news = pause ?? 'over';
    if (!gateway.isTelling) this.#ports.background((signal) => this.#tell(gateway, signal));
  }

  #look(gateway: SharedGateway): void {
    gateway.lookedAt = this.#ports.clock.now();
    gateway.looked = this.#read(gateway);
  }

  async #read(gateway: SharedGateway): Promise<void> {
    const { store, clock } = this.#ports;
    const sentAt = clock.now();
    const entry = await store.read(gateway.key);
    if (entry === 'unknown' || (entry !== undefined && entry.id === gateway.seen)) return;
    if (entry === undefined || entry.value === PAUSE_IS_OVER) return this.#lift(gateway, entry?.id);
    gateway.seen = entry.id;
    const pause = readPause(entry, sentAt);
    if (pause === undefined) return store.count('unreadable');
    gateway.pause = pause;
    if (gateway.pace.adopt(pause, clock.now())) store.count('paused');
  }

  /** The pause that was stored is over, or was withdrawn. One that is to be told is newer. */
  #lift(gateway: SharedGateway, seen: string | undefined): void {
    gateway.seen = seen;
    if (gateway.pause !== undefined && !gateway.isTelling) gateway.pace.lift(gateway.pause);
    gateway.pause = undefined;
  }

  /** One piece of news after the other. What cannot be written is not told. */
  async #tell(gateway: SharedGateway, signal: AbortSignal): Promise<void> {
    gateway.isTelling = true;
    let failures = 0;
    try {
      while (gateway.news !== undefined) {
        const { news } = gateway;
        gateway.news = undefined;
        const isWritten = await this.#write(gateway, news).then(
          () => true,
          () => false,
        );
        failures = isWritten ? 0 : failures + 1;
        if (isWritten || failures >= WRITES) continue;
        await delay(this.#ports.clock, WRITE_PAUSE_MS, signal);
        gateway.news ??= news;
      }
    } finally {
      gateway.isTelling = false;
    }
  }

  /** Of two pauses the longer one stays. The end of one takes its place, and no other's. */
  async #write(gateway: SharedGateway, news: Pause | 'over'): Promise<void> {
    const { store, clock } = this.#ports;
    const { key, seen } = gateway;
    const isOver = news === 'over';
    if (isOver && gateway.pause === undefined) return;
    const claimId = randomId();
    const sentAt = clock.now();
    const outcome = await store.claim(key, { claimId, claimMs: CLAIM_MS, ...BARE_CLAIM });
    if (!('storeMs' in outcome)) return;
    const lifetimeMs = isOver ? OVER_MS : Math.max(0, news.until - sentAt);
    const id = randomId();
    const token: TokenToStore = {
      id,
      value: isOver ? PAUSE_IS_OVER : pauseText(news),
      expiresAt: outcome.storeMs + lifetimeMs,
      lifetimeMs,
      replaces: seen !== undefined && (isOver || gateway.pause === undefined) ? [seen] : [],
      refresh: undefined,
    };
    const { pause } = gateway;
    // Before it is stored: the hint comes here too.
    Object.assign(gateway, { seen: id, pause: isOver ? undefined : news });
    await store.settle(key, { claimId, token }).catch((error: unknown) => {
      Object.assign(gateway, { seen, pause });
      throw error;
    });
  }
}
