import type { SandboxChainOptions } from './chain-options.js';
import { Chain } from './chain.js';

/** The chains of one sandbox, by code. */
export class ChainRegistry {
  readonly #chains: ReadonlyMap<string, Chain>;

  constructor(options: readonly SandboxChainOptions[], now: number) {
    this.#chains = new Map(
      options.map((chain, index) => [chain.clientToken, new Chain(chain, index, now)] as const),
    );
  }

  /** The chain with this code, if there is one. */
  find(clientToken: string | undefined): Chain | undefined {
    return clientToken === undefined ? undefined : this.#chains.get(clientToken);
  }

  /**
   * The chain with this code.
   * @throws Error if there is none
   */
  get(clientToken: string): Chain {
    const chain = this.#chains.get(clientToken);
    if (chain) return chain;
    throw new Error(
      `The sandbox has no chain "${clientToken}"; it has ${[...this.#chains.keys()].join(', ')}.`,
    );
  }

  /** The chain whose client has this id. */
  findByClientId(clientId: string | undefined): Chain | undefined {
    return this.all().find((chain) => chain.clientId === clientId);
  }

  /** All of them, in the order of the options. */
  all(): Chain[] {
    return [...this.#chains.values()];
  }
}
