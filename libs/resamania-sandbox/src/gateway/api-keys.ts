/** The keys that the gateway accepts. Without any it lets everybody through, as a host without a gateway does. */
export class ApiKeys {
  #current: string | null;
  #previous: string | null = null;

  constructor(key: string | null) {
    this.#current = key;
  }

  /** The key in force; `null` when there is no gateway. */
  get current(): string | null {
    return this.#current;
  }

  /** Whether a request with this `X-Gravitee-Api-Key` may pass. */
  accepts(value: string): boolean {
    if (this.#current === null || value === this.#current) return true;
    return this.#previous !== null && value === this.#previous;
  }

  /** Puts a new key in force. The old one dies at once, or with `keepPrevious` at the next rotation. */
  rotate(key: string, keepPrevious: boolean): void {
    this.#previous = keepPrevious ? this.#current : null;
    this.#current = key;
  }
}
