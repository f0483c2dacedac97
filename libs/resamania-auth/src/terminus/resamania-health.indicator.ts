import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';

import type { ResamaniaErrorCode } from '../errors.js';
import type { TenantTokenStatus } from '../token/cache/token-status.js';
import { ResamaniaTokenService } from '../token/resamania-token.service.js';

/** How many tenants a detail names: one wrong gateway key is the trouble of all of them. */
const MAX_NAMED = 20;

/** A tenant whose last token request failed. */
export interface TenantInTrouble {
  /** Name of the tenant. */
  readonly tenant: string;
  /** Whether the token before still serves; callers notice nothing then. */
  readonly hasToken: boolean;
  /** What went wrong, as a stable word. */
  readonly code: ResamaniaErrorCode;
  /** When the library asks again, at the earliest. */
  readonly nextAttemptAt: Date;
}

/** What a result says beside its `status`. No token, no secret, and no text that came from outside. */
export interface ResamaniaHealthDetail {
  /** How many tenants were looked at. */
  readonly tenants: number;
  /** How many of them are without a token, after a failure. */
  readonly withoutToken: number;
  /** How many have a token that could not be renewed. */
  readonly notRenewed: number;
  /** The first 20 of both, those without a token before the others; absent where there are none. */
  readonly inTrouble?: readonly TenantInTrouble[];
  /** Only where the shared store is down: since when, and why in a word. */
  readonly storeDown?: { readonly since?: Date; readonly reason?: string };
}

/**
 * Tells `@nestjs/terminus` how the tokens fare. Computed from memory: it never makes a request. For a readiness probe, and
 * never for a liveness probe: a restart gets no token either.
 *
 * - `down`: a tenant is without a token, after a failure.
 * - `degraded`: a token could not be renewed and still serves, or the shared store is down. Terminus 11 knows no such
 *   status: there it is `up`, with the same detail.
 * - `up`: otherwise, also while a first token is on its way.
 *
 * The tokens of principals do not count: whoever may name a contact could make an application unready.
 */
@Injectable()
export class ResamaniaHealthIndicator {
  readonly #health: HealthIndicatorService;
  readonly #tokens: ResamaniaTokenService;

  /** @internal Made by Nest. */
  constructor(health: HealthIndicatorService, tokens: ResamaniaTokenService) {
    this.#health = health;
    this.#tokens = tokens;
  }

  /**
   * The health of all tokens, as a part of a health check.
   * @param key - The name of the part in the check's answer.
   */
  isHealthy<const Key extends string>(key: Key): HealthIndicatorResult<Key> {
    const detail = { ...this.#detail() };
    const session = this.#health.check(key);
    if (detail.withoutToken > 0) return session.down(detail);
    const isImpaired = detail.notRenewed > 0 || detail.storeDown !== undefined;
    return isImpaired && knowsDegraded(session) ? session.degraded(detail) : session.up(detail);
  }

  #detail(): ResamaniaHealthDetail {
    const tenants = this.#tokens.status().filter(({ principal }) => principal === undefined);
    const inTrouble = tenants.flatMap(troubleOf);
    const without = inTrouble.filter(({ hasToken }) => !hasToken);
    const notRenewed = inTrouble.filter(({ hasToken }) => hasToken);
    const { state, since, reason } = this.#tokens.sharedStatus();
    return {
      tenants: tenants.length,
      withoutToken: without.length,
      notRenewed: notRenewed.length,
      ...(inTrouble.length > 0 && { inTrouble: [...without, ...notRenewed].slice(0, MAX_NAMED) }),
      ...(state === 'down' && { storeDown: { ...(since && { since }), ...(reason && { reason }) } }),
    };
  }
}

/**
 * Whether the state is `waiting` does not matter here: in an outage it is `obtaining` during each try, and a probe that
 * comes just then would call the application ready.
 */
function troubleOf({ tenant, state, failure }: TenantTokenStatus): TenantInTrouble[] {
  if (failure === undefined) return [];
  const { code, nextAttemptAt } = failure;
  return [{ tenant, hasToken: state === 'valid', code, nextAttemptAt }];
}

type Session<Key extends string> = ReturnType<typeof HealthIndicatorService.prototype.check<Key>>;

/** Terminus has it since 12. */
function knowsDegraded<Key extends string>(session: Session<Key>): boolean {
  return typeof (session as Partial<Session<Key>>).degraded === 'function';
}
