import { AxiosError, CanceledError, type CancelToken, type InternalAxiosRequestConfig } from 'axios';

import { onAbort } from '../../waiting.js';

/**
 * Throws what axios throws for a request that was cancelled.
 * @throws CanceledError
 */
export function throwIfCancelled(config: InternalAxiosRequestConfig): void {
  config.cancelToken?.throwIfRequested();
  if (config.signal?.aborted === true) throw new CanceledError(undefined, config);
}

/**
 * Waits on behalf of a request that has not left: until the request is cancelled, by its `signal` or its
 * `cancelToken`, or its body, a stream, fails. Nobody else listens to that stream yet.
 * @param cancelToken - What is listened to in place of the request's own.
 */
export function waitBeforeSending<T>(
  promise: Promise<T>,
  config: InternalAxiosRequestConfig,
  cancelToken: CancelToken | undefined = config.cancelToken,
): Promise<T> {
  const { signal } = config;
  const body = asEmitter(config.data);
  if (cancelToken === undefined && signal === undefined && body === undefined) return promise;
  let stopListening = () => {};
  const cancelled = new Promise<never>((_resolve, reject) => {
    const cancel = () => {
      try {
        cancelToken?.throwIfRequested();
        throwIfCancelled(config);
      } catch (error) {
        reject(error as Error);
      }
    };
    const bodyFailed = (error: Error) => reject(AxiosError.from(error, undefined, config));
    cancelToken?.subscribe(cancel);
    const leaveSignal = signal && onAbort(signal, cancel);
    body?.on('error', bodyFailed);
    stopListening = () => {
      cancelToken?.unsubscribe(cancel);
      leaveSignal?.();
      body?.off('error', bodyFailed);
    };
  });
  // However it ends, and before the request leaves: then the adapter listens.
  return Promise.race([promise, cancelled]).finally(stopListening);
}

function asEmitter(data: unknown): Pick<NodeJS.EventEmitter, 'on' | 'off'> | undefined {
  const isStream =
    typeof data === 'object' && data !== null && 'pipe' in data && 'on' in data && 'off' in data;
  return isStream ? (data as unknown as NodeJS.EventEmitter) : undefined;
}

type Reason = NonNullable<CancelToken['reason']>;
/** Told when a call is cancelled. */
export type Listener = (reason: Reason) => void;

/**
 * The cancel token of a call that is cancelled by unsubscribing. Making one of axios' own takes several promises; hardly
 * any call is cancelled, and adapters only listen. What else a token can do is made when it is asked for.
 */
export class UnsubscribeToken implements CancelToken {
  reason?: Reason;
  /** Made with the first one. */
  #listeners: Listener[] | undefined;
  #promise: Promise<Reason> | undefined;

  cancel(reason: Error = new CanceledError()): void {
    if (this.reason !== undefined) return;
    this.reason = reason as Reason;
    const listeners = this.#listeners ?? [];
    this.#listeners = undefined;
    // Last come, first told, as by axios' own.
    for (const listener of listeners.toReversed()) listener(this.reason);
  }

  throwIfRequested(): void {
    if (this.reason !== undefined) throw this.reason;
  }

  subscribe(listener: Listener): void {
    if (this.reason === undefined) (this.#listeners ??= []).push(listener);
    else listener(this.reason);
  }

  unsubscribe(listener: Listener): void {
    this.#listeners = this.#listeners?.filter((other) => other !== listener);
  }

  /** Resolves with the reason; never, for a call that is not cancelled. */
  get promise(): Promise<Reason> {
    return (this.#promise ??= new Promise((resolve) => this.subscribe(resolve)));
  }

  toAbortSignal(): AbortSignal {
    const controller = new AbortController();
    this.subscribe((reason) => controller.abort(reason));
    return controller.signal;
  }
}
