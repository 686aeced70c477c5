/**
 * `struct msghdr` with its `struct iovec` list, for sendmsg (sendmsg(2), readv(2)).
 *
 * Facts, on 64-bit Linux: msghdr is 56 bytes: name (pointer), namelen (32 bits and 32 of padding), iov (pointer),
 * iovlen (64 bits), control (pointer), controllen (64 bits), flags (32 bits and padding). iovec is a pointer and a
 * 64-bit length. All little-endian.
 */
import { IOV_MAX } from './constants.js';

const HEADER_BYTES = 56;
const IOV_WORD = 4;
const IOVLEN_WORD = 6;
const WORDS_PER_VECTOR = 4;
const TWO_TO_32 = 2 ** 32;

export class GatherList {
  /** The msghdr; it points at the vectors. */
  readonly header: Uint32Array = new Uint32Array(HEADER_BYTES / 4);
  readonly #vectors = new Uint32Array(IOV_MAX * WORDS_PER_VECTOR);
  readonly #addressOf: (bytes: ArrayBufferView) => number;

  constructor(addressOf: (bytes: ArrayBufferView) => number) {
    this.#addressOf = addressOf;
    writeAddress(this.header, IOV_WORD, addressOf(this.#vectors));
  }

  /** Lists `count` buffers from `buffers[first]` on; of that one, the bytes from `offset`. */
  fill(buffers: readonly Uint8Array[], first: number, count: number, offset: number): void {
    let skip = offset;
    for (let i = 0; i < count; i += 1) {
      const bytes = buffers[first + i] as Uint8Array;
      const at = i * WORDS_PER_VECTOR;
      writeAddress(this.#vectors, at, this.#addressOf(bytes) + skip);
      writeAddress(this.#vectors, at + 2, bytes.length - skip);
      skip = 0;
    }
    this.header[IOVLEN_WORD] = count;
  }
}

function writeAddress(words: Uint32Array, at: number, value: number): void {
  words[at] = value % TWO_TO_32;
  words[at + 1] = value / TWO_TO_32;
}
