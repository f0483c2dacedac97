import type { Clock } from './clock.js';

/** The time of `withTimeLimit()` is up. */
export class TimeUp extends Error {}

/** All who wait on one signal, as its one listener: Node.js takes more than ten for a leak, and warns. */
class Waiters extends Set<() => void> {
  handleEvent(): void {
    for (const tell of this) tell();
  }
}

const waitersOn = new WeakMap<Pick<AbortSignal, 'aborted'>, Waiters>();

/** What a signal has, or may have where it is not Node's own. */
export type ListenedSignal = Pick<AbortSignal, 'aborted'> &
  Partial<Pick<AbortSignal, 'addEventListener' | 'removeEventListener'>>;

/** Calls `tell` when the signal aborts. Returns how to stop listening. */
export function onAbort(signal: ListenedSignal, tell: () => void): () => void {
  const waiters = waitersOn.get(signal) ?? new Waiters();
  waitersOn.set(signal, waiters);
  if (waiters.size === 0) signal.addEventListener?.('abort', waiters);
  waiters.add(tell);
  return () => {
    if (!waiters.delete(tell) || waiters.size > 0) return;
    signal.removeEventListener?.('abort', waiters);
    waitersOn.delete(signal);
  };
}

/**
 * Waits for a promise that others may wait for too. The signal detaches this waiter only, with the signal's reason.
 */
export function waitFor<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  if (signal.aborted) return Promise.reject(signal.reason as Error);
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, () => reject(signal.reason as Error));
    promise.finally(stopListening).then(resolve, reject);
  });
}

/**
 * Does work until its end, until `ms` milliseconds of this clock have passed, or until the signal aborts. Then the
 * work's own signal aborts, and nobody waits for the work any more.
 * @throws TimeUp
 * @throws the signal's reason
 */
export async function withTimeLimit<T>(
  clock: Clock,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  const end = new AbortController();
  const abort = () => end.abort(signal?.reason);
  const result = work(end.signal);
  // What it fails with when nobody waits any more is nobody's concern.
  result.catch(() => undefined);
  // After the work has begun: what comes at the very end of the time is in time.
  const cancel = clock.after(ms, () => end.abort(new TimeUp()));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await waitFor(result, end.signal);
  } finally {
    cancel();
    signal?.removeEventListener('abort', abort);
  }
}

/**
 * Lets time pass.
 * @throws the signal's reason
 */
export async function delay(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  let cancel = () => {};
  const passed = new Promise<void>((resolve) => {
    cancel = clock.after(ms, resolve);
  });
  await waitFor(passed, signal).finally(() => cancel());
}
