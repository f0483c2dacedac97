import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { Heap } from './heap.js';

interface Entry {
  heapIndex: number;
  number: number;
}

it('a heap gives its entries in order, whatever was moved and removed before', () => {
  const steps = fc.array(fc.record({ which: fc.nat(20), number: fc.option(fc.nat(50), { nil: undefined }) }));
  fc.assert(
    fc.property(steps, (course) => {
      const heap = new Heap<Entry>(({ number }) => number);
      const entries = Array.from({ length: 21 }, (): Entry => ({ heapIndex: -1, number: 0 }));
      const expected = new Map<Entry, number>();
      for (const { which, number } of course) {
        const entry = entries[which] as Entry;
        expected.delete(entry);
        if (number === undefined) heap.remove(entry);
        else {
          entry.number = number;
          heap.set(entry);
          expected.set(entry, number);
        }
      }
      expect(new Set(heap.entries)).toEqual(new Set(expected.keys()));
      const given: number[] = [];
      for (let { first } = heap; first !== undefined; { first } = heap) {
        given.push(first.number);
        heap.remove(first);
        expect(first.heapIndex).toBe(-1);
      }
      expect(given).toEqual([...expected.values()].toSorted((one, other) => one - other));
      expect(heap.size).toBe(0);
    }),
  );
});

it('a heap that was cleared takes its entries in again', () => {
  const heap = new Heap<Entry>(({ number }) => number);
  const entries = [3, 1, 2].map((number): Entry => ({ heapIndex: -1, number }));
  for (const entry of entries) heap.set(entry);
  heap.clear();
  expect(heap.first).toBeUndefined();
  for (const entry of entries) heap.set(entry);
  expect(heap.first).toBe(entries[1]);
  expect(heap.size).toBe(3);
});
