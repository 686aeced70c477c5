import { Deferred, type Failure } from '../defer/index.js';
import type { IOpenFile } from '../interfaces/index.js';

/** A range of a file that is still to be sent, and who waits for that. */
export class QueuedFile {
  /** Fires when all is sent. */
  readonly result: Deferred<void>;
  /** Sendfile doesn't take this file: its bytes have to be copied. */
  isCopied = false;
  /** Kept as long as it is needed: a FileHandle that nobody has is closed. */
  readonly #file: IOpenFile;
  #position: number;
  #bytes: number;

  /** `cancelled` is called if the result is. */
  constructor(file: number | IOpenFile, offset: number, length: number, cancelled: () => void) {
    this.#file = typeof file === 'number' ? { fd: file } : file;
    this.#position = offset;
    this.#bytes = length;
    this.result = new Deferred<void>(cancelled);
  }

  /** The descriptor, as it is now. */
  get fd(): number {
    return this.#file.fd;
  }

  /** The place in the file of the next byte to be sent. */
  get position(): number {
    return this.#position;
  }

  /** How many bytes are still to be sent. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The result is there before its time, so the descriptor isn't ours any more. */
  get isCancelled(): boolean {
    return this.result.called;
  }

  /** So many bytes more are sent. */
  take(count: number): void {
    this.#position += count;
    this.#bytes -= count;
  }

  succeed(): void {
    if (!this.result.called) this.result.callback();
  }

  fail(reason: Failure): void {
    if (!this.result.called) this.result.errback(reason);
  }
}

/** Throws a TypeError or RangeError unless these can be a file, a place in it, and how much of it is meant. */
export function requireFileRange(file: unknown, offset: unknown, length: unknown): void {
  const fd = typeof file === 'object' && file !== null ? (file as Partial<IOpenFile>).fd : file;
  if (typeof fd !== 'number') {
    throw new TypeError(`A file to be sent is a descriptor or a FileHandle, not ${typeof file}`);
  }
  requireWhole('The descriptor', fd);
  requireWhole('The offset', offset);
  requireWhole('The length', length);
  requireWhole('The end', (offset as number) + (length as number));
}

function requireWhole(what: string, value: unknown): void {
  if (typeof value !== 'number') throw new TypeError(`${what} must be a number, not ${typeof value}`);
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new RangeError(`${what} must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, not ${value}`);
}
