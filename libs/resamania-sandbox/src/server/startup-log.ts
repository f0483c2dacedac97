import { Logger, type LoggerService } from '@nestjs/common';

type Level = 'log' | 'debug' | 'verbose' | 'warn' | 'error' | 'fatal';

const STARTUP_CONTEXTS: ReadonlySet<unknown> = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Nest's logger, of which Nest shows only subclasses what is in force. */
class LoggerInForce extends Logger {
  static get(): LoggerService | undefined {
    return this.staticInstanceRef;
  }
}

/**
 * Stands in for the process's Nest logger while a sandbox starts, because Nest announces a start there and the process
 * may belong to another application. What Nest says of the start goes to `sink`, or nowhere: a failed start is thrown
 * anyway. Everything else passes on.
 */
export class StartupLog implements LoggerService {
  readonly #sink: LoggerService | undefined;
  readonly #previous: LoggerService | undefined;
  #over = false;

  private constructor(sink: LoggerService | undefined, previous: LoggerService | undefined) {
    this.#sink = sink;
    this.#previous = previous;
  }

  /** Takes the logger's place until `end()`. */
  static begin(sink?: LoggerService): StartupLog {
    const log = new StartupLog(sink, LoggerInForce.get());
    Logger.overrideLogger(log);
    return log;
  }

  /** Puts the former logger back. One that was set meanwhile, by the application or another start, stays. */
  end(): void {
    this.#over = true;
    let current = LoggerInForce.get();
    while (current instanceof StartupLog && current.#over) current = current.#previous;
    if (current !== LoggerInForce.get()) Logger.overrideLogger(current ?? false);
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.#pass('log', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.#pass('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.#pass('verbose', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#pass('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#pass('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.#pass('fatal', message, rest);
  }

  #pass(level: Level, message: unknown, rest: unknown[]): void {
    const announcement = !this.#over && STARTUP_CONTEXTS.has(rest.at(-1));
    const target = announcement ? this.#sink : this.#previous;
    target?.[level]?.(message, ...rest);
  }
}
