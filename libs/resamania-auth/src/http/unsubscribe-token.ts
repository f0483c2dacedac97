import axios, { CanceledError, type CancelToken } from 'axios';

type Listener = (reason: CanceledError<unknown>) => void;

/**
 * The cancel token of a call that is cancelled by unsubscribing. Making one of axios' own takes several promises; hardly
 * any call is cancelled, and adapters only listen. What else a token can do is made when it is asked for.
 */
export class UnsubscribeToken implements CancelToken {
  reason?: CanceledError<unknown>;
  #listeners: Listener[] = [];
  #whole: CancelToken | undefined;

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

  get promise(): CancelToken['promise'] {
    return this.#asWhole().promise;
  }

  toAbortSignal(): AbortSignal {
    return this.#asWhole().toAbortSignal();
  }

  #asWhole(): CancelToken {
    // oxlint-disable-next-line import/no-named-as-default-member -- as a type it has a named export, as a value none
    this.#whole ??= new axios.CancelToken((cancel) => this.subscribe(() => cancel()));
    return this.#whole;
  }
}
