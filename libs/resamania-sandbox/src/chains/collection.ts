import type { Item } from './chain-data.js';

/** The items of one kind that one chain has, in memory. */
export class Collection {
  /** IRI of the collection; an item's is this, a slash and its id. */
  readonly base: string;
  /** The `@type` of its items. */
  readonly type: string;
  readonly #items: Map<string, Item>;
  #nextId: number;

  constructor(options: { base: string; type: string; items: readonly Item[] }) {
    this.base = options.base;
    this.type = options.type;
    this.#items = new Map(options.items.map((item) => [String(item.id), item]));
    this.#nextId = 1 + Math.max(0, ...options.items.map((item) => item.id));
  }

  /** How many items there are. */
  get size(): number {
    return this.#items.size;
  }

  /** The item with this id. */
  get(id: string): Item | undefined {
    return this.#items.get(id);
  }

  /** The first item. */
  first(): Item | undefined {
    return this.#items.values().next().value;
  }

  /** IRI of the first item, or of the item that would have been. */
  firstIri(): string {
    return this.iri(this.first() ?? { id: 1 });
  }

  /** The first item for which `test` holds. */
  find(test: (item: Item) => boolean): Item | undefined {
    for (const item of this.#items.values()) if (test(item)) return item;
    return undefined;
  }

  /** Items from `start` on, `count` at most. */
  slice(start: number, count: number): Item[] {
    return [...this.#items.values()].slice(start, start + count);
  }

  /** Whether this is the IRI of an item here: the whole IRI, no bare id. */
  has(iri: string): boolean {
    return iri.startsWith(`${this.base}/`) && this.#items.has(iri.slice(this.base.length + 1));
  }

  /** The IRI of an item. */
  iri(item: Pick<Item, 'id'>): string {
    return `${this.base}/${item.id}`;
  }

  /** Adds an item with a new id. */
  add(members: Record<string, unknown>): Item {
    const item: Item = { ...members, id: this.#nextId };
    this.#nextId += 1;
    this.#items.set(String(item.id), item);
    return item;
  }

  /** Puts other members under an existing id. */
  replace(id: number, members: Record<string, unknown>): Item {
    const item: Item = { ...members, id };
    this.#items.set(String(id), item);
    return item;
  }

  /** Removes an item. */
  remove(id: number): void {
    this.#items.delete(String(id));
  }
}
