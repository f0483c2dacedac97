/** Which tenants are late, hang or have failed: on all hosts, and for as long as their tenant lives. */
export class Trouble {
  readonly #tenants = new WeakSet<object>();
  /** Who wants to know, by tenant. */
  readonly #listeners = new Map<object, Set<() => void>>();

  has(tenant: object): boolean {
    return this.#tenants.has(tenant);
  }

  begin(tenant: object): void {
    if (this.has(tenant)) return;
    this.#tenants.add(tenant);
    this.#tell(tenant);
  }

  end(tenant: object): void {
    if (this.#tenants.delete(tenant)) this.#tell(tenant);
  }

  /**
   * Tells of each change of this tenant's.
   * @returns how to stop
   */
  watch(tenant: object, changed: () => void): () => void {
    const listeners = this.#listeners.get(tenant) ?? new Set();
    this.#listeners.set(tenant, listeners.add(changed));
    return () => {
      listeners.delete(changed);
      if (listeners.size === 0) this.#listeners.delete(tenant);
    };
  }

  #tell(tenant: object): void {
    for (const changed of Array.from(this.#listeners.get(tenant) ?? [])) changed();
  }
}
