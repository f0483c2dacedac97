import type { Clock } from '../clock.js';

/** Work was not done in time. */
export class TimeUp extends Error {}

/** Does work within a time limit; at its end the signal aborts, and the work may still go on for nobody. */
export async function inTime<T>(
  { clock, timeoutMs }: { readonly clock: Clock; readonly timeoutMs: number },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeUp = new AbortController();
  let cancel = () => {};
  const alarm = new Promise<never>((_resolve, reject) => {
    cancel = clock.after(timeoutMs, () => {
      const error = new TimeUp();
      timeUp.abort(error);
      reject(error);
    });
  });
  try {
    return await Promise.race([work(timeUp.signal), alarm]);
  } finally {
    cancel();
  }
}
