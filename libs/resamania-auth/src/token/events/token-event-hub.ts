import { map, type Observable, Subject } from 'rxjs';

import type { Clock } from '../../clock.js';
import type { PassedQuota } from '../../gateway/limit-memory.js';
import type { TenantChange } from '../../tenants/tenant.js';
import type { AccessToken } from '../cache/access-token.js';
import type {
  TokenCacheEvents,
  TokenFailed,
  TokenObtained,
  TokenSubject,
} from '../cache/token-cache-ports.js';
import { describeSubject } from '../cache/token-status.js';
import type { WaitingPeriod } from '../cache/waiting-period.js';
import type { StoreHealth } from '../shared/guarded-store.js';
import { EventStream } from './event-stream.js';
import type { ResamaniaTokenEvent } from './token-events.js';

const TENANT_EVENTS = {
  added: 'tenant-added',
  updated: 'tenant-updated',
  removed: 'tenant-removed',
} as const;

/** An event, with the token that came or went. */
interface TokenEventRecord {
  readonly event: ResamaniaTokenEvent;
  readonly token?: AccessToken;
}

/** Turns what happens to tokens and tenants into events. */
export class TokenEventHub implements TokenCacheEvents {
  readonly #clock: Clock;
  readonly #records = new Subject<TokenEventRecord>();
  /** For the log alone: an application never gets a token with an event. */
  readonly records$: Observable<TokenEventRecord>;
  readonly events$: Observable<ResamaniaTokenEvent>;

  /** @param report - Told what a subscriber throws. */
  constructor(clock: Clock, report: (error: unknown) => void) {
    this.#clock = clock;
    const stream = <T>(source: Observable<T>) =>
      new EventStream<T>(report, (subscriber) => {
        const subscription = source.subscribe(subscriber);
        return () => subscription.unsubscribe();
      });
    this.records$ = stream(this.#records);
    // Not piped from `records$`, which would be its `source` then, for everybody to subscribe.
    this.events$ = stream(this.#records.pipe(map(({ event }) => event)));
  }

  obtained(subject: TokenSubject, { renewal, token, dueAt, oddity, failures, origin }: TokenObtained): void {
    const event = {
      type: 'obtained' as const,
      ...this.#about(subject),
      renewal,
      expiresAt: token.expiresAt,
      nextRefreshAt: new Date(dueAt),
      failures,
      origin,
      ...(oddity !== undefined && { oddity: `the answer ${oddity}` }),
    };
    this.#emit(event, token);
  }

  failed(subject: TokenSubject, { period, repeated, tokenStillUsable }: TokenFailed): void {
    const { code, status, what, remedy } = period.failure;
    this.#emit({
      type: 'renewal-failed',
      ...this.#about(subject),
      code,
      ...(status !== undefined && { status }),
      repeated,
      message: what,
      remedy,
      ...timesOf(period),
      tokenStillUsable,
    });
  }

  waitStarted(subject: TokenSubject, period: WaitingPeriod): void {
    const { code } = period.failure;
    this.#emit({ type: 'wait-started', ...this.#about(subject), code, ...timesOf(period) });
  }

  rejected(subject: TokenSubject, token: AccessToken): void {
    this.#emit({ type: 'rejected', ...this.#about(subject) }, token);
  }

  replayed(subject: TokenSubject, method: string): void {
    this.#emit({ type: 'replayed', ...this.#about(subject), method });
  }

  quotaLow(tenant: string, { resetAt, ...quota }: PassedQuota): void {
    this.#emit({
      type: 'quota-low',
      tenant,
      at: this.#now(),
      ...quota,
      ...(resetAt !== undefined && { resetAt }),
    });
  }

  storeChanged({ state, reason }: StoreHealth): void {
    const type = state === 'up' ? 'store-up' : 'store-down';
    this.#emit({ type, at: this.#now(), ...(reason !== undefined && { reason }) });
  }

  tenantChanged({ type, tenant }: TenantChange): void {
    if (type === 'loaded' || type === 'evicted') return;
    this.#emit({ type: TENANT_EVENTS[type], tenant: tenant.name, at: this.#now() });
  }

  close(): void {
    this.#records.complete();
  }

  #emit(event: ResamaniaTokenEvent, token?: AccessToken): void {
    this.#records.next({ event, ...(token && { token }) });
  }

  #about(subject: TokenSubject): { tenant: string; principal?: string; at: Date } {
    return { ...describeSubject(subject), at: this.#now() };
  }

  #now(): Date {
    return new Date(this.#clock.now());
  }
}

/** When the other side says to come back, and when the library does. */
function timesOf({ failure, nextAttemptAt }: WaitingPeriod): { retryAt?: Date; nextAttemptAt: Date } {
  return {
    ...(failure.resetAt !== undefined && { retryAt: new Date(failure.resetAt) }),
    nextAttemptAt: new Date(nextAttemptAt),
  };
}
