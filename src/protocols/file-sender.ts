import { read } from 'node:fs';
import { promisify } from 'node:util';
import { Deferred } from '../defer/deferred.js';
import type { IConsumer, IPullProducer } from '../interfaces/producer.js';
import { TransferStoppedError } from './errors.js';

/** What FileSender needs of a file: node's FileHandle has it. */
export interface IReadableFile {
  /** As `FileHandle.read`: up to `length` bytes from `position` on go into `buffer` at `offset`. 0 bytes: the end. */
  read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: null,
  ): PromiseLike<{
    /** How many bytes there are now at `offset`. */
    readonly bytesRead: number;
  }>;
}

/** What can be sent: an open file (a FileHandle or a descriptor's number), or whatever gives bytes in pieces, a Readable for one. */
export type SendableFile = IReadableFile | number | AsyncIterable<Uint8Array>;

/** How a file is sent. */
export interface FileTransferOptions {
  /** Is given each piece, and returns what is to be sent in its place. */
  readonly transform?: (piece: Buffer) => Uint8Array;
}

/** Where the next piece comes from. */
interface Source {
  /** The next piece; undefined at the end. */
  next(): Promise<Buffer | undefined>;
  /** No more pieces are wanted. */
  stop(): void;
}

const readDescriptor = promisify(read);

/**
 * Sends a file to a consumer, a piece whenever the consumer has sent what it had, so that there is never more than a piece in
 * memory. It is the consumer's producer meanwhile. Twisted: `FileSender`.
 *
 *     await using file = await open('letter.txt');
 *     await new FileSender().beginFileTransfer(file, this.transport);
 *
 * A file is read from where it stands, and isn't closed. The pieces of an AsyncIterable are sent as they come.
 */
export class FileSender implements IPullProducer {
  /** How many bytes of a file are read at a time. Spelled as in Twisted. */
  CHUNK_SIZE = 16_384;

  #consumer: IConsumer | undefined;
  #source: Source | undefined;
  #transform: ((piece: Buffer) => Uint8Array) | undefined;
  #done: Deferred<Buffer> | undefined;
  #reading = false;
  #lastByte: Buffer = Buffer.alloc(0);

  /**
   * Begins. The Deferred fires with the last byte that was sent (an empty Buffer if there was none) when all is handed to the
   * consumer; it fails with what the file or `transform` throws, and with a TransferStoppedError when the consumer ends first.
   * Cancelling it ends the transfer and leaves the consumer to others.
   * Throws an Error while a transfer is under way.
   */
  beginFileTransfer(
    file: SendableFile,
    consumer: IConsumer,
    options: FileTransferOptions = {},
  ): Deferred<Buffer> {
    if (this.#done !== undefined)
      throw new Error('A transfer is under way, and a FileSender does one at a time');
    this.#source = sourceOf(file, this.CHUNK_SIZE);
    this.#consumer = consumer;
    this.#transform = options.transform;
    this.#lastByte = Buffer.alloc(0);
    const done = new Deferred<Buffer>(() => this.#end());
    this.#done = done;
    try {
      consumer.registerProducer(this, false);
    } catch (error) {
      // The producer that is registered isn't this one.
      this.#consumer = undefined;
      this.#end();
      throw error;
    }
    return done;
  }

  /** The consumer has room. It gets the next piece as soon as that is read. */
  resumeProducing(): void {
    if (!this.#reading && this.#source !== undefined) void this.#sendNext(this.#source);
  }

  /** The consumer wants no more. */
  stopProducing(): void {
    this.#consumer = undefined;
    this.#fail(new TransferStoppedError());
  }

  async #sendNext(source: Source): Promise<void> {
    this.#reading = true;
    try {
      const data = await this.#nextData(source);
      // Stopped meanwhile, and perhaps begun anew: whatever was read is nobody's.
      if (this.#source !== source) return;
      // Before anything is written: a consumer may ask for the next piece inside `write`.
      this.#reading = false;
      if (data === undefined) this.#finish();
      else this.#consumer?.write(data);
    } catch (error) {
      if (this.#source === source) this.#fail(error);
    }
  }

  /** What is to be sent next; undefined at the end. */
  async #nextData(source: Source): Promise<Uint8Array | undefined> {
    for (;;) {
      const piece = await source.next();
      if (piece === undefined || this.#source !== source) return undefined;
      const data = this.#transform?.(piece) ?? piece;
      if (data.length > 0) {
        this.#lastByte = Buffer.from(data.subarray(-1));
        return data;
      }
      // The consumer wouldn't ask again after nothing, so the next piece follows at once.
    }
  }

  #finish(): void {
    const done = this.#done;
    this.#end();
    done?.callback(this.#lastByte);
  }

  #fail(reason: unknown): void {
    const done = this.#done;
    this.#end();
    done?.errback(reason);
  }

  #end(): void {
    const [source, consumer] = [this.#source, this.#consumer];
    this.#source = undefined;
    this.#consumer = undefined;
    this.#transform = undefined;
    this.#done = undefined;
    this.#reading = false;
    source?.stop();
    consumer?.unregisterProducer();
  }
}

function sourceOf(file: SendableFile, chunkSize: number): Source {
  if (typeof file === 'number') {
    return piecesOf(chunkSize, (buffer) => readDescriptor(file, buffer, 0, buffer.length, null));
  }
  // A Readable has a `read` too, of another kind.
  if (Symbol.asyncIterator in file) return iterated(file[Symbol.asyncIterator]());
  if (typeof (file as Partial<IReadableFile>).read !== 'function') {
    throw new TypeError('A file to be sent is a FileHandle, a descriptor or an AsyncIterable of bytes');
  }
  return piecesOf(chunkSize, (buffer) => file.read(buffer, 0, buffer.length, null));
}

/** Each piece has memory of its own, for the consumer keeps it until it is sent. */
function piecesOf(
  chunkSize: number,
  readInto: (buffer: Buffer) => PromiseLike<{ readonly bytesRead: number }>,
): Source {
  return {
    async next() {
      const buffer = Buffer.allocUnsafe(chunkSize);
      const { bytesRead } = await readInto(buffer);
      return bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead);
    },
    stop() {
      // The file stays open: it is its owner's.
    },
  };
}

function iterated(iterator: AsyncIterator<unknown>): Source {
  return {
    async next() {
      const result = await iterator.next();
      if (result.done === true) return undefined;
      const { value } = result;
      if (!(value instanceof Uint8Array))
        throw new TypeError(`The pieces of a file must be bytes, not ${typeof value}`);
      return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    },
    stop() {
      // How the transfer has ended is decided; what goes wrong while the iterator cleans up doesn't change that.
      iterator.return?.().then(undefined, () => undefined);
    },
  };
}
