import { expect } from 'chai';
import fc from 'fast-check';
import { CallHeap, type HeapEntry } from '../../src/time/call-heap.js';

interface Entry extends HeapEntry {
  time: number;
}

function entry(time: number, order: number): Entry {
  return { time, order, heapIndex: -1 };
}

/** Pushes entries with these times, in this order. */
function heapOf(times: readonly number[]): { heap: CallHeap<Entry>; entries: Entry[] } {
  const heap = new CallHeap<Entry>();
  const entries = times.map((time, order) => entry(time, order));
  for (const each of entries) heap.push(each, each.time);
  return { heap, entries };
}

function drain(heap: CallHeap<Entry>): number[] {
  const orders: number[] = [];
  for (let { top } = heap; top !== undefined; { top } = heap) {
    orders.push(top.order);
    heap.pop();
    expect(top.heapIndex).to.equal(-1);
  }
  return orders;
}

/** The orders of `entries`, sorted by time and then by order. */
function sorted(entries: readonly Entry[]): number[] {
  return [...entries].sort((a, b) => a.time - b.time || a.order - b.order).map((each) => each.order);
}

const times = fc.array(fc.nat(20), { maxLength: 100 });

describe('CallHeap', () => {
  it('is empty at first, and popping it does nothing', () => {
    const heap = new CallHeap<Entry>();
    heap.pop();
    heap.postponeTop(1);
    expect(heap).to.include({ length: 0, top: undefined, topTime: undefined });
  });

  it('gives its entries by time and then by order', () => {
    fc.assert(
      fc.property(times, (given) => {
        const { heap, entries } = heapOf(given);
        expect(heap.length).to.equal(given.length);
        expect(heap.topTime).to.equal(given.length === 0 ? undefined : Math.min(...given));
        expect(drain(heap)).to.deep.equal(sorted(entries));
      }),
    );
  });

  it('orders times of any size', () => {
    const { heap } = heapOf([Infinity, 2 ** 128 + 1, 0, -1, Number.MAX_VALUE, -Infinity, Infinity]);
    expect(drain(heap)).to.deep.equal([5, 3, 2, 1, 4, 0, 6]);
  });

  it('knows where each entry stands and by which time', () => {
    fc.assert(
      fc.property(times, (given) => {
        const { heap, entries } = heapOf(given);
        const places = [...heap];
        for (const each of entries) {
          expect(places[each.heapIndex]).to.equal(each);
          expect(heap.timeOf(each)).to.equal(each.time);
        }
      }),
    );
  });

  it('`advance()` moves an entry up from wherever it stands', () => {
    fc.assert(
      fc.property(times, fc.nat(), fc.nat(20), (given, choice, earlier) => {
        fc.pre(given.length > 0);
        const { heap, entries } = heapOf(given);
        const moved = entries[choice % entries.length]!;
        moved.time = Math.min(moved.time, earlier);
        heap.advance(moved, moved.time);
        expect(drain(heap)).to.deep.equal(sorted(entries));
      }),
    );
  });

  it('`postponeTop()` moves the top down to where it belongs', () => {
    fc.assert(
      fc.property(times, fc.nat(30), (given, later) => {
        fc.pre(given.length > 0);
        const { heap, entries } = heapOf(given);
        const top = heap.top!;
        top.time = Math.max(top.time, later);
        heap.postponeTop(top.time);
        expect(drain(heap)).to.deep.equal(sorted(entries));
      }),
    );
  });

  it('`filter()` drops the others and keeps the order', () => {
    fc.assert(
      fc.property(times, fc.nat(5), (given, modulus) => {
        const { heap, entries } = heapOf(given);
        const keep = (each: Entry): boolean => each.order % (modulus + 1) === 0;
        heap.filter(keep);
        for (const each of entries) expect(each.heapIndex === -1).to.equal(!keep(each));
        expect(drain(heap)).to.deep.equal(sorted(entries.filter(keep)));
      }),
    );
  });

  it('`popIfLast()` takes away what stands last, and leaves all else', () => {
    const { heap, entries } = heapOf([1, 2, 3]);
    expect(heap.popIfLast(entries[0]!)).to.equal(false);
    expect(heap.popIfLast(entries[2]!)).to.equal(true);
    expect(entries.map((each) => each.heapIndex)).to.deep.equal([0, 1, -1]);
    expect(drain(heap)).to.deep.equal([0, 1]);
  });
});
