import type {
  FetchEnd,
  FetchRecording,
  ResamaniaTelemetry,
  StoreOperation,
  TokenFetch,
  WaitRecording,
} from './telemetry.js';

/** A recording of which nothing is kept. */
const NOTHING: FetchRecording = { run: (work) => work(), end: () => undefined };

/**
 * Telemetry that cannot do harm: what it throws is reported once, and costs nobody a token. Processors and exporters of an
 * application run inside of it.
 */
export class GuardedTelemetry implements ResamaniaTelemetry {
  readonly #telemetry: ResamaniaTelemetry;
  #report: ((error: unknown) => void) | undefined;

  /** @param report - Told the first time that it throws. */
  constructor(telemetry: ResamaniaTelemetry, report: (error: unknown) => void) {
    this.#telemetry = telemetry;
    this.#report = report;
  }

  caller(): unknown {
    return this.#try(() => this.#telemetry.caller());
  }

  startFetch(fetch: TokenFetch): FetchRecording {
    const recording = this.#try(() => this.#telemetry.startFetch(fetch)) ?? NOTHING;
    return new GuardedRecording(recording, (work) => this.#try(work));
  }

  startWait(tenant: string, fetch: FetchRecording): WaitRecording {
    const inner = fetch instanceof GuardedRecording ? fetch.inner : fetch;
    const recording = this.#try(() => this.#telemetry.startWait(tenant, inner));
    return { end: (end) => this.#try(() => recording?.end(end)) };
  }

  replaced(tenant: string, leftMs: number): void {
    this.#try(() => this.#telemetry.replaced(tenant, leftMs));
  }

  rejected(tenant: string): void {
    this.#try(() => this.#telemetry.rejected(tenant));
  }

  storeOperation(operation: StoreOperation, durationMs: number, error: string | undefined): void {
    this.#try(() => this.#telemetry.storeOperation(operation, durationMs, error));
  }

  close(): void {
    this.#try(() => this.#telemetry.close());
  }

  #try<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#report?.(error);
      this.#report = undefined;
      return undefined;
    }
  }
}

/** A fetch's recording whose work runs in any case, once. */
class GuardedRecording implements FetchRecording {
  readonly inner: FetchRecording;
  readonly #try: (work: () => void) => void;

  constructor(inner: FetchRecording, attempt: (work: () => void) => void) {
    this.inner = inner;
    this.#try = attempt;
  }

  run<T>(work: () => T): T {
    let outcome: (() => T) | undefined;
    this.#try(() => {
      this.inner.run(() => {
        outcome = outcomeOf(work);
      });
    });
    return (outcome ?? work)();
  }

  end(end: FetchEnd): void {
    this.#try(() => this.inner.end(end));
  }
}

/** What work comes to, to be returned or thrown later. */
function outcomeOf<T>(work: () => T): () => T {
  try {
    const value = work();
    return () => value;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}
