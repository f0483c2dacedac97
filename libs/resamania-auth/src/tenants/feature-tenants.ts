import { Injectable } from '@nestjs/common';

import type { ResamaniaTenantOptions } from '../options/tenant-options.js';

/** A tenant that a feature module brings along, and where it says so. */
export interface FeatureTenant {
  readonly options: ResamaniaTenantOptions;
  readonly where: string;
}

/**
 * Where feature modules leave their tenants until the root module takes them over. What comes later, from a module
 * that is loaded lazily, is passed on at once.
 */
@Injectable()
export class FeatureTenants {
  #waiting: FeatureTenant[] = [];
  #take: ((tenant: FeatureTenant) => void) | undefined;

  add(tenants: readonly ResamaniaTenantOptions[]): void {
    for (const [index, options] of tenants.entries()) {
      const tenant = { options, where: `forFeature().tenants[${index}]` };
      if (this.#take === undefined) this.#waiting.push(tenant);
      else this.#take(tenant);
    }
  }

  /** Hands over all tenants there are, and each one that comes later. */
  handOverTo(take: (tenant: FeatureTenant) => void): void {
    this.#take = take;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const tenant of waiting) take(tenant);
  }
}
