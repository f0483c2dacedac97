import { LRUCache } from 'lru-cache';

import { type Clock, isWithin } from '../clock.js';
import { ResamaniaAuthError, ResamaniaConfigError, ResamaniaTenantError } from '../errors.js';
import { resolveTenantOptions } from '../options/resolve-options.js';
import type { ResolvedOptions } from '../options/resolved-options.js';
import type { ResamaniaTenantOptions } from '../options/tenant-options.js';
import { TimeUp, withTimeLimit } from '../waiting.js';
import { Tenant, type TenantChangeListener } from './tenant.js';

/** How many names that the provider does not know are remembered, at most. */
const MAX_MISSES = 10_000;
/** Time limit of one call of the provider, in milliseconds. */
const PROVIDER_LIMIT_MS = 30_000;
/** For a tenant that is known, the provider is asked again no sooner than after this many milliseconds. */
const AGAIN_MS = 5_000;

/** A tenant that the provider gave, and when it was asked for it last, in milliseconds since the epoch. */
interface Kept {
  readonly tenant: Tenant;
  askedAt: number;
}

/**
 * The tenants of the `tenantProvider`: loaded once for concurrent calls, kept in a bounded number, asked for again in the
 * background after a time. Names that it does not know are remembered for a while.
 */
export class TenantLoader {
  readonly #options: ResolvedOptions;
  readonly #clock: Clock;
  readonly #tell: TenantChangeListener;
  readonly #loads = new Map<string, Promise<Tenant | undefined>>();
  readonly #kept: LRUCache<string, Kept>;
  /** When the provider did not know a name, in milliseconds since the epoch. */
  readonly #misses = new LRUCache<string, number>({ max: MAX_MISSES });

  /** @param tell - Is told which tenants are evicted, and which ones a reload changes or removes. */
  constructor(options: ResolvedOptions, clock: Clock, tell: TenantChangeListener) {
    this.#options = options;
    this.#clock = clock;
    this.#tell = tell;
    this.#kept = new LRUCache({
      max: options.onDemand.maxEntries,
      dispose: ({ tenant }, _name, reason) => {
        if (reason === 'evict') tell({ type: 'evicted', tenant });
      },
    });
  }

  /** A tenant that is kept; marks it as used, and asks for it again in the background when its time has come. */
  find(name: string): Tenant | undefined {
    const kept = this.#kept.get(name);
    if (kept === undefined) return undefined;
    const { ttlMs } = this.#options.onDemand;
    if (!isWithin(ttlMs, kept.askedAt, this.#clock.now())) void this.reload(name);
    return kept.tenant;
  }

  /** Keeps a tenant, in the place of the one of its name. */
  keep(tenant: Tenant): void {
    this.#kept.set(tenant.name, { tenant, askedAt: this.#clock.now() });
  }

  /** Forgets what is known of a name, a load under way included. */
  forget(name: string): void {
    this.#kept.delete(name);
    this.#misses.delete(name);
    this.#loads.delete(name);
  }

  /**
   * The tenant of that name as the provider gives it; `undefined` where there is none.
   * @throws ResamaniaTenantError `tenant_load_failed` when the provider throws, or does not answer in time
   * @throws ResamaniaConfigError when what it returns is invalid
   */
  load(name: string): Promise<Tenant | undefined> {
    const missedAt = this.#misses.get(name);
    const { missTtlMs } = this.#options.onDemand;
    if (missedAt !== undefined && isWithin(missTtlMs, missedAt, this.#clock.now()))
      return Promise.resolve(undefined);
    const running = this.#loads.get(name);
    if (running !== undefined) return running;
    const load = this.#load(name).finally(() => {
      if (this.#loads.get(name) === load) this.#loads.delete(name);
    });
    this.#loads.set(name, load);
    return load;
  }

  /** Asks again for a tenant that is kept, and takes over what has changed. If that fails, it stays as it is. */
  async reload(name: string): Promise<void> {
    const kept = this.#kept.peek(name);
    const now = this.#clock.now();
    if (kept === undefined || isWithin(AGAIN_MS, kept.askedAt, now)) return;
    kept.askedAt = now;
    const outcome = await this.load(name).then(
      (tenant) => ({ tenant }),
      () => undefined,
    );
    if (outcome === undefined || this.#kept.peek(name) !== kept) return;
    const { tenant } = outcome;
    if (tenant?.isLike(kept.tenant)) return;
    if (tenant === undefined) {
      this.#kept.delete(name);
      this.#tell({ type: 'removed', tenant: kept.tenant });
    } else {
      this.keep(tenant);
      this.#tell({ type: 'updated', tenant, previous: kept.tenant });
    }
  }

  async #load(name: string): Promise<Tenant | undefined> {
    const found = await this.#ask(name);
    if (found === undefined || found === null) {
      this.#misses.set(name, this.#clock.now());
      return undefined;
    }
    return this.#read(found, name);
  }

  /** @throws ResamaniaConfigError that names the tenant, and what in its row is no option of a tenant */
  #read(row: ResamaniaTenantOptions, name: string): Tenant {
    // A database says null for what is not set.
    const given = Object.entries(row).filter(([, value]) => value !== null);
    const source = typeof row === 'object' ? { ...Object.fromEntries(given), name } : row;
    const where = 'what tenantProvider() returned';
    try {
      return new Tenant(resolveTenantOptions(source, this.#options.tenantDefaults, where));
    } catch (error) {
      throw error instanceof ResamaniaConfigError
        ? new ResamaniaConfigError(where, error.problems, name)
        : error;
    }
  }

  async #ask(name: string): Promise<ResamaniaTenantOptions | undefined> {
    try {
      const ask = async () => this.#options.tenantProvider?.(name);
      return await withTimeLimit(this.#clock, PROVIDER_LIMIT_MS, ask);
    } catch (error) {
      if (error instanceof ResamaniaAuthError) throw error;
      const isLate = error instanceof TimeUp;
      const flaw = isLate ? `did not answer within ${PROVIDER_LIMIT_MS / 1000} s` : 'threw';
      const details = {
        code: 'tenant_load_failed',
        tenant: name,
        remedy: isLate
          ? 'Give its query a time limit of its own.'
          : 'See the cause of this error, and make sure that the provider returns undefined for unknown names.',
      } as const;
      throw new ResamaniaTenantError(`the tenantProvider ${flaw}.`, details, isLate ? {} : { cause: error });
    }
  }
}
