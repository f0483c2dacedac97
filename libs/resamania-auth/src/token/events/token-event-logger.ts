import { createHash } from 'node:crypto';

import { Logger } from '@nestjs/common';

import type { AccessToken } from '../cache/access-token.js';
import { type LogFields, StructuredLog } from './structured-log.js';
import type {
  QuotaLowEvent,
  ResamaniaTokenEvent,
  StoreChangedEvent,
  TokenFailedEvent,
  TokenObtainedEvent,
  TokenRejectedEvent,
  WaitStartedEvent,
} from './token-events.js';

const CONTEXT = 'ResamaniaAuth';
/** What Redis says first when somebody has to change something. */
const REFUSALS = new Set(['NOAUTH', 'WRONGPASS', 'NOPERM']);
/** Enough to tell tokens apart, and far too little to find one by trying. */
const DIGEST_LENGTH = 8;

/** Writes events to Nest's log: one line for each change of state, and what repeats as debug. */
export class TokenEventLogger {
  readonly #log: StructuredLog;
  /** The last failure that was warned of: what begins with it needs no line of its own. */
  #warned: TokenFailedEvent | undefined;

  constructor(log = new StructuredLog(CONTEXT)) {
    this.#log = log;
  }

  /** @param token - The one that came or went. No more of it than a short digest is written, and that at debug alone. */
  write(event: ResamaniaTokenEvent, token?: AccessToken): void {
    const fields = fieldsOf(event);
    switch (event.type) {
      case 'renewal-failed':
        return this.#failed(event, fields);
      case 'wait-started':
        return this.#waits(event, fields);
      case 'obtained':
        return this.#obtained(event, fields, token);
      case 'quota-low':
        return this.#log.write('warn', quotaLow(event), fields);
      case 'store-down':
        return this.#storeDown(event, fields);
      case 'store-up':
        return this.#log.write('log', 'The shared store works again', fields);
      case 'rejected':
        this.#log.write('warn', `${subject(event)}: token dropped before its time`, fields);
        return this.#digest(event, token && digestOf(token));
      default:
        return this.#log.write('debug', `${subject(event)}: ${event.type.replace('-', ' ')}`, fields);
    }
  }

  /** A subscriber of the events threw, or the telemetry: their own affair, but somebody should know. */
  threw(who: string, error: unknown): void {
    const what = error instanceof Error ? error.stack : String(error);
    new Logger(CONTEXT).error(`${who} threw`, what);
  }

  #storeDown({ reason = 'unknown' }: StoreChangedEvent, fields: LogFields): void {
    const text = `The shared store is down (${reason}); each replica obtains its own tokens meanwhile.`;
    if (!REFUSALS.has(reason)) return this.#log.write('warn', text, fields);
    return this.#log.write('error', `${text} Check its user, password and permissions.`, fields);
  }

  #failed(event: TokenFailedEvent, fields: LogFields): void {
    const still = event.tokenStillUsable ? ' The current token serves meanwhile.' : '';
    const next = `Next try at ${event.nextAttemptAt.toISOString()}.`;
    const text = `${subject(event)}: ${event.message} ${event.remedy}${still} ${next}`;
    if (!event.repeated) this.#warned = event;
    return this.#log.write(event.repeated ? 'debug' : 'warn', text, fields);
  }

  #waits(event: WaitStartedEvent, fields: LogFields): void {
    const warned = this.#warned;
    const isSaid = warned?.at.getTime() === event.at.getTime() && subject(warned) === subject(event);
    const text = `${subject(event)}: without a token from now on (${event.code})`;
    this.#log.write(isSaid ? 'debug' : 'warn', text, fields);
  }

  #obtained(event: TokenObtainedEvent, fields: LogFields, token: AccessToken | undefined): void {
    const after = event.failures === 0 ? '' : `, after ${event.failures} failed requests`;
    const what = `token ${event.origin === 'store' ? 'adopted' : event.renewal ? 'renewed' : 'obtained'}${after}`;
    const text = `${subject(event)}: ${what}, expires ${event.expiresAt.toISOString()}`;
    const digest = token === undefined ? undefined : digestOf(token);
    if (event.oddity === undefined && event.renewal && event.failures === 0) {
      const more = digest === undefined ? '' : `, digest ${digest}`;
      return this.#log.write('debug', `${text}${more}`, {
        ...fields,
        ...(digest !== undefined && { digest }),
      });
    }
    if (event.oddity === undefined) this.#log.write('log', text, fields);
    else this.#log.write('warn', `${text}; ${event.oddity}`, fields);
    return this.#digest(event, digest);
  }

  /** The line of its own that a digest needs beside one above debug. */
  #digest(event: TokenObtainedEvent | TokenRejectedEvent, digest: string | undefined): void {
    if (digest === undefined) return;
    const text = `${subject(event)}: digest of the ${event.type} token ${digest}`;
    this.#log.write('debug', text, { event: event.type, tenant: event.tenant, digest });
  }
}

/** Lets tokens in two lines be compared, of two replicas for instance. */
function digestOf(token: AccessToken): string {
  return createHash('sha256').update(token.value).digest('hex').slice(0, DIGEST_LENGTH);
}

/** An event without its sentences, which are in the text already, and without the time, which the record has. */
function fieldsOf({ type, at: _at, ...details }: ResamaniaTokenEvent): LogFields {
  const fields = Object.entries(details).filter(([name]) => !['message', 'remedy', 'oddity'].includes(name));
  return { event: type, ...Object.fromEntries(fields) };
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
