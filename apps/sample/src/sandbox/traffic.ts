import {
  catchError,
  defer,
  ignoreElements,
  map,
  mergeMap,
  type Observable,
  of,
  share,
  Subject,
  tap,
  timer,
} from 'rxjs';

/** What happened in one second, over all chains. */
export interface TrafficSecond {
  /** The second, counted from the epoch. */
  readonly at: number;
  answered: number;
  failed: number;
  tokenRequests: number;
}

/** The calls of one chain since the start. */
export interface ChainCalls {
  readonly tenant: string;
  readonly answered: number;
  readonly failed: number;
  /** Whether the last call failed. */
  readonly isFailing: boolean;
  /** The last failure, be it over or not. */
  readonly lastFailure?: CallFailure;
}

export interface CallFailure {
  /** A code of the library, or the HTTP status of the API. */
  readonly reason: string;
  readonly at: Date;
}

/** The calls of a chain begin to fail, or are answered again. */
export interface CallsEvent {
  readonly type: 'calls-failing' | 'calls-answered';
  readonly tenant: string;
  readonly at: Date;
  /** Why they fail. */
  readonly reason?: string;
}

/** How a call ended: nothing for an answer, or why there was none. */
export type CallOutcome = string | undefined;

/** From one call to the next, of whichever chain; each has its turn. In milliseconds. */
const CALL_EVERY_MS = 500;
/** How far back the chart goes, in seconds. */
export const KEPT_SECONDS = 120;

/** Light traffic for the page to show: one call after the other, chain by chain, counted by the second. */
export class Traffic {
  readonly #seconds = new Map<number, TrafficSecond>();
  readonly #calls = new Map<string, ChainCalls>();
  readonly #events = new Subject<CallsEvent>();

  /** Runs while somebody is subscribed, however many there are; emits nothing. */
  readonly running$: Observable<never>;

  /** `call` asks the API something in the name of a chain; it never fails. */
  constructor(
    private readonly tenants: () => readonly string[],
    private readonly call: (tenant: string) => Observable<CallOutcome>,
  ) {
    this.running$ = timer(0, CALL_EVERY_MS).pipe(
      map((turn) => tenants()[turn % tenants().length]),
      mergeMap((tenant) => (tenant === undefined ? of(undefined) : this.#once(tenant))),
      ignoreElements(),
      share(),
    );
  }

  /** What is news about the calls: not each of them. */
  get events$(): Observable<CallsEvent> {
    return this.#events.asObservable();
  }

  /** A token request of the library has reached the sandbox. */
  countTokenRequest(): void {
    this.#second().tokenRequests += 1;
  }

  /** The calls of every chain so far; one that is removed takes its count with it. */
  calls(): ChainCalls[] {
    const known = new Set(this.tenants());
    for (const tenant of this.#calls.keys()) if (!known.has(tenant)) this.#calls.delete(tenant);
    return [...this.#calls.values()];
  }

  /** So many seconds, less the one that is not over yet, oldest first; quiet ones are left out. */
  seconds(howMany = KEPT_SECONDS): TrafficSecond[] {
    const current = secondNow();
    return [...this.#seconds.values()].filter(({ at }) => at < current && at >= current - howMany);
  }

  #once(tenant: string): Observable<unknown> {
    return defer(() => this.call(tenant)).pipe(
      catchError(() => of('unexpected_failure')),
      tap((failure) => this.#count(tenant, failure)),
    );
  }

  #count(tenant: string, reason: CallOutcome): void {
    const before = this.#calls.get(tenant) ?? { tenant, answered: 0, failed: 0, isFailing: false };
    const at = new Date();
    const isFailing = reason !== undefined;
    this.#second()[isFailing ? 'failed' : 'answered'] += 1;
    this.#calls.set(
      tenant,
      isFailing
        ? { ...before, failed: before.failed + 1, isFailing, lastFailure: { reason, at } }
        : { ...before, answered: before.answered + 1, isFailing },
    );
    if (isFailing && !before.isFailing) this.#events.next({ type: 'calls-failing', tenant, at, reason });
    if (!isFailing && before.isFailing) this.#events.next({ type: 'calls-answered', tenant, at });
  }

  #second(): TrafficSecond {
    const at = secondNow();
    const known = this.#seconds.get(at);
    if (known !== undefined) return known;
    for (const old of this.#seconds.keys()) if (old < at - KEPT_SECONDS) this.#seconds.delete(old);
    const second = { at, answered: 0, failed: 0, tokenRequests: 0 };
    this.#seconds.set(at, second);
    return second;
  }
}

function secondNow(): number {
  return Math.floor(Date.now() / 1000);
}
