import { CanceledError, type InternalAxiosRequestConfig } from 'axios';

/**
 * Throws what axios throws for a request that was cancelled.
 * @throws CanceledError
 */
export function throwIfCancelled(config: InternalAxiosRequestConfig): void {
  config.cancelToken?.throwIfRequested();
  if (config.signal?.aborted === true) throw new CanceledError(undefined, config);
}

/** Waits for a promise until the request is cancelled, by its `signal` or its `cancelToken`. */
export function unlessCancelled<T>(promise: Promise<T>, config: InternalAxiosRequestConfig): Promise<T> {
  const { cancelToken, signal } = config;
  if (cancelToken === undefined && signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const cancel = () => {
      try {
        throwIfCancelled(config);
      } catch (error) {
        reject(error as Error);
      }
    };
    cancelToken?.subscribe(cancel);
    signal?.addEventListener?.('abort', cancel);
    promise.then(resolve, reject).finally(() => {
      cancelToken?.unsubscribe(cancel);
      signal?.removeEventListener?.('abort', cancel);
    });
  });
}
