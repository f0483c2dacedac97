import { Logger } from '@nestjs/common';

import type { ResamaniaTokenEvent } from './token-events.js';

/** Writes events to Nest's log: what needs somebody's attention as a warning, first tokens as a line, the rest as debug. */
export class TokenEventLogger {
  readonly #logger = new Logger('ResamaniaAuth');

  write(event: ResamaniaTokenEvent): void {
    if (event.type === 'renewal-failed') {
      const still = event.tokenStillUsable ? ' The current token serves meanwhile.' : '';
      const next = `Next try at ${event.nextAttemptAt.toISOString()}.`;
      this.#logger.warn(`${subject(event)}: ${event.message} ${event.remedy}${still} ${next}`);
    } else if (event.type === 'obtained') {
      const text = `${subject(event)}: token ${event.renewal ? 'renewed' : 'obtained'}, expires ${event.expiresAt.toISOString()}`;
      if (event.oddity !== undefined) this.#logger.warn(`${text}; ${event.oddity}`);
      else if (event.renewal) this.#logger.debug(text);
      else this.#logger.log(text);
    } else if (event.type === 'quota-low') {
      const used = `${Math.floor(event.share * 100)} % of the gateway's quota is used`;
      const reset = event.resetAt === undefined ? '' : `; it starts over at ${event.resetAt.toISOString()}`;
      this.#logger.warn(
        `${subject(event)}: ${used}, ${event.remaining} of ${event.limit} requests are left${reset}`,
      );
    } else if (event.type === 'rejected') {
      this.#logger.warn(`${subject(event)}: token dropped before its time`);
    } else {
      this.#logger.debug(`${subject(event)}: ${event.type.replace('-', ' ')}`);
    }
  }

  /** A subscriber of the events threw: its own affair, but somebody should know. */
  subscriberThrew(error: unknown): void {
    this.#logger.error('A subscriber of events$ threw', error instanceof Error ? error.stack : String(error));
  }
}

function subject(event: ResamaniaTokenEvent): string {
  const principal = 'principal' in event && event.principal !== undefined ? ` (${event.principal})` : '';
  return `Tenant "${event.tenant}"${principal}`;
}
