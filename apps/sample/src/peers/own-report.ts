import type { ResamaniaTokenEvent, SharedStatus } from 'nestjs-resamania-auth';

import type { ChainReport, ReplicaReport } from './replica-report.js';

/** What this replica says of itself, made of the library's events. */
export class OwnReport {
  readonly #chains = new Map<string, ChainReport>();

  /** `store` says how the shared store fares. */
  constructor(
    private readonly name: string,
    private readonly store: () => SharedStatus,
  ) {}

  /** Takes an event in. Tokens of principals are not a chain's own. */
  note(event: ResamaniaTokenEvent): void {
    if (event.type === 'tenant-removed') this.#chains.delete(event.tenant);
    if (event.type !== 'obtained' || event.principal !== undefined) return;
    const { tenant, origin } = event;
    const { renewed, adopted } = this.#chains.get(tenant) ?? { renewed: 0, adopted: 0 };
    const isAdopted = origin === 'store';
    this.#chains.set(tenant, {
      tenant,
      origin,
      at: event.at.toISOString(),
      expiresAt: event.expiresAt.toISOString(),
      renewed: renewed + (isAdopted ? 0 : 1),
      adopted: adopted + (isAdopted ? 1 : 0),
    });
  }

  describe(): ReplicaReport {
    const chains = [...this.#chains.values()];
    return { name: this.name, pid: process.pid, store: this.store().state, chains };
  }
}
