/**
 * `struct epoll_event` arrays.
 *
 * Facts (linux/eventpoll.h): the struct is a 32-bit mask and 64 bits of data that the kernel hands back unread.
 * On x86-64 it is packed, 12 bytes, so that 32-bit programs share its layout; everywhere else the data is aligned
 * to 8 bytes: 16 bytes, with 4 of padding after the mask.
 *
 * heddle keeps a descriptor's number in the low half of the data and its registration's generation in the high half.
 */

/** How the struct lies in memory, in 32-bit words. */
export interface EpollEventLayout {
  /** The size of the struct. */
  readonly words: number;
  /** The word at which the data begins. */
  readonly dataWord: number;
}

const packed: EpollEventLayout = { words: 3, dataWord: 1 };
const aligned: EpollEventLayout = { words: 4, dataWord: 2 };

/** The layout on a processor architecture, in node's names (`process.arch`). */
export function epollEventLayout(arch: string): EpollEventLayout {
  return arch === 'x64' ? packed : aligned;
}

/** Room for the events of one `epoll_wait`, read and written through one view. */
export class EpollEventArray {
  /** The structs as bytes, as the kernel reads and writes them. */
  readonly bytes: Buffer;
  /** How many events there is room for. */
  readonly capacity: number;
  readonly #words: Int32Array;
  readonly #stride: number;
  readonly #data: number;

  constructor(capacity: number, arch: string = process.arch) {
    const layout = epollEventLayout(arch);
    this.capacity = capacity;
    this.#stride = layout.words;
    this.#data = layout.dataWord;
    this.#words = new Int32Array(capacity * layout.words);
    this.bytes = Buffer.from(this.#words.buffer);
  }

  /** The event mask at `index`. */
  events(index: number): number {
    return this.#words[index * this.#stride] as number;
  }

  /** The low half of the data at `index`. */
  low(index: number): number {
    return this.#words[index * this.#stride + this.#data] as number;
  }

  /** The high half of the data at `index`. */
  high(index: number): number {
    return this.#words[index * this.#stride + this.#data + 1] as number;
  }

  /** Writes one event, as `epoll_ctl` takes it and as a simulated kernel gives it. */
  set(index: number, events: number, low: number, high: number): void {
    const at = index * this.#stride;
    this.#words[at] = events;
    this.#words[at + this.#data] = low;
    this.#words[at + this.#data + 1] = high;
  }
}
