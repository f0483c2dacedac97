import { AsyncLocalStorage } from 'node:async_hooks';

import type { Clock, InContext } from '../clock.js';
import type { ScheduleTimer } from './schedule/refresh-schedule.js';

/** The clock and the timer of the schedule, made to run what they are given in one context. */
interface InThisContext {
  readonly inContext: InContext;
  readonly clock: Clock;
  readonly timer: ScheduleTimer;
}

/** The context that the module was loaded in: timers and requests run in it, whoever causes them. */
export function inThisContext({ clock, timer }: { clock: Clock; timer: ScheduleTimer }): InThisContext {
  const inContext: InContext = AsyncLocalStorage.snapshot();
  return {
    inContext,
    clock: {
      now: () => clock.now(),
      after: (ms, task) => inContext(() => clock.after(ms, task)),
    },
    timer: {
      arm: (ms, task) => inContext(() => timer.arm(ms, task)),
      disarm: () => timer.disarm(),
    },
  };
}
