import { describe, expect, it } from '@jest/globals';
import { SchedulerRegistry } from '@nestjs/schedule';

import { SchedulerRegistryTimer } from './scheduler-registry-timer.js';

describe("the schedule's timer in a SchedulerRegistry", () => {
  it('fires once, and is out of the registry by then', async () => {
    const registry = new SchedulerRegistry();
    const timer = new SchedulerRegistryTimer(registry);
    const during = await new Promise<string[]>((resolve) => {
      timer.arm(1, () => resolve(registry.getTimeouts()));
    });
    expect(during).toEqual([]);
  });

  it('replaces what was armed before', async () => {
    const registry = new SchedulerRegistry();
    const timer = new SchedulerRegistryTimer(registry);
    const fired: string[] = [];
    await new Promise<void>((resolve) => {
      timer.arm(1, () => fired.push('first'));
      timer.arm(15, () => {
        fired.push('second');
        resolve();
      });
      expect(registry.getTimeouts()).toEqual(['resamania-auth:refresh']);
    });
    expect(fired).toEqual(['second']);
  });

  it('holds no process back, and takes a host that deletes it', () => {
    const registry = new SchedulerRegistry();
    const timer = new SchedulerRegistryTimer(registry);
    timer.arm(60_000, () => undefined);
    expect((registry.getTimeout('resamania-auth:refresh') as NodeJS.Timeout).hasRef()).toBe(false);
    registry.deleteTimeout('resamania-auth:refresh');
    timer.disarm();
    expect(registry.getTimeouts()).toEqual([]);
  });

  it("has a name of its own beside another module's", () => {
    const registry = new SchedulerRegistry();
    const first = new SchedulerRegistryTimer(registry);
    first.arm(60_000, () => undefined);
    const second = new SchedulerRegistryTimer(registry);
    second.arm(60_000, () => undefined);
    expect(registry.getTimeouts()).toEqual(['resamania-auth:refresh', 'resamania-auth:refresh:2']);
    first.disarm();
    second.disarm();
  });
});
