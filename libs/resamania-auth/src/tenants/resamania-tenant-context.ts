import { AsyncLocalStorage } from 'node:async_hooks';

import { Injectable } from '@nestjs/common';

import { assertTenantNamed } from './tenant-name.js';

/**
 * The tenant of the current asynchronous flow, such as one incoming request: whatever runs inside `run()` finds it
 * without passing it on.
 */
@Injectable()
export class ResamaniaTenantContext {
  readonly #storage = new AsyncLocalStorage<string | undefined>();

  /**
   * Runs `fn` with `tenant` as the current tenant, and returns what it returns. Contexts nest; the innermost counts.
   * @param tenant - Name of the tenant. It is looked up when it is used, not here.
   * @throws ResamaniaTenantError `tenant_missing` where it is no name: `undefined`, `null`, an empty string
   */
  run<T>(tenant: string, fn: () => T): T {
    assertTenantNamed(tenant, 'run()');
    return this.#storage.run(tenant, fn);
  }

  /** Name of the current tenant; `undefined` outside of `run()`. */
  current(): string | undefined {
    return this.#storage.getStore();
  }

  /** @internal Runs `fn` where `current()` was what is given. */
  resume<T>(current: string | undefined, fn: () => T): T {
    return this.#storage.run(current, fn);
  }
}
