import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { isAxiosError } from 'axios';
import {
  ResamaniaAuthError,
  ResamaniaHttpService,
  ResamaniaTenantRegistry,
  type ResamaniaTokenEvent,
  ResamaniaTokenService,
} from 'nestjs-resamania-auth';
import { asapScheduler, catchError, filter, map, type Observable, observeOn, of } from 'rxjs';

import { EmbeddedSandbox } from './embedded-sandbox.js';
import { FaultBoard, type FaultName } from './fault-board.js';
import { type CallOutcome, Traffic } from './traffic.js';

/** How long a call of the page may take, in milliseconds. */
const PATIENCE_MS = 3_000;

/** What the page shows only with the embedded sandbox: its faults, and traffic of the sample's own. */
@Injectable()
export class SandboxDemo implements OnModuleInit, OnApplicationShutdown {
  readonly faults = new FaultBoard({
    sandbox: () => this.embedded.running,
    allDueAt: () => Math.max(...this.tokens.status().map(({ nextRefreshAt }) => Number(nextRefreshAt ?? 0))),
    onHealed: (name) => this.#setKeysRight(name),
  });
  readonly traffic = new Traffic(
    () => this.#tenants(),
    (tenant) => this.#call(tenant),
  );

  constructor(
    private readonly embedded: EmbeddedSandbox,
    private readonly registry: ResamaniaTenantRegistry,
    private readonly tokens: ResamaniaTokenService,
    private readonly http: ResamaniaHttpService,
  ) {}

  onModuleInit(): void {
    this.embedded.running.journal.entries$
      .pipe(filter(({ surface }) => surface === 'token'))
      .subscribe(() => this.traffic.countTokenRequest());
    this.tokens.events$.pipe(observeOn(asapScheduler)).subscribe((event) => this.#note(event));
  }

  onApplicationShutdown(): void {
    this.faults.stop();
  }

  /** What a token request does that was under way when a fault began or ended. */
  #note(event: ResamaniaTokenEvent): void {
    // It was let through: the chain has not missed a renewal yet.
    if (event.type === 'obtained' && this.faults.isRunning('token-service'))
      this.faults.start('token-service');
    // It was refused after the key was right again.
    const isRefused = event.type === 'renewal-failed' && event.code === 'gateway_refused';
    if (isRefused && !this.faults.isRunning('gateway-key')) this.#setKeysRight('gateway-key');
  }

  #tenants(): string[] {
    return this.registry.list().map(({ name }) => name);
  }

  #call(tenant: string): Observable<CallOutcome> {
    return this.http
      .forTenant(tenant)
      .get('clubs', { timeout: PATIENCE_MS })
      .pipe(
        map(() => undefined),
        catchError((error: unknown) => of(reasonOf(error))),
      );
  }

  /**
   * What an operator does once the key is right again. A refused key is no passing trouble, so the library would wait
   * for a minute or longer; a tenant that is changed, or given the same again, is asked for at once.
   */
  #setKeysRight(healed: FaultName | undefined): void {
    if (healed !== undefined && healed !== 'gateway-key') return;
    for (const { tenant, failure } of this.tokens.status()) {
      const waits = healed === undefined ? failure !== undefined : failure?.code === 'gateway_refused';
      if (waits) this.registry.update(tenant, {});
    }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof ResamaniaAuthError) return error.code;
  if (!isAxiosError(error)) return 'unexpected_failure';
  return error.response === undefined ? (error.code ?? 'no answer') : `HTTP ${error.response.status}`;
}
