import type { ResamaniaErrorCode } from '../errors.js';

/** A token request that begins, with all its attempts. */
export interface TokenFetch {
  /** Name of the tenant; of the first one, where several names share the request. */
  readonly tenant: string;
  /** `caller` where somebody waits for the token, `schedule` where it is renewed ahead of expiry. */
  readonly trigger: 'caller' | 'schedule';
  /** What `caller()` returned in the context of who caused it. */
  readonly cause: unknown;
  /** Host of the token endpoint. */
  readonly serverAddress: string;
  /** Its port. */
  readonly serverPort: number;
}

/** How a token request, or the wait for one, ended: with a token. */
export interface FetchSucceeded {
  /** Tells this end from the others. */
  readonly kind: 'token';
  /** `store` where another replica obtained it; absent for a wait. */
  readonly origin?: 'endpoint' | 'store';
}

/** It failed. */
export interface FetchFailed {
  /** Tells this end from the others. */
  readonly kind: 'failed';
  /** What went wrong, as a stable word. */
  readonly code: ResamaniaErrorCode;
  /** HTTP status of the answer, where there was one. */
  readonly status: number | undefined;
}

/** Nobody wants its token any more, or it is asked for later. */
export interface FetchLeft {
  /** Tells this end from the others. */
  readonly kind: 'left';
}

/** How a token request, or the wait for one, ended. */
export type FetchEnd = FetchSucceeded | FetchFailed | FetchLeft;

/** Records one token request. */
export interface FetchRecording {
  /** Runs work that belongs to it. */
  run<T>(work: () => T): T;
  /** It is over. Called once. */
  end(end: FetchEnd): void;
}

/** Records one caller's wait. */
export interface WaitRecording {
  /** It is over. Called once. */
  end(end: FetchEnd): void;
}

/** A tenant, as it is observed. */
export interface ObservedTenant {
  /** Name of the tenant. */
  readonly name: string;
  /** The state of its token, as `status()` has it. */
  readonly state: string;
  /** Host of its token endpoint. */
  readonly serverAddress: string;
  /** The gateway's daily quota, as an answer told it last. */
  readonly quota: { readonly limit?: number; readonly remaining?: number } | undefined;
}

/** What telemetry can look at, whenever it wants to. Computed from memory. */
export interface TelemetrySource {
  /** The tenants that are registered or loaded. */
  tenants(): Iterable<ObservedTenant>;
}

/** The store's operations. */
export type StoreOperation = 'read' | 'claim' | 'settle' | 'drop';

/**
 * Measures and traces what the library does, such as `openTelemetry()` of `nestjs-resamania-auth/opentelemetry`. It gets
 * neither a token nor a secret nor a principal. What it throws is logged once, and harms nobody.
 */
export interface ResamaniaTelemetry {
  /** Who is asking, in this context: handed back as the `cause` of a fetch. */
  caller(): unknown;
  /** A token request begins, outside of any caller's context. */
  startFetch(fetch: TokenFetch): FetchRecording;
  /** A caller, in whose context this is called, waits for a fetch that is under way. */
  startWait(tenant: string, fetch: FetchRecording): WaitRecording;
  /** A new token has replaced one that callers could still use for so long, in milliseconds; 0 where it had run out. */
  replaced(tenant: string, leftMs: number): void;
  /** A token was dropped before its time: the API rejected it, or `invalidate()` was called. */
  rejected(tenant: string): void;
  /** An operation of the shared store has ended, with this error if it failed. */
  storeOperation(operation: StoreOperation, durationMs: number, error: string | undefined): void;
  /** The application closes. */
  close(): void;
}
