/** Something that a `Heap` holds. */
export interface HeapEntry {
  /** Place in the heap; -1 outside of it. Written by the heap only. */
  heapIndex: number;
}

/** Entries in order of a number that each has: a binary heap, in which an entry can also be moved or removed. */
export class Heap<T extends HeapEntry> {
  readonly #entries: T[] = [];
  readonly #numberOf: (entry: T) => number;

  /** @param numberOf - The entry with the least comes first. */
  constructor(numberOf: (entry: T) => number) {
    this.#numberOf = numberOf;
  }

  get size(): number {
    return this.#entries.length;
  }

  get first(): T | undefined {
    return this.#entries[0];
  }

  /** All of them, in no order. */
  get entries(): readonly T[] {
    return this.#entries;
  }

  /** Takes an entry in, or moves it to where its number belongs by now. */
  set(entry: T): void {
    if (entry.heapIndex < 0) this.#place(entry, this.#entries.length);
    this.#settle(entry);
  }

  remove(entry: T): void {
    const index = entry.heapIndex;
    if (index < 0) return;
    entry.heapIndex = -1;
    const last = this.#entries.pop();
    if (last === undefined || last === entry) return;
    this.#place(last, index);
    this.#settle(last);
  }

  clear(): void {
    for (const entry of this.#entries) entry.heapIndex = -1;
    this.#entries.length = 0;
  }

  /** Moves an entry up or down to where its number belongs. */
  #settle(entry: T): void {
    const number = this.#numberOf(entry);
    while (entry.heapIndex > 0) {
      const parent = this.#entries[(entry.heapIndex - 1) >> 1] as T;
      if (this.#numberOf(parent) <= number) break;
      this.#swap(parent, entry);
    }
    for (let child = this.#lesserChild(entry); child !== undefined; child = this.#lesserChild(entry)) {
      this.#swap(entry, child);
    }
  }

  #lesserChild(entry: T): T | undefined {
    const left = this.#entries[2 * entry.heapIndex + 1];
    const right = this.#entries[2 * entry.heapIndex + 2];
    const isRight = right !== undefined && left !== undefined && this.#numberOf(right) < this.#numberOf(left);
    const child = isRight ? right : left;
    return child !== undefined && this.#numberOf(child) < this.#numberOf(entry) ? child : undefined;
  }

  #swap(upper: T, lower: T): void {
    const index = upper.heapIndex;
    this.#place(upper, lower.heapIndex);
    this.#place(lower, index);
  }

  #place(entry: T, index: number): void {
    this.#entries[index] = entry;
    entry.heapIndex = index;
  }
}
