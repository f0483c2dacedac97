import { type Observable, Subject } from 'rxjs';
import { type Fault, faults, type ResamaniaSandbox, type Surface } from 'resamania-sandbox';

/** Every way to make the sandbox misbehave, by its name in the URL. */
export const FAULT_NAMES = ['gateway-key', 'token-service', 'revoke', 'rate-limit'] as const;
export type FaultName = (typeof FAULT_NAMES)[number];

/** A fault as the page shows it. */
export interface FaultState {
  readonly name: FaultName;
  /** How long it lasts, in seconds; 0 for one that is over as soon as it is done. */
  readonly lastsSeconds: number;
  /** When it ends by itself; absent while it is not there. */
  readonly until?: Date;
}

interface Outage {
  readonly surfaces: readonly Surface[];
  readonly durationMs: number;
  /** What clients see; none is the sandbox's own 503. */
  readonly fault?: (until: number) => Fault;
}

const OUTAGES: Readonly<Record<Exclude<FaultName, 'revoke'>, Outage>> = {
  'gateway-key': {
    surfaces: ['token', 'api'],
    durationMs: 10_000,
    fault: () => faults.gatewayUnauthorized('json'),
  },
  'token-service': { surfaces: ['token'], durationMs: 8_000 },
  'rate-limit': { surfaces: ['token', 'api'], durationMs: 8_000, fault: tooManyRequests },
};

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

  /**
   * `onHealed` is told the name of an outage that is over, by itself or since others have taken its place, and nothing
   * when everything was healed.
   */
  constructor(
    private readonly sandbox: () => ResamaniaSandbox,
    private readonly onHealed: (name?: FaultName) => void,
  ) {}

  /** Emits whenever a fault begins or ends. */
  get changes$(): Observable<void> {
    return this.#changes.asObservable();
  }

  /** Every fault, those that are not there as well. */
  list(): FaultState[] {
    return FAULT_NAMES.map((name) => this.#stateOf(name));
  }

  /** Begins a fault, or begins it anew. */
  start(name: FaultName): void {
    if (name === 'revoke') this.sandbox().revokeTokens();
    else this.#break(name, OUTAGES[name]);
    this.#changes.next();
  }

  /** Ends every fault at once. Revoked tokens stay revoked. */
  heal(): void {
    this.sandbox().tokenEndpoint.reset();
    this.sandbox().api.reset();
    this.stop();
    this.onHealed();
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
    const lastsSeconds = name === 'revoke' ? 0 : OUTAGES[name].durationMs / 1000;
    return until > Date.now() ? { name, lastsSeconds, until: new Date(until) } : { name, lastsSeconds };
  }

  #break(name: FaultName, { surfaces, durationMs, fault }: Outage): void {
    const until = Date.now() + durationMs;
    const before = this.#names();
    for (const surface of surfaces) {
      const script = surface === 'token' ? this.sandbox().tokenEndpoint : this.sandbox().api;
      script.down(durationMs, fault?.(until));
      this.#running.set(surface, { name, until });
    }
    clearTimeout(this.#ends.get(name));
    this.#ends.set(
      name,
      setTimeout(() => this.#ended(name), durationMs + 50),
    );
    for (const other of before) if (!this.#names().has(other)) this.#ended(other);
  }

  #ended(name: FaultName): void {
    clearTimeout(this.#ends.get(name));
    this.#ends.delete(name);
    for (const [surface, running] of this.#running) if (running.name === name) this.#running.delete(surface);
    this.onHealed(name);
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
