import { Logger } from '@nestjs/common';

import type {
  QuotaLowEvent,
  ResamaniaTokenEvent,
  StoreChangedEvent,
  TokenFailedEvent,
  TokenObtainedEvent,
  WaitStartedEvent,
} from './token-events.js';

/** What Redis says first when somebody has to change something. */
const REFUSALS = new Set(['NOAUTH', 'WRONGPASS', 'NOPERM']);

/** Writes events to Nest's log: one line for each change of state, and what repeats as debug. */
export class TokenEventLogger {
  readonly #logger = new Logger('ResamaniaAuth');
  /** The last failure that was warned of: what begins with it needs no line of its own. */
  #warned: TokenFailedEvent | undefined;

  write(event: ResamaniaTokenEvent): void {
    switch (event.type) {
      case 'renewal-failed':
        return this.#failed(event);
      case 'wait-started':
        return this.#waits(event);
      case 'obtained':
        return this.#obtained(event);
      case 'quota-low':
        return this.#logger.warn(quotaLow(event));
      case 'store-down':
        return this.#storeDown(event);
      case 'store-up':
        return this.#logger.log('The shared store works again');
      case 'rejected':
        return this.#logger.warn(`${subject(event)}: token dropped before its time`);
      default:
        return this.#logger.debug(`${subject(event)}: ${event.type.replace('-', ' ')}`);
    }
  }

  /** A subscriber of the events threw: its own affair, but somebody should know. */
  subscriberThrew(error: unknown): void {
    this.#logger.error('A subscriber of events$ threw', error instanceof Error ? error.stack : String(error));
  }

  #storeDown({ reason = 'unknown' }: StoreChangedEvent): void {
    const text = `The shared store is down (${reason}); each replica obtains its own tokens meanwhile.`;
    if (!REFUSALS.has(reason)) return this.#logger.warn(text);
    return this.#logger.error(`${text} Check its user, password and permissions.`);
  }

  #failed(event: TokenFailedEvent): void {
    const still = event.tokenStillUsable ? ' The current token serves meanwhile.' : '';
    const next = `Next try at ${event.nextAttemptAt.toISOString()}.`;
    const text = `${subject(event)}: ${event.message} ${event.remedy}${still} ${next}`;
    if (event.repeated) return this.#logger.debug(text);
    this.#warned = event;
    return this.#logger.warn(text);
  }

  #waits(event: WaitStartedEvent): void {
    const warned = this.#warned;
    const isSaid = warned?.at.getTime() === event.at.getTime() && subject(warned) === subject(event);
    const text = `${subject(event)}: without a token from now on (${event.code})`;
    if (isSaid) this.#logger.debug(text);
    else this.#logger.warn(text);
  }

  #obtained(event: TokenObtainedEvent): void {
    const after = event.failures === 0 ? '' : `, after ${event.failures} failed requests`;
    const what = `token ${event.origin === 'store' ? 'adopted' : event.renewal ? 'renewed' : 'obtained'}${after}`;
    const text = `${subject(event)}: ${what}, expires ${event.expiresAt.toISOString()}`;
    if (event.oddity !== undefined) this.#logger.warn(`${text}; ${event.oddity}`);
    else if (event.renewal && event.failures === 0) this.#logger.debug(text);
    else this.#logger.log(text);
  }
}

function quotaLow(event: QuotaLowEvent): string {
  const used = `${Math.floor(event.share * 100)} % of the gateway's quota is used`;
  const reset = event.resetAt === undefined ? '' : `; it starts over at ${event.resetAt.toISOString()}`;
  return `${subject(event)}: ${used}, ${event.remaining} of ${event.limit} requests are left${reset}`;
}

function subject(event: Exclude<ResamaniaTokenEvent, StoreChangedEvent>): string {
  const principal = 'principal' in event && event.principal !== undefined ? ` (${event.principal})` : '';
  return `Tenant "${event.tenant}"${principal}`;
}
