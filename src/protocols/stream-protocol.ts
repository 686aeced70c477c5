import type { Failure } from '../defer/failure.js';
import { ConnectionDone } from '../errors/index.js';
import type { Completion } from '../interfaces/protocol.js';
import type { ITCPTransport, ITransport } from '../interfaces/transport.js';
import { ParseError } from './errors.js';
import type { PausableTransport } from './parsing-protocol.js';
import { Protocol } from './protocol.js';

/** How much a {@link StreamProtocol} keeps for its reader. */
export interface ChunksOptions {
  /** Whether the connection stays when the loop is left before its end. Default false: it is closed. */
  readonly keepOpen?: boolean;
}

/** What a chunk takes beside its bytes, so that many small ones count as what they are. */
const CHUNK_OVERHEAD = 128;

/**
 * A connection whose input is read in a loop, instead of by callbacks:
 *
 *     class Greeter extends StreamProtocol {
 *       override async connectionMade() {
 *         for await (const line of lines(this)) {
 *           if (line.length === 0) break; // which closes the connection
 *           this.transport.write(Buffer.from(`Hello ${line.toString()}\r\n`));
 *         }
 *       }
 *     }
 *
 *  - What the loop doesn't ask for is kept, up to `readBufferSize`; then the transport is paused until the loop has caught up.
 *  - The loop ends when the connection ends in order (ConnectionDone), after all that has come. Any other reason is thrown there,
 *    after all that has come. In a loop in `connectionMade` neither that nor a ParseError need be caught: they are no fault of the
 *    program's, so they aren't logged. A ParseError closes the connection.
 *  - Leaving the loop early (`break`, `return`, an exception) closes the connection, unless `keepOpen` says that it stays; then
 *    another loop goes on where this one has stopped.
 *
 * Only one loop may run at a time: asking for a chunk while another one is being waited for is an Error. A subclass that overrides
 * `dataReceived` or `connectionLost` has to call the overridden one. Not in Twisted.
 */
export class StreamProtocol<T extends PausableTransport = ITCPTransport>
  extends Protocol<T>
  implements AsyncIterable<Buffer>
{
  /** How much is kept for the loop before the transport is paused, in bytes. */
  readBufferSize = 65_536;

  #chunks: Buffer[] = [];
  #kept = 0;
  #paused = false;
  #reason: Failure | undefined;
  #waiting: { resolve(): void } | undefined;

  override makeConnection(transport: ITransport): Completion {
    const completion = super.makeConnection(transport);
    // Who writes JavaScript may return anything.
    if (typeof completion?.then !== 'function') return completion;
    return completion.then(undefined, (error: unknown) => this.#loopFailed(error));
  }

  override dataReceived(data: Buffer): void {
    this.#chunks.push(data);
    this.#kept += data.length + CHUNK_OVERHEAD;
    this.#wake();
    if (this.#kept > this.readBufferSize && !this.#paused) {
      this.#paused = true;
      this.transport.pauseProducing();
    }
  }

  override connectionLost(reason: Failure): void {
    this.#reason = reason;
    this.#wake();
  }

  /** Puts bytes back: they come next. */
  unshift(data: Buffer): void {
    if (data.length === 0) return;
    this.#chunks.unshift(data);
    this.#kept += data.length + CHUNK_OVERHEAD;
  }

  /** For `for await`: the pieces as they come, until the peer's end. It throws what the connection is lost with. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Buffer, undefined, undefined> {
    return this.chunks();
  }

  /** What comes, in pieces as they come. */
  chunks({ keepOpen = false }: ChunksOptions = {}): AsyncIterableIterator<Buffer, undefined, undefined> {
    let left = false;
    return {
      next: async () => {
        const value = left ? undefined : await this.#next();
        return value === undefined ? { done: true, value } : { done: false, value };
      },
      return: () => {
        left = true;
        if (!keepOpen) this.#leave();
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  async #next(): Promise<Buffer | undefined> {
    if (this.#waiting !== undefined) throw new Error('The input is being waited for by another loop');
    while (this.#chunks.length === 0) {
      if (this.#reason !== undefined) {
        if (this.#reason.value instanceof ConnectionDone) return undefined;
        throw this.#reason.value;
      }
      this.#resume();
      await new Promise<void>((resolve) => (this.#waiting = { resolve }));
    }
    const chunk = this.#chunks.shift() as Buffer;
    this.#kept -= chunk.length + CHUNK_OVERHEAD;
    return chunk;
  }

  /** What a loop in `connectionMade` doesn't catch is the program's fault, unless it is how the connection or the peer has failed. */
  #loopFailed(error: unknown): void {
    if (error === this.#reason?.value) return;
    if (!(error instanceof ParseError)) throw error;
    this.transport.loseConnection({ reason: error });
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.transport.resumeProducing();
  }

  #leave(): void {
    this.#chunks = [];
    this.#kept = 0;
    this.transport.loseConnection();
  }
}
