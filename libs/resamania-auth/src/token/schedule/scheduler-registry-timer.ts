import type { SchedulerRegistry } from '@nestjs/schedule';

import type { ScheduleTimer } from './refresh-schedule.js';

const NAME = 'resamania-auth:refresh';

/**
 * The schedule's timer in a `SchedulerRegistry`: the host's, where it has one, so that it is seen among the host's
 * timers. The registry keeps fired timers and refuses a name in use, so each one is taken out before the next goes in.
 */
export class SchedulerRegistryTimer implements ScheduleTimer {
  readonly #registry: SchedulerRegistry;
  readonly #name: string;
  #isArmed = false;

  constructor(registry: SchedulerRegistry) {
    this.#registry = registry;
    this.#name = freeName(registry);
  }

  arm(ms: number, task: () => void): void {
    this.disarm();
    const timer = setTimeout(() => {
      this.disarm();
      task();
    }, ms);
    // A schedule is no reason for a process to stay.
    timer.unref();
    this.#registry.addTimeout(this.#name, timer);
    this.#isArmed = true;
  }

  disarm(): void {
    if (!this.#isArmed) return;
    this.#isArmed = false;
    // The host may have taken it out.
    if (this.#registry.doesExist('timeout', this.#name)) this.#registry.deleteTimeout(this.#name);
  }
}

/** Two modules in one host share its registry, each under a name of its own. */
function freeName(registry: SchedulerRegistry): string {
  let name = NAME;
  for (let n = 2; registry.doesExist('timeout', name); n += 1) name = `${NAME}:${n}`;
  return name;
}
