import { CanceledError, type CancelToken } from 'axios';

type Listener = (reason: CanceledError<unknown>) => void;

/**
 * The cancel token of a call that is cancelled by unsubscribing. Making one of axios' own takes several promises; hardly
 * any call is cancelled, and adapters only listen. What else a token can do is made when it is asked for.
 */
export class UnsubscribeToken implements CancelToken {
  reason?: CanceledError<unknown>;
  #listeners: Listener[] = [];
  #promise: Promise<CanceledError<unknown>> | undefined;

  cancel(): void {
    if (this.reason !== undefined) return;
    this.reason = new CanceledError();
    const listeners = this.#listeners;
    this.#listeners = [];
    // Last come, first told, as by axios' own.
    for (const listener of listeners.toReversed()) listener(this.reason);
  }

  throwIfRequested(): void {
    if (this.reason !== undefined) throw this.reason;
  }

  subscribe(listener: Listener): void {
    if (this.reason === undefined) this.#listeners.push(listener);
    else listener(this.reason);
  }

  unsubscribe(listener: Listener): void {
    this.#listeners = this.#listeners.filter((other) => other !== listener);
  }

  /** Resolves with the reason; never, for a call that is not cancelled. */
  get promise(): Promise<CanceledError<unknown>> {
    return (this.#promise ??= new Promise((resolve) => this.subscribe(resolve)));
  }

  toAbortSignal(): AbortSignal {
    const controller = new AbortController();
    this.subscribe((reason) => controller.abort(reason));
    return controller.signal;
  }
}
