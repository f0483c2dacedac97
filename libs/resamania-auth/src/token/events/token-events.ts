import type { ResamaniaErrorCode } from '../../errors.js';

interface EventBase {
  /** Name of the tenant. */
  readonly tenant: string;
  /** When it happened. */
  readonly at: Date;
}

interface TokenEventBase extends EventBase {
  /** The principal, when the token is one's: a club by its IRI, a contact by a short hash of the address. */
  readonly principal?: string;
}

/** A token was obtained. */
export interface TokenObtainedEvent extends TokenEventBase {
  /** Tells this event from the others. */
  readonly type: 'obtained';
  /** True for every token after the first. */
  readonly renewal: boolean;
  /** From when the token must be taken as expired. */
  readonly expiresAt: Date;
  /** When it is due for renewal. */
  readonly nextRefreshAt: Date;
  /** How many requests had failed in a row before it. */
  readonly failures: number;
  /** What was odd about the server's answer, if anything: it names no lifetime, for instance. */
  readonly oddity?: string;
  /** `store` where another replica obtained it. */
  readonly origin: 'endpoint' | 'store';
}

/** The shared store does not work any more, or works again. Meanwhile each replica obtains its own tokens. */
export interface StoreChangedEvent {
  /** Tells this event from the others. */
  readonly type: 'store-down' | 'store-up';
  /** When it happened. */
  readonly at: Date;
  /** Why it is down, in a word: the system's error code, the first word of the server's answer, or `timeout`. */
  readonly reason?: string;
}

/** A token request failed, its attempts used up. */
export interface TokenFailedEvent extends TokenEventBase {
  /** Tells this event from the others. */
  readonly type: 'renewal-failed';
  /** What went wrong, as a stable word. */
  readonly code: ResamaniaErrorCode;
  /** HTTP status of the answer, where there was one. */
  readonly status?: number;
  /** Whether the request before failed for the same reason. */
  readonly repeated: boolean;
  /** What happened, to be read after the name of the tenant. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  /** When the other side says that another try makes sense; absent where it did not. */
  readonly retryAt?: Date;
  /** When the library asks again, at the earliest. */
  readonly nextAttemptAt: Date;
  /** Whether callers still have a usable token. */
  readonly tokenStillUsable: boolean;
}

/**
 * Callers go without a token from now on: no token could be had, and there is none to use or the old one has just run
 * out. Until the next one comes they fail at once, but for one request every few seconds that tries again. Told once.
 */
export interface WaitStartedEvent extends TokenEventBase {
  /** Tells this event from the others. */
  readonly type: 'wait-started';
  /** What went wrong, as a stable word. */
  readonly code: ResamaniaErrorCode;
  /** When the other side says that another try makes sense; absent where it did not. */
  readonly retryAt?: Date;
  /** When the library asks again, at the earliest. */
  readonly nextAttemptAt: Date;
}

/** A token was dropped before its time: the API rejected it, or the application said so. */
export interface TokenRejectedEvent extends TokenEventBase {
  /** Tells this event from the others. */
  readonly type: 'rejected';
}

/** An API call was answered 401 because of its token, and is sent again with another one. */
export interface RequestReplayedEvent extends TokenEventBase {
  /** Tells this event from the others. */
  readonly type: 'replayed';
  /** The call's HTTP method, in upper case. */
  readonly method: string;
}

/** More of the gateway's daily quota is used than `quotaWarningShare`. Told once, until the quota starts over. */
export interface QuotaLowEvent extends EventBase {
  /** Tells this event from the others. */
  readonly type: 'quota-low';
  /** How much of the quota is used, from 0 to 1. */
  readonly share: number;
  /** How many requests the quota allows. */
  readonly limit: number;
  /** How many are left. */
  readonly remaining: number;
  /** When it starts over, by the server's clock, where the answer told. */
  readonly resetAt?: Date;
}

/** A tenant was registered, changed or removed. */
export interface TenantChangedEvent extends EventBase {
  /** Which of the three. */
  readonly type: 'tenant-added' | 'tenant-updated' | 'tenant-removed';
}

/** What `ResamaniaTokenService.events$` emits. No event holds a token or a secret. */
export type ResamaniaTokenEvent =
  | TokenObtainedEvent
  | TokenFailedEvent
  | WaitStartedEvent
  | TokenRejectedEvent
  | RequestReplayedEvent
  | QuotaLowEvent
  | StoreChangedEvent
  | TenantChangedEvent;
