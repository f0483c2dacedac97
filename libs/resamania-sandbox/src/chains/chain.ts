import { ALL_GRANTS, type SandboxChain, type SandboxChainOptions } from './chain-options.js';
import { seedContacts, seedFixed, type Item } from './chain-data.js';
import { Collection } from './collection.js';
import { derivedValue } from './derived-value.js';

/** The collections that the API serves. */
export type CollectionName = 'clubs' | 'network_nodes' | 'class_events' | 'contacts';

/** One club chain: its client's registration and its data. */
export class Chain {
  readonly clientToken: string;
  readonly clientId: string;
  readonly grants: readonly string[];
  readonly scopes: readonly string[];
  /** Whether API calls must name a network node. */
  readonly hasNetwork: boolean;
  readonly collections: Readonly<Record<CollectionName, Collection>>;
  /** Whether token requests answer with the token of before while it lasts. */
  sameToken: boolean;
  #clientSecret: string;

  /**
   * @param index position among the sandbox's chains; keeps ids of different chains apart
   * @param now epoch milliseconds around which class events are laid out
   */
  constructor(options: SandboxChainOptions, index: number, now: number) {
    const { clientToken } = options;
    this.clientToken = clientToken;
    this.clientId = options.clientId ?? `${index + 101}_${derivedValue('id', clientToken).slice(0, 40)}`;
    this.#clientSecret = options.clientSecret ?? derivedValue('secret', clientToken).slice(0, 50);
    this.grants = options.grants ?? ALL_GRANTS;
    this.scopes = options.scopes ?? [];
    this.hasNetwork = options.hasNetwork ?? false;
    this.sameToken = options.sameToken ?? false;
    const firstId = 1000 * (index + 1) + 1;
    const seeds = { ...seedFixed(options, firstId, now), contacts: seedContacts(options, firstId) };
    this.collections = {
      clubs: this.#collection('clubs', 'Club', seeds.clubs),
      network_nodes: this.#collection('network_nodes', 'NetworkNode', seeds.networkNodes),
      class_events: this.#collection('class_events', 'ClassEvent', seeds.classEvents),
      contacts: this.#collection('contacts', 'Contact', seeds.contacts),
    };
  }

  /** Whether this is the client's secret, byte for byte. */
  accepts(clientSecret: string): boolean {
    return clientSecret === this.#clientSecret;
  }

  /** Replaces the secret; the old one is refused from now on, tokens already issued live on. */
  rotateSecret(clientSecret: string): void {
    this.#clientSecret = clientSecret;
  }

  /** What tests and the command read. */
  describe(): SandboxChain {
    return {
      clientToken: this.clientToken,
      clientId: this.clientId,
      clientSecret: this.#clientSecret,
      clubId: this.collections.clubs.firstIri(),
      networkNodeId: this.collections.network_nodes.firstIri(),
      contactEmail: String(this.collections.contacts.first()?.['email'] ?? ''),
    };
  }

  #collection(name: CollectionName, type: string, items: Item[]): Collection {
    return new Collection({ base: `/${this.clientToken}/${name}`, type, items });
  }
}
