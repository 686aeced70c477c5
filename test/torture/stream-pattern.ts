/** The bytes of a stream that says who it is: four bytes of its number, then ones that depend on the number and the place. */
export function streamBytes(stream: number, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i += 1) bytes[i] = byteAt(stream, from + i);
  return bytes;
}

const HEADER_BYTES = 4;

function byteAt(stream: number, place: number): number {
  if (place < HEADER_BYTES) return (stream >>> (8 * place)) & 255;
  return (Math.imul(place, 2_654_435_761) >>> 24) ^ (stream & 255);
}

/** Takes the bytes of one stream, and says when they aren't the right ones in the right order. */
export class StreamCheck {
  #stream: number | undefined;
  #header = Buffer.alloc(0);
  #place = 0;

  /** `stream` is the one that is expected; the bytes say it themselves unless it is given. */
  constructor(stream?: number) {
    this.#stream = stream;
  }

  /** How many bytes have come. */
  get place(): number {
    return this.#place;
  }

  /** Throws an Error at the first byte that is wrong. */
  take(bytes: Buffer): void {
    const all = Buffer.concat([this.#header, bytes]);
    const stream = this.#stream ?? (all.length < HEADER_BYTES ? undefined : all.readUInt32LE(0));
    if (stream === undefined) {
      this.#header = all;
      return;
    }
    this.#stream = stream;
    this.#header = Buffer.alloc(0);
    for (const byte of all) {
      if (byte !== byteAt(stream, this.#place)) {
        throw new Error(`Stream ${stream} has a wrong byte at ${this.#place}`);
      }
      this.#place += 1;
    }
  }
}
