import { type Observable, Subject } from 'rxjs';

import type { TenantChange } from '../../tenants/tenant-changes.js';
import type { Clock } from '../../clock.js';
import { EventStream } from './event-stream.js';
import type { PassedQuota } from '../../gateway/limit-memory.js';
import { principalLabel } from '../request/principal.js';
import type { TokenCache, TokenObtained } from '../cache/token-cache.js';
import type { ResamaniaTokenEvent } from './token-events.js';
import type { TokenTrouble } from '../cache/token-trouble.js';

const TENANT_EVENTS = {
  added: 'tenant-added',
  updated: 'tenant-updated',
  removed: 'tenant-removed',
} as const;

/** Turns what happens to tokens and tenants into events. */
export class TokenEventHub {
  readonly #events = new Subject<ResamaniaTokenEvent>();
  readonly events$: Observable<ResamaniaTokenEvent>;

  /** `report` is told what a subscriber throws. */
  constructor(
    private readonly clock: Clock,
    report: (error: unknown) => void,
  ) {
    this.events$ = new EventStream(report, (subscriber) => {
      const subscription = this.#events.subscribe(subscriber);
      return () => subscription.unsubscribe();
    });
  }

  obtained(cache: TokenCache, { renewal, token, dueAt, oddity }: TokenObtained): void {
    this.#events.next({
      type: 'obtained',
      ...this.#subject(cache),
      renewal,
      expiresAt: token.expiresAt,
      nextRefreshAt: new Date(dueAt),
      ...(oddity !== undefined && { oddity: `the answer ${oddity}` }),
    });
  }

  failed(cache: TokenCache, { failure, retryAt, until }: TokenTrouble, tokenStillUsable: boolean): void {
    const { code, status, what, remedy } = failure;
    this.#events.next({
      type: 'renewal-failed',
      ...this.#subject(cache),
      code,
      ...(status !== undefined && { status }),
      message: what,
      remedy,
      retryAt: new Date(until),
      tokenStillUsable,
    });
    if (tokenStillUsable) return;
    this.#events.next({ type: 'wait-started', ...this.#subject(cache), code, retryAt: new Date(retryAt) });
  }

  rejected(cache: TokenCache): void {
    this.#events.next({ type: 'rejected', ...this.#subject(cache) });
  }

  replayed(cache: TokenCache, method: string): void {
    this.#events.next({ type: 'replayed', ...this.#subject(cache), method });
  }

  quotaLow(tenant: string, { resetAt, ...quota }: PassedQuota): void {
    this.#events.next({
      type: 'quota-low',
      tenant,
      at: this.#now(),
      ...quota,
      ...(resetAt !== undefined && { resetAt }),
    });
  }

  tenantChanged({ type, tenant }: TenantChange): void {
    if (type === 'loaded' || type === 'evicted') return;
    this.#events.next({ type: TENANT_EVENTS[type], tenant: tenant.name, at: this.#now() });
  }

  close(): void {
    this.#events.complete();
  }

  #subject({ tenant, principal }: TokenCache): { tenant: string; principal?: string; at: Date } {
    return {
      tenant: tenant.name,
      ...(principal && { principal: principalLabel(principal) }),
      at: this.#now(),
    };
  }

  #now(): Date {
    return new Date(this.clock.now());
  }
}
