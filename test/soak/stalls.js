const TICK_MS = 50;
/** From this long on, in milliseconds, time limits may be missed for no reason but the machine. */
export const STALL_MS = 250;

/**
 * Watches for moments in which this process did not run: a busy machine is a fault, too.
 * @param tell - Told of each, with when it began, in milliseconds since the epoch.
 * @returns how to stop
 */
export function watchStalls(tell) {
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - last - TICK_MS > STALL_MS) tell(last);
    last = now;
  }, TICK_MS);
  return () => clearInterval(timer);
}
