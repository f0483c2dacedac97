import { type Observable, Subject } from 'rxjs';
import { type Fault, faults, type ResamaniaSandbox, type Surface } from 'resamania-sandbox';

/** Every way to make the sandbox misbehave, by its name in the URL. */
export const FAULT_NAMES = ['gateway-key', 'token-service', 'revoke', 'rate-limit'] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

/** A fault as the page shows it. */
export interface FaultState {
  readonly name: FaultName;
  /** When it ends by itself; absent while it is not there. */
  readonly until?: Date;
}

interface Outage {
  readonly surfaces: readonly Surface[];
  /** At least so long. */
  readonly durationMs: number;
  /** Lasts until every chain has missed a renewal: before that, there is nothing to see. */
  readonly outlastsRenewals?: true;
  /** What clients see; none is the sandbox's own 503. */
  readonly fault?: (until: number) => Fault;
}

const OUTAGES: Readonly<Record<Exclude<FaultName, 'revoke'>, Outage>> = {
  'gateway-key': {
    surfaces: ['token', 'api'],
    durationMs: 10_000,
    fault: () => faults.gatewayUnauthorized('json'),
  },
  'token-service': { surfaces: ['token'], durationMs: 8_000, outlastsRenewals: true },
  'rate-limit': { surfaces: ['token', 'api'], durationMs: 8_000, fault: tooManyRequests },
};

/** For so long after the last chain's renewal was due, in milliseconds. */
const PAST_RENEWAL_MS = 3_000;

/** What the board needs of the application around it. */
export interface FaultBoardPorts {
  readonly sandbox: () => ResamaniaSandbox;
  /** When the last of the chains is due for renewal, in milliseconds since the epoch. */
  readonly allDueAt: () => number;
  /**
   * Told the name of an outage that is over, by itself or since others have taken its place, and nothing when
   * everything was healed.
   */
  readonly onHealed: (name?: FaultName) => void;
}

/** What runs where: a surface of the sandbox has one outage at a time, and the latest wins. */
interface Running {
  readonly name: FaultName;
  readonly until: number;
}

/** Makes a sandbox misbehave for a while, and knows for how long it still does. */
export class FaultBoard {
  readonly #running = new Map<Surface, Running>();
  readonly #changes = new Subject<void>();
  readonly #ends = new Map<FaultName, ReturnType<typeof setTimeout>>();

  constructor(private readonly ports: FaultBoardPorts) {}

  /** Emits whenever a fault begins or ends. */
  get changes$(): Observable<void> {
    return this.#changes.asObservable();
  }

  /** Every fault, those that are not there as well. */
  list(): FaultState[] {
    return FAULT_NAMES.map((name) => this.#stateOf(name));
  }

  /** Whether a fault is there now. */
  isRunning(name: FaultName): boolean {
    return this.#stateOf(name).until !== undefined;
  }

  /** Begins a fault, or begins it anew. */
  start(name: FaultName): void {
    if (name === 'revoke') this.ports.sandbox().revokeTokens();
    else this.#break(name, OUTAGES[name]);
    this.#changes.next();
  }

  /** Ends every fault at once. Revoked tokens stay revoked. */
  heal(): void {
    const { tokenEndpoint, api } = this.ports.sandbox();
    tokenEndpoint.reset();
    api.reset();
    this.stop();
    this.ports.onHealed();
    this.#changes.next();
  }

  /** Forgets what would have ended by itself: leaves no timer. */
  stop(): void {
    for (const end of this.#ends.values()) clearTimeout(end);
    this.#ends.clear();
    this.#running.clear();
  }

  #stateOf(name: FaultName): FaultState {
    const ends = [...this.#running.values()].filter((running) => running.name === name);
    const until = Math.max(0, ...ends.map((running) => running.until));
    return until > Date.now() ? { name, until: new Date(until) } : { name };
  }

  #break(name: FaultName, outage: Outage): void {
    const { surfaces, fault } = outage;
    const durationMs = this.#durationOf(outage);
    const until = Date.now() + durationMs;
    const before = this.#names();
    for (const surface of surfaces) {
      const { tokenEndpoint, api } = this.ports.sandbox();
      (surface === 'token' ? tokenEndpoint : api).down(durationMs, fault?.(until));
      this.#running.set(surface, { name, until });
    }
    clearTimeout(this.#ends.get(name));
    this.#ends.set(
      name,
      setTimeout(() => this.#ended(name), durationMs + 50),
    );
    for (const other of before) if (!this.#names().has(other)) this.#ended(other);
  }

  #durationOf({ durationMs, outlastsRenewals }: Outage): number {
    if (!outlastsRenewals) return durationMs;
    return Math.max(durationMs, this.ports.allDueAt() + PAST_RENEWAL_MS - Date.now());
  }

  #ended(name: FaultName): void {
    clearTimeout(this.#ends.get(name));
    this.#ends.delete(name);
    for (const [surface, running] of this.#running) if (running.name === name) this.#running.delete(surface);
    this.ports.onHealed(name);
    this.#changes.next();
  }

  #names(): ReadonlySet<FaultName> {
    return new Set([...this.#running.values()].map(({ name }) => name));
  }
}

/** The gateway's 429 of its rate limit. The quota is left alone, and so are its headers. */
function tooManyRequests(until: number): Fault {
  return faults.status(429, {
    headers: {
      'X-Rate-Limit-Limit': '600',
      'X-Rate-Limit-Remaining': '0',
      'X-Rate-Limit-Reset': String(until),
    },
  });
}
