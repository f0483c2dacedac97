import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { settle, SimulatedClock } from '../../../../../test/support/simulated-clock.js';
import { RefreshSchedule, type Scheduled } from './refresh-schedule.js';

class Entry implements Scheduled {
  heapIndex = -1;
  scheduledAt = 0;
  turns: number[] = [];
  #end: (() => void) | undefined;

  constructor(
    private readonly clock: SimulatedClock,
    private readonly isLong = false,
  ) {}

  turn(): Promise<unknown> | undefined {
    this.turns.push(this.clock.now());
    if (!this.isLong) return undefined;
    return new Promise<void>((resolve) => {
      this.#end = resolve;
    });
  }

  end(): void {
    this.#end?.();
  }
}

function started(): { clock: SimulatedClock; schedule: RefreshSchedule<Entry> } {
  const clock = new SimulatedClock(0);
  const schedule = new RefreshSchedule<Entry>(clock, clock);
  schedule.start();
  return { clock, schedule };
}

describe('the schedule', () => {
  it('gives every entry its turn at its instant, whatever the order of setting and moving', async () => {
    const instants = fc.array(fc.oneof(fc.nat(5000), fc.constant(Infinity)), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(instants, instants, async (first, second) => {
        const { clock, schedule } = started();
        const entries = first.map(() => new Entry(clock));
        for (const [index, instant] of first.entries()) schedule.set(entries[index] as Entry, instant);
        const final = first.map((instant, index) => second[index] ?? instant);
        for (const [index, instant] of second.entries())
          if (entries[index]) schedule.set(entries[index], instant);
        await clock.advance(6000);
        expect(entries.map(({ turns }) => turns)).toEqual(
          final.map((instant) => (instant === Infinity ? [] : [instant])),
        );
        expect(schedule.size).toBe(0);
        expect(clock.timers).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('looks at the clock once a minute, so that a machine that slept catches up soon', async () => {
    const { clock, schedule } = started();
    const entry = new Entry(clock);
    schedule.set(entry, 7_200_000);
    await clock.advance(1000);
    clock.jump(7_200_000);
    await clock.advance(60_000);
    expect(entry.turns).toHaveLength(1);
  });

  it('runs 64 turns at once, and the next ones as those end', async () => {
    const { clock, schedule } = started();
    const entries = Array.from({ length: 100 }, () => new Entry(clock, true));
    for (const entry of entries) schedule.set(entry, 10);
    await clock.advance(20);
    const running = () => entries.filter(({ turns }) => turns.length === 1);
    expect(running()).toHaveLength(64);
    const ended = running().slice(0, 5);
    for (const entry of ended) entry.end();
    await settle();
    await clock.advance(1);
    expect(running()).toHaveLength(69);
  });

  it('keeps all 64 places, however many turns were over at once', async () => {
    const { clock, schedule } = started();
    for (let n = 0; n < 200; n += 1) schedule.set(new Entry(clock), 10);
    await clock.advance(20);
    const entries = Array.from({ length: 64 }, () => new Entry(clock, true));
    for (const entry of entries) schedule.set(entry, 30);
    await clock.advance(20);
    expect(entries.filter(({ turns }) => turns.length === 1)).toHaveLength(64);
  });

  it('gives no turn after it was stopped', async () => {
    const { clock, schedule } = started();
    const entry = new Entry(clock);
    schedule.set(entry, 1000);
    schedule.stop();
    schedule.set(entry, 2000);
    expect(schedule.size).toBe(0);
    await clock.advance(10_000);
    expect(entry.turns).toHaveLength(0);
    expect(clock.timers).toBe(0);
  });
});
