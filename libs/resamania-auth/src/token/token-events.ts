import type { ResamaniaErrorCode } from '../errors/resamania-auth.error.js';

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
  readonly type: 'obtained';
  /** True for every token after the first. */
  readonly renewal: boolean;
  readonly expiresAt: Date;
  /** When it is due for renewal. */
  readonly nextRefreshAt: Date;
  /** What was odd about the server's answer, if anything: it names no lifetime, for instance. */
  readonly oddity?: string;
}

/** A token request failed, its attempts used up. */
export interface TokenFailedEvent extends TokenEventBase {
  readonly type: 'renewal-failed';
  readonly code: ResamaniaErrorCode;
  readonly status?: number;
  /** What happened, and what to do about it. */
  readonly message: string;
  readonly remedy: string;
  /** When the library asks again. */
  readonly retryAt: Date;
  /** Whether callers still have a usable token. */
  readonly tokenStillUsable: boolean;
}

/** Callers fail at once from now on, until `retryAt` or until something is changed. */
export interface WaitStartedEvent extends TokenEventBase {
  readonly type: 'wait-started';
  readonly code: ResamaniaErrorCode;
  readonly retryAt: Date;
}

/** A token was dropped before its time: the API rejected it, or the application said so. */
export interface TokenRejectedEvent extends TokenEventBase {
  readonly type: 'rejected';
}

/** A tenant was registered, changed or removed. */
export interface TenantChangedEvent extends EventBase {
  readonly type: 'tenant-added' | 'tenant-updated' | 'tenant-removed';
}

/** What `ResamaniaTokenService.events$` emits. No event holds a token or a secret. */
export type ResamaniaTokenEvent =
  TokenObtainedEvent | TokenFailedEvent | WaitStartedEvent | TokenRejectedEvent | TenantChangedEvent;
