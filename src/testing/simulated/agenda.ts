import { CallHeap, type HeapEntry } from '../../time/call-heap.js';

class Entry implements HeapEntry {
  heapIndex = -1;
  readonly order: number;
  readonly action: () => void;

  constructor(order: number, action: () => void) {
    this.order = order;
    this.action = action;
  }
}

/**
 * What happens in a simulated kernel by itself: packets that arrive, time-outs that end. It holds the virtual clock too, which goes
 * nowhere unless it is told to. Equal times go in the order of planning.
 */
export class Agenda {
  readonly #heap = new CallHeap<Entry>();
  #planned = 0;
  #now = 0;
  #running = false;

  /** Milliseconds since the kernel's beginning. */
  get now(): number {
    return this.#now;
  }

  /** When the next thing happens; undefined if nothing is planned. */
  get next(): number | undefined {
    return this.#heap.topTime;
  }

  /** Has something happen so many ms from now. With 0 it happens at the next `runDue`, which every system call ends with. */
  after(delayMs: number, action: () => void): void {
    this.#planned += 1;
    this.#heap.push(new Entry(this.#planned, action), this.#now + delayMs);
  }

  /** Has happen what is due, and what that makes due in its turn. Inside itself it does nothing: the outer one goes on. */
  runDue(): void {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let top = this.#heap.top; top !== undefined && this.#isDue(); top = this.#heap.top) {
        this.#heap.pop();
        top.action();
      }
    } finally {
      this.#running = false;
    }
  }

  /** Sets the clock forward to `time`; all that is planned until then happens, each at its own time. A time that is past does nothing. */
  advanceTo(time: number): void {
    for (let next = this.next; next !== undefined && next <= time; next = this.next) {
      this.#now = Math.max(this.#now, next);
      this.runDue();
    }
    this.#now = Math.max(this.#now, time);
  }

  #isDue(): boolean {
    return (this.#heap.topTime as number) <= this.#now;
  }
}
