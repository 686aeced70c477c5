import { Deferred, type Failure, fail, succeed } from '../defer/index.js';

/** Where a queue's chunks come from: it can be told to stop for a while. */
export interface ChunkSource {
  pauseProducing(): void;
  resumeProducing(): void;
}

/**
 * Bytes on their way from who is told of them to who asks for them. The source is paused while nobody asks and `limitBytes` or
 * more are kept; how much more is up to what the source gives at a time. Knows no connection.
 */
export class ReadQueue {
  readonly #source: ChunkSource;
  readonly #limitBytes: number;
  readonly #waiting = new Set<Deferred<Buffer | undefined>>();
  /** Chunks that nobody has asked for; those before `#first` have been handed out. */
  #chunks: Buffer[] = [];
  #first = 0;
  #bytes = 0;
  #paused = false;
  #end: { readonly reason: Failure | undefined } | undefined;

  constructor(source: ChunkSource, limitBytes: number) {
    this.#source = source;
    this.#limitBytes = limitBytes;
  }

  /** The source has begun: with a limit of 0 it is paused at once. */
  start(): void {
    this.#adjust();
  }

  push(chunk: Buffer): void {
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      next.callback(chunk);
      this.#adjust();
      return;
    }
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#adjust();
  }

  /** Nothing more comes. Those who ask get what is kept, and then undefined, or `reason` if there is one. The first call counts. */
  end(reason?: Failure): void {
    if (this.#end !== undefined) return;
    this.#end = { reason };
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      if (reason === undefined) next.callback(undefined);
      else next.errback(reason);
    }
  }

  /** What is kept is dropped. */
  clear(): void {
    this.#chunks = [];
    this.#first = 0;
    this.#bytes = 0;
  }

  /** The next chunk; undefined at the end. Cancelled before it has fired, it gives its place up, and no chunk is lost. */
  read(): Deferred<Buffer | undefined> {
    const chunk = this.#take();
    if (chunk !== undefined) {
      this.#adjust();
      return succeed<Buffer | undefined>(chunk);
    }
    if (this.#end !== undefined) {
      const { reason } = this.#end;
      return reason === undefined ? succeed<Buffer | undefined>(undefined) : fail(reason);
    }
    const next = new Deferred<Buffer | undefined>(() => {
      this.#waiting.delete(next);
      this.#adjust();
    });
    this.#waiting.add(next);
    this.#adjust();
    return next;
  }

  #take(): Buffer | undefined {
    const chunk = this.#chunks[this.#first];
    if (chunk === undefined) return undefined;
    this.#first += 1;
    this.#bytes -= chunk.length;
    // Handed-out chunks are let go of at the end, or when they are the greater part.
    if (this.#first * 2 > this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#first);
      this.#first = 0;
    }
    return chunk;
  }

  #adjust(): void {
    const enough = this.#waiting.size === 0 && this.#bytes >= this.#limitBytes;
    if (enough === this.#paused || this.#end !== undefined) return;
    this.#paused = enough;
    if (enough) this.#source.pauseProducing();
    else this.#source.resumeProducing();
  }
}
