import type { ResamaniaTelemetry } from '../../telemetry/telemetry.js';
import type { AccessToken } from '../cache/access-token.js';
import type {
  TokenCacheEvents,
  TokenFailed,
  TokenObtained,
  TokenSubject,
} from '../cache/token-cache-ports.js';
import type { WaitingPeriod } from '../cache/waiting-period.js';

/** Has what caches report measured on its way to the events. */
export class RecordedEvents implements TokenCacheEvents {
  readonly #events: TokenCacheEvents;
  readonly #telemetry: ResamaniaTelemetry;

  constructor(events: TokenCacheEvents, telemetry: ResamaniaTelemetry) {
    this.#events = events;
    this.#telemetry = telemetry;
  }

  obtained(subject: TokenSubject, details: TokenObtained): void {
    if (details.renewal) this.#telemetry.replaced(subject.tenant.name, details.leftMs);
    this.#events.obtained(subject, details);
  }

  failed(subject: TokenSubject, details: TokenFailed): void {
    this.#events.failed(subject, details);
  }

  waitStarted(subject: TokenSubject, period: WaitingPeriod): void {
    this.#events.waitStarted(subject, period);
  }

  rejected(subject: TokenSubject, token: AccessToken): void {
    this.#telemetry.rejected(subject.tenant.name);
    this.#events.rejected(subject, token);
  }
}
