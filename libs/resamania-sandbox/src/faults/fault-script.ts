import type { Fault } from './fault.js';

interface Outage {
  readonly fault: Fault;
  readonly until: number;
}

/** Faults for the requests to come: of one surface, or of one chain on it. */
export interface FaultQueue {
  /** Queues faults; each is used up by one request, in this order, before `always` counts. */
  next(...faults: Fault[]): void;
  /** From now on every request meets this fault, until `reset()` or another `always` of the same scope. */
  always(fault: Fault): void;
  /**
   * Takes the endpoint down at once, ahead of all other faults.
   * @param durationMs how long, in milliseconds of the sandbox's clock; default: until `up()`
   * @param fault what clients see meanwhile; default: an empty 503
   */
  down(durationMs?: number, fault?: Fault): void;
  /** Ends an outage; other faults stay. */
  up(): void;
  /** Forgets outage, queue and standing fault. */
  reset(): void;
  /** How many queued faults nobody has met yet. */
  readonly pending: number;
}

/**
 * The faults of one surface as tests write them.
 * @interface
 */
export type SandboxFaults = Omit<FaultScript, 'take'>;

const UNAVAILABLE: Fault = {
  kind: 'answer',
  name: 'down',
  status: 503,
  headers: { 'content-type': 'text/plain' },
  body: '',
};

/**
 * The faults of one surface. An outage comes first, then the queue, then the standing fault; one made for the
 * request's chain comes before one for all chains.
 */
export class FaultScript implements FaultQueue {
  readonly #now: () => number;
  readonly #outages = new Map<string | undefined, Outage>();
  readonly #standing = new Map<string | undefined, Fault>();
  #queue: Fault[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** See `FaultQueue`. */
  next(...faults: Fault[]): void {
    this.#queue.push(...faults);
  }

  /** See `FaultQueue`. */
  always(fault: Fault): void {
    this.#standing.set(fault.clientToken, fault);
  }

  /** See `FaultQueue`. */
  down(durationMs: number = Infinity, fault: Fault = UNAVAILABLE): void {
    this.#outages.set(fault.clientToken, { fault, until: this.#now() + durationMs });
  }

  /** Ends every outage, those of single chains included. */
  up(): void {
    this.#outages.clear();
  }

  /** Forgets everything, for all chains. */
  reset(): void {
    this.#outages.clear();
    this.#standing.clear();
    this.#queue = [];
  }

  /** See `FaultQueue`. */
  get pending(): number {
    return this.#queue.length;
  }

  /** The same operations, limited to one chain. */
  forChain(clientToken: string): FaultQueue {
    const only = (fault: Fault): Fault => ({ ...fault, clientToken });
    const count = (): number => this.#queue.filter((fault) => fault.clientToken === clientToken).length;
    return {
      next: (...faults) => this.next(...faults.map(only)),
      always: (fault) => this.always(only(fault)),
      down: (durationMs, fault = UNAVAILABLE) => this.down(durationMs, only(fault)),
      up: () => void this.#outages.delete(clientToken),
      reset: () => this.#forget(clientToken),
      get pending() {
        return count();
      },
    };
  }

  /** The fault that a request of this chain meets now, used up if it was queued. @internal */
  take(clientToken: string | undefined): Fault | undefined {
    return (
      this.#outage(clientToken) ??
      this.#outage(undefined) ??
      this.#shift(clientToken) ??
      this.#standing.get(clientToken) ??
      this.#standing.get(undefined)
    );
  }

  #outage(scope: string | undefined): Fault | undefined {
    const outage = this.#outages.get(scope);
    return outage && this.#now() < outage.until ? outage.fault : undefined;
  }

  #shift(clientToken: string | undefined): Fault | undefined {
    const index = this.#queue.findIndex(
      (fault) => fault.clientToken === undefined || fault.clientToken === clientToken,
    );
    return index < 0 ? undefined : this.#queue.splice(index, 1)[0];
  }

  #forget(clientToken: string): void {
    this.#outages.delete(clientToken);
    this.#standing.delete(clientToken);
    this.#queue = this.#queue.filter((fault) => fault.clientToken !== clientToken);
  }
}
