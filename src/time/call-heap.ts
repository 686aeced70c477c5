/** What a {@link CallHeap} orders. */
export interface HeapEntry {
  /** Its place in the heap, -1 while it isn't there. The heap writes it; it is nobody else's to change. */
  heapIndex: number;
  /** Decides between equal times: the smaller one is first. No two entries have the same. */
  readonly order: number;
}

/**
 * A binary heap of entries, each at a time: the one with the smallest time, and of those the one with the
 * smallest order, is on top. Each entry knows its place, so one in the middle can move up without a search.
 *
 * The times stand in an array of their own, where they are plain doubles side by side: comparing them
 * touches no other memory, and an entry needs no box for a second time.
 */
export class CallHeap<E extends HeapEntry> {
  readonly #entries: E[] = [];
  readonly #times: number[] = [];

  get length(): number {
    return this.#entries.length;
  }

  get top(): E | undefined {
    return this.#entries[0];
  }

  /** The time by which the top stands there; undefined if the heap is empty. */
  get topTime(): number | undefined {
    return this.#times[0];
  }

  [Symbol.iterator](): IterableIterator<E> {
    return this.#entries.values();
  }

  /** The time by which an entry that is in the heap stands there. */
  timeOf(entry: E): number {
    return this.#times[entry.heapIndex] as number;
  }

  push(entry: E, time: number): void {
    const { length } = this.#entries;
    this.#entries.push(entry);
    this.#times.push(time);
    this.#siftUp(entry, time, length);
  }

  /** Takes the top away. */
  pop(): void {
    const top = this.#entries[0];
    const last = this.#entries.pop();
    const time = this.#times.pop();
    if (top === undefined || last === undefined || time === undefined) return;
    if (top !== last) this.#siftDown(last, time, 0);
    top.heapIndex = -1;
  }

  /** Takes `entry` away if it stands last, where that costs nothing; else it stays, and the answer is false. */
  popIfLast(entry: E): boolean {
    if (entry.heapIndex !== this.#entries.length - 1) return false;
    this.#entries.pop();
    this.#times.pop();
    entry.heapIndex = -1;
    return true;
  }

  /** Moves an entry that is in the heap to an earlier time. */
  advance(entry: E, time: number): void {
    this.#siftUp(entry, time, entry.heapIndex);
  }

  /** Moves the top to a later time. */
  postponeTop(time: number): void {
    const top = this.#entries[0];
    if (top !== undefined) this.#siftDown(top, time, 0);
  }

  /** Drops all entries but those that `keep` says. Takes time in proportion to the heap's length. */
  filter(keep: (entry: E) => boolean): void {
    const entries = this.#entries;
    const times = this.#times;
    let kept = 0;
    for (let index = 0; index < entries.length; index += 1) {
      const entry = entries[index] as E;
      if (keep(entry)) {
        entries[kept] = entry;
        times[kept] = times[index] as number;
        entry.heapIndex = kept;
        kept += 1;
      } else {
        entry.heapIndex = -1;
      }
    }
    entries.length = kept;
    times.length = kept;
    for (let index = (kept >> 1) - 1; index >= 0; index -= 1) {
      this.#siftDown(entries[index] as E, times[index] as number, index);
    }
  }

  /** Puts `entry` into the gap at `index`, or as far above it as it belongs. */
  #siftUp(entry: E, time: number, index: number): void {
    const entries = this.#entries;
    const times = this.#times;
    let gap = index;
    while (gap > 0) {
      const parentIndex = (gap - 1) >> 1;
      const parentTime = times[parentIndex] as number;
      if (parentTime < time) break;
      const parent = entries[parentIndex] as E;
      if (parentTime === time && parent.order < entry.order) break;
      entries[gap] = parent;
      times[gap] = parentTime;
      parent.heapIndex = gap;
      gap = parentIndex;
    }
    entries[gap] = entry;
    times[gap] = time;
    entry.heapIndex = gap;
  }

  /** Puts `entry` into the gap at `index`, or as far below it as it belongs. */
  #siftDown(entry: E, time: number, index: number): void {
    const entries = this.#entries;
    const times = this.#times;
    let gap = index;
    for (;;) {
      const childIndex = this.#earlierChild(gap);
      if (childIndex === -1) break;
      const childTime = times[childIndex] as number;
      if (childTime > time) break;
      const child = entries[childIndex] as E;
      if (childTime === time && child.order > entry.order) break;
      entries[gap] = child;
      times[gap] = childTime;
      child.heapIndex = gap;
      gap = childIndex;
    }
    entries[gap] = entry;
    times[gap] = time;
    entry.heapIndex = gap;
  }

  /** Where the earlier of the two children of `index` stands; -1 if it has none. */
  #earlierChild(index: number): number {
    const left = 2 * index + 1;
    const right = left + 1;
    const { length } = this.#entries;
    if (right >= length) return left < length ? left : -1;
    const leftTime = this.#times[left] as number;
    const rightTime = this.#times[right] as number;
    if (leftTime !== rightTime) return leftTime < rightTime ? left : right;
    return (this.#entries[left] as E).order < (this.#entries[right] as E).order ? left : right;
  }
}
