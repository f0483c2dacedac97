import {
  type HeaderBag,
  hasLimits,
  readLimits,
  type ResamaniaLimit,
  type ResamaniaLimits,
  usedShare,
} from './limits.js';

/** The limits that a tenant's answers reported last. */
export interface SeenLimits {
  readonly limits: ResamaniaLimits;
  /** When, in milliseconds since the epoch. */
  readonly at: number;
}

/** A quota of which more is used than the share that was set. */
export interface PassedQuota {
  /** How much of it is used, from 0 to 1. */
  readonly share: number;
  readonly limit: number;
  readonly remaining: number;
  readonly resetAt: Date | undefined;
}

/** Remembers the limits that answers report, per tenant, and notices when much of a quota is used. */
export class LimitMemory {
  readonly #warnAt: number;
  readonly #report: (tenant: string, quota: PassedQuota) => void;
  readonly #seen = new Map<string, SeenLimits>();
  /** Tenants whose quota was passed, until it starts over. */
  readonly #passed = new Set<string>();

  /**
   * @param warnAt - Share of a quota, above 0 and below 1, from which on it counts as passed.
   * @param report - Told once when a tenant's quota is passed, and again only after it has started over.
   */
  constructor(warnAt: number, report: (tenant: string, quota: PassedQuota) => void) {
    this.#warnAt = warnAt;
    this.#report = report;
  }

  /**
   * Takes note of an answer. One without limits leaves what is known as it is.
   * @returns the limits that this answer reports, if any
   */
  note(tenant: string, headers: HeaderBag, now: number): ResamaniaLimits | undefined {
    if (!hasLimits(headers)) return undefined;
    const limits = readLimits(headers, now);
    this.#seen.set(tenant, { limits: { ...this.#seen.get(tenant)?.limits, ...limits }, at: now });
    this.#watch(tenant, limits.quota);
    return limits;
  }

  of(tenant: string): SeenLimits | undefined {
    return this.#seen.get(tenant);
  }

  forget(tenant: string): void {
    this.#seen.delete(tenant);
    this.#passed.delete(tenant);
  }

  #watch(tenant: string, quota: ResamaniaLimit = {}): void {
    const { limit = 0, remaining = 0, resetAt } = quota;
    const share = usedShare(quota);
    if (share === undefined) return;
    if (share < this.#warnAt) {
      this.#passed.delete(tenant);
      return;
    }
    if (this.#passed.has(tenant)) return;
    this.#passed.add(tenant);
    this.#report(tenant, { share, limit, remaining, resetAt });
  }
}
