import { describe, expect, it } from '@jest/globals';
import { filter, firstValueFrom, map, Subject, toArray } from 'rxjs';

import { EventStream } from './event-stream.js';

function stream(): { events: EventStream<number>; source: Subject<number>; reported: string[] } {
  const source = new Subject<number>();
  const reported: string[] = [];
  const events = new EventStream<number>(
    (error) => reported.push((error as Error).message),
    (subscriber) => {
      const subscription = source.subscribe(subscriber);
      return () => subscription.unsubscribe();
    },
  );
  return { events, source, reported };
}

function thrower(message: string): () => never {
  return () => {
    throw new Error(message);
  };
}

describe('an event stream', () => {
  it('delivers as any observable does, through operators too', async () => {
    const { events, source } = stream();
    const all = firstValueFrom(
      events.pipe(
        filter((n) => n > 1),
        map((n) => n * 10),
        toArray(),
      ),
    );
    for (const n of [1, 2, 3]) source.next(n);
    source.complete();
    expect(await all).toEqual([20, 30]);
  });

  it('goes on for a subscriber that throws, and for the others', () => {
    const { events, source, reported } = stream();
    const seen: number[] = [];
    events.subscribe(thrower('plain'));
    events.subscribe({ next: thrower('observer'), complete: thrower('at the end') });
    events.subscribe((n) => seen.push(n));
    source.next(1);
    source.next(2);
    source.complete();
    expect(seen).toEqual([1, 2]);
    expect(reported).toEqual(['plain', 'observer', 'plain', 'observer', 'at the end']);
  });

  it("reports what an operator's function throws, when nobody handles it", () => {
    const { events, source, reported } = stream();
    events.pipe(map(thrower('in map'))).subscribe(() => undefined);
    source.next(1);
    expect(reported).toEqual(['in map']);
  });

  it('hands errors to who handles them', () => {
    const { events, source, reported } = stream();
    const handled: unknown[] = [];
    events
      .pipe(map(thrower('in map')))
      .subscribe({ error: (error) => handled.push((error as Error).message) });
    source.next(1);
    expect(handled).toEqual(['in map']);
    expect(reported).toEqual([]);
  });

  it('lets go of the source when it is unsubscribed', () => {
    const { events, source } = stream();
    const subscription = events.subscribe(() => undefined);
    expect(source.observed).toBe(true);
    subscription.unsubscribe();
    expect(source.observed).toBe(false);
  });
});
