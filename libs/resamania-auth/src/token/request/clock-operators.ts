import { merge, Observable, type MonoTypeOperatorFunction, take } from 'rxjs';

import type { Clock } from '../../clock.js';

/** Emits once after `ms` milliseconds of this clock. */
export function after(clock: Clock, ms: number): Observable<void> {
  return new Observable((subscriber) =>
    clock.after(ms, () => {
      subscriber.next();
      subscriber.complete();
    }),
  );
}

/** Takes the first value, or fails with `makeError()` when none came within `ms` milliseconds of this clock. */
export function within<T>(clock: Clock, ms: number, makeError: () => Error): MonoTypeOperatorFunction<T> {
  const alarm = new Observable<never>((subscriber) => clock.after(ms, () => subscriber.error(makeError())));
  return (source) => merge(source, alarm).pipe(take(1));
}

/** Takes the first value, or fails with the signal's reason as soon as it aborts. */
export function unlessAborted<T>(signal: AbortSignal): MonoTypeOperatorFunction<T> {
  const alarm = new Observable<never>((subscriber) => {
    const fail = () => subscriber.error(signal.reason);
    if (signal.aborted) return fail();
    signal.addEventListener('abort', fail, { once: true });
    return () => signal.removeEventListener('abort', fail);
  });
  return (source) => merge(alarm, source).pipe(take(1));
}
