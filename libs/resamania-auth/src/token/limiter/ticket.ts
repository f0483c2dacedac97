/** A place in a queue. An urgent one goes first: callers wait for it. */
export class Ticket {
  #isUrgent = false;
  #onHurry: (() => void) | undefined;

  get isUrgent(): boolean {
    return this.#isUrgent;
  }

  /** Makes it urgent from now on. */
  hurry(): void {
    if (this.#isUrgent) return;
    this.#isUrgent = true;
    this.#onHurry?.();
  }

  /** Tells who holds the queue. */
  onHurry(move: () => void): void {
    this.#onHurry = move;
  }
}
