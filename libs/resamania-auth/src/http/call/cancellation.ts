import { AxiosError, CanceledError, type InternalAxiosRequestConfig } from 'axios';

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
 */
export function waitBeforeSending<T>(promise: Promise<T>, config: InternalAxiosRequestConfig): Promise<T> {
  const { cancelToken, signal } = config;
  const body = asEmitter(config.data);
  if (cancelToken === undefined && signal === undefined && body === undefined) return promise;
  return new Promise((resolve, reject) => {
    const cancel = () => {
      try {
        throwIfCancelled(config);
      } catch (error) {
        reject(error as Error);
      }
    };
    const bodyFailed = (error: Error) => reject(AxiosError.from(error, undefined, config));
    cancelToken?.subscribe(cancel);
    signal?.addEventListener?.('abort', cancel);
    body?.on('error', bodyFailed);
    promise.then(resolve, reject).finally(() => {
      cancelToken?.unsubscribe(cancel);
      signal?.removeEventListener?.('abort', cancel);
      body?.off('error', bodyFailed);
    });
  });
}

function asEmitter(data: unknown): Pick<NodeJS.EventEmitter, 'on' | 'off'> | undefined {
  const isStream =
    typeof data === 'object' && data !== null && 'pipe' in data && 'on' in data && 'off' in data;
  return isStream ? (data as unknown as NodeJS.EventEmitter) : undefined;
}
