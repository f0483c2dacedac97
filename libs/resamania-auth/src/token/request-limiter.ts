/** A place in the queue of one host. `urgent` places go first: callers wait on them. */
export interface Ticket {
  urgent: boolean;
}

interface Waiting {
  readonly ticket: Ticket;
  readonly admit: () => void;
}

/** At most `limit` token requests at once per host; callers go before the schedule. */
export class RequestLimiter {
  readonly #hosts = new Map<string, { active: number; waiting: Waiting[] }>();

  constructor(private readonly limit: number) {}

  /**
   * Calls `admit` as soon as there is room on this host, at once if there is some now. Returns how to leave: the
   * queue before admission, the place after it.
   */
  enter(host: string, ticket: Ticket, admit: () => void): () => void {
    const line = this.#hosts.get(host) ?? { active: 0, waiting: [] };
    this.#hosts.set(host, line);
    let state: 'waiting' | 'admitted' | 'left' = 'waiting';
    const entry: Waiting = {
      ticket,
      admit: () => {
        state = 'admitted';
        line.active += 1;
        admit();
      },
    };
    const leave = () => {
      if (state === 'waiting') line.waiting.splice(line.waiting.indexOf(entry), 1);
      if (state === 'admitted') line.active -= 1;
      state = 'left';
      this.#advance(host);
    };
    line.waiting.push(entry);
    this.#advance(host);
    return leave;
  }

  #advance(host: string): void {
    const line = this.#hosts.get(host);
    if (line === undefined) return;
    while (line.active < this.limit && line.waiting.length > 0) {
      const urgent = line.waiting.findIndex(({ ticket }) => ticket.urgent);
      const [next] = line.waiting.splice(Math.max(urgent, 0), 1);
      next?.admit();
    }
    if (line.active === 0 && line.waiting.length === 0) this.#hosts.delete(host);
  }
}
