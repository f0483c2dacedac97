/**
 * Waits for a promise that others wait for too. The signal detaches this waiter only, with the signal's reason.
 */
export function waitFor<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  if (signal.aborted) return Promise.reject(signal.reason as Error);
  return new Promise((resolve, reject) => {
    const detach = () => reject(signal.reason as Error);
    signal.addEventListener('abort', detach, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', detach));
  });
}
