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

type Admit = () => void;

/** One host's requests: how many are under way, and who waits, in order of arrival. */
class HostQueue {
  active = 0;
  readonly urgent = new Set<Admit>();
  readonly patient = new Set<Admit>();

  next(): Admit | undefined {
    const [admit] = this.urgent.size > 0 ? this.urgent : this.patient;
    return admit;
  }
}

/** At most `limit` token requests at once per host; callers go before the schedule. */
export class RequestLimiter {
  readonly #limit: number;
  readonly #hosts = new Map<string, HostQueue>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Waits until there is room on this host.
   * @returns how to give the place back
   * @throws the signal's reason; the place in the queue is given up then
   */
  enter(host: string, ticket: Ticket, signal: AbortSignal): Promise<() => void> {
    const queue = this.#hosts.get(host) ?? new HostQueue();
    this.#hosts.set(host, queue);
    return new Promise((resolve, reject) => {
      const admit = () => {
        signal.removeEventListener('abort', giveUp);
        let isInside = true;
        resolve(() => {
          if (isInside) this.#leave(host, queue);
          isInside = false;
        });
      };
      const giveUp = () => {
        queue.urgent.delete(admit);
        queue.patient.delete(admit);
        this.#admit(host, queue);
        reject(signal.reason as Error);
      };
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, { once: true });
      ticket.onHurry(() => {
        if (queue.patient.delete(admit)) queue.urgent.add(admit);
      });
      (ticket.isUrgent ? queue.urgent : queue.patient).add(admit);
      return this.#admit(host, queue);
    });
  }

  #leave(host: string, queue: HostQueue): void {
    queue.active -= 1;
    this.#admit(host, queue);
  }

  /** Lets in as many as there is room for; a host without any is forgotten. */
  #admit(host: string, queue: HostQueue): void {
    for (let next = queue.next(); next !== undefined && queue.active < this.#limit; next = queue.next()) {
      queue.urgent.delete(next);
      queue.patient.delete(next);
      queue.active += 1;
      next();
    }
    if (queue.active === 0 && this.#hosts.get(host) === queue) this.#hosts.delete(host);
  }
}
