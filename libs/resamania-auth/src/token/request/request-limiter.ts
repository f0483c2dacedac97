/** A place in a queue. An urgent one goes first: callers wait on it. */
export class Ticket {
  #isUrgent: boolean;
  #onHurry: (() => void) | undefined;

  constructor(isUrgent = false) {
    this.#isUrgent = isUrgent;
  }

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
class HostLine {
  active = 0;
  readonly urgent = new Set<Admit>();
  readonly patient = new Set<Admit>();

  next(): Admit | undefined {
    const [admit] = this.urgent.size > 0 ? this.urgent : this.patient;
    return admit;
  }

  remove(admit: Admit): boolean {
    return this.urgent.delete(admit) || this.patient.delete(admit);
  }
}

/** At most `limit` token requests at once per host; callers go before the schedule. */
export class RequestLimiter {
  readonly #hosts = new Map<string, HostLine>();

  constructor(private readonly limit: number) {}

  /**
   * Calls `admit` as soon as there is room on this host, at once if there is some now. Returns how to leave: the
   * queue before admission, the place after it.
   */
  enter(host: string, ticket: Ticket, admit: () => void): () => void {
    const line = this.#hosts.get(host) ?? new HostLine();
    this.#hosts.set(host, line);
    const entry = () => admit();
    ticket.onHurry(() => {
      if (line.patient.delete(entry)) line.urgent.add(entry);
    });
    (ticket.isUrgent ? line.urgent : line.patient).add(entry);
    this.#advance(host, line);
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      if (!line.remove(entry)) line.active -= 1;
      this.#advance(host, line);
    };
  }

  #advance(host: string, line: HostLine): void {
    for (let next = line.next(); next !== undefined && line.active < this.limit; next = line.next()) {
      line.remove(next);
      line.active += 1;
      next();
    }
    if (line.active === 0 && this.#hosts.get(host) === line) this.#hosts.delete(host);
  }
}
