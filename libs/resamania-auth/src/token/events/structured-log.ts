import { ConsoleLogger, Logger } from '@nestjs/common';

/** What goes with a line. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Counts the records that are printed, and prints none. */
class RecordCounter extends ConsoleLogger {
  records = 0;

  protected override printMessages(messages: unknown[]): void {
    this.records += messages.length;
  }
}

/**
 * Whether Nest's own logger takes an object after the text for fields of the same record, in text and in JSON. Nest 12 does;
 * Nest 11 prints the object as a second record. That is tried once, at load: `@nestjs/common` exports no version, and reading
 * its package.json needs `import.meta`, which is gone when somebody's tests transform this file to CommonJS.
 */
export const NEST_TAKES_FIELDS = takesFields(new RecordCounter({ logLevels: ['log'] }));

/** Nest's log under one name: each line is complete as text, and has fields where they make no second record. */
export class StructuredLog {
  readonly #logger: Logger;
  readonly #nestTakesFields: boolean;

  constructor(context: string, nestTakesFields = NEST_TAKES_FIELDS) {
    this.#logger = new Logger(context);
    this.#nestTakesFields = nestTakesFields;
  }

  write(level: 'error' | 'warn' | 'log' | 'debug', text: string, fields: LogFields): void {
    // Of a logger from elsewhere nobody knows what it makes of an object: some take it for the context, some drop it.
    if (this.#nestTakesFields && this.#logger.localInstance instanceof ConsoleLogger)
      this.#logger[level](text, fields);
    else this.#logger[level](text);
  }
}

function takesFields(counter: RecordCounter): boolean {
  counter.log('a text', { field: 1 }, 'a context');
  return counter.records === 1;
}
