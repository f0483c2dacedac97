import {
  catchError,
  defer,
  ignoreElements,
  map,
  mergeMap,
  type Observable,
  of,
  share,
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
  /** Why the last call failed that did: a code of the library, or the HTTP status of the API. */
  readonly lastFailure?: string;
  /** When that was. */
  readonly lastFailedAt?: Date;
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

  #count(tenant: string, failure: CallOutcome): void {
    const before = this.#calls.get(tenant) ?? { tenant, answered: 0, failed: 0 };
    if (failure === undefined) {
      this.#second().answered += 1;
      this.#calls.set(tenant, { ...before, answered: before.answered + 1 });
    } else {
      this.#second().failed += 1;
      this.#calls.set(tenant, {
        ...before,
        failed: before.failed + 1,
        lastFailure: failure,
        lastFailedAt: new Date(),
      });
    }
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
