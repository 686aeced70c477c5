/** What a {@link CallHeap} orders. The heap writes `heapTime` and `heapIndex`; both are nobody else's to change. */
export interface HeapEntry {
  /** The time by which the entry stands in the heap. */
  heapTime: number;
  /** Its place in the heap, -1 while it isn't there. */
  heapIndex: number;
  /** Decides between equal times; the smaller one is first. No two entries have the same. */
  readonly order: number;
}

/**
 * A binary heap: the entry with the smallest time, and of those the one with the smallest order, is on top.
 * Each entry knows its place, so one in the middle can move up without a search.
 */
export class CallHeap<E extends HeapEntry> {
  #entries: E[] = [];

  get length(): number {
    return this.#entries.length;
  }

  get top(): E | undefined {
    return this.#entries[0];
  }

  [Symbol.iterator](): IterableIterator<E> {
    return this.#entries.values();
  }

  push(entry: E): void {
    this.#entries.push(entry);
    this.#siftUp(entry, this.#entries.length - 1);
  }

  /** Takes the top away. */
  pop(): E | undefined {
    const top = this.#entries[0];
    const last = this.#entries.pop();
    if (top === undefined || last === undefined) return undefined;
    if (top !== last) this.#siftDown(last, 0);
    top.heapIndex = -1;
    return top;
  }

  /** Takes `entry` away if it stands last, where that costs nothing; else it stays, and the answer is false. */
  popIfLast(entry: E): boolean {
    if (entry.heapIndex !== this.#entries.length - 1) return false;
    this.#entries.pop();
    entry.heapIndex = -1;
    return true;
  }

  /** Moves an entry that is in the heap to an earlier time. */
  advance(entry: E, time: number): void {
    entry.heapTime = time;
    this.#siftUp(entry, entry.heapIndex);
  }

  /** Moves the top to a later time. */
  postponeTop(time: number): void {
    const top = this.#entries[0];
    if (top === undefined) return;
    top.heapTime = time;
    this.#siftDown(top, 0);
  }

  /** Keeps only the entries that `keep` says. Takes time in proportion to the heap's length. */
  filter(keep: (entry: E) => boolean): void {
    const kept: E[] = [];
    for (const entry of this.#entries) {
      if (keep(entry)) {
        entry.heapIndex = kept.length;
        kept.push(entry);
      } else {
        entry.heapIndex = -1;
      }
    }
    this.#entries = kept;
    for (let index = (kept.length >> 1) - 1; index >= 0; index -= 1) this.#siftDown(kept[index] as E, index);
  }

  /** Puts `entry` into the gap at `index`, or as far above it as it belongs. */
  #siftUp(entry: E, index: number): void {
    const entries = this.#entries;
    let gap = index;
    while (gap > 0) {
      const parentIndex = (gap - 1) >> 1;
      const parent = entries[parentIndex] as E;
      if (!isBefore(entry, parent)) break;
      entries[gap] = parent;
      parent.heapIndex = gap;
      gap = parentIndex;
    }
    entries[gap] = entry;
    entry.heapIndex = gap;
  }

  /** Puts `entry` into the gap at `index`, or as far below it as it belongs. */
  #siftDown(entry: E, index: number): void {
    const entries = this.#entries;
    const { length } = entries;
    let gap = index;
    for (;;) {
      let childIndex = 2 * gap + 1;
      if (childIndex >= length) break;
      let child = entries[childIndex] as E;
      if (childIndex + 1 < length) {
        const right = entries[childIndex + 1] as E;
        if (isBefore(right, child)) {
          child = right;
          childIndex += 1;
        }
      }
      if (!isBefore(child, entry)) break;
      entries[gap] = child;
      child.heapIndex = gap;
      gap = childIndex;
    }
    entries[gap] = entry;
    entry.heapIndex = gap;
  }
}

function isBefore(a: HeapEntry, b: HeapEntry): boolean {
  return a.heapTime < b.heapTime || (a.heapTime === b.heapTime && a.order < b.order);
}
