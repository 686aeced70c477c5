import type { QueuedFile } from './queued-file.js';
import { WriteQueue } from './write-queue.js';

/** A file, and what was queued behind it. */
interface Link {
  readonly file: QueuedFile;
  /** The chunks between this file and the next one. */
  readonly chunks: Uint8Array[];
  /** Their bytes when they were queued: a chunk that is transferred to a worker has none any more. */
  bytes: number;
  next: Link | undefined;
}

/**
 * A queue that has, or had, files in it. The chunks that it shows are those ahead of the first file; what comes behind that file waits in a list,
 * file by file, and moves up when it is sent. So whoever sends has never to look for files among the chunks.
 */
export class FileQueue extends WriteQueue {
  #head: Link | undefined;
  #tail: Link | undefined;
  /** The bytes of all chunks behind the first file. */
  #bytesBehind = 0;
  #fileBytes = 0;
  /** Whom to tell. */
  #sent: QueuedFile[] = [];
  #dropped: QueuedFile[] = [];

  /** `queue` itself if it takes files; else one that has its chunks. `queue` isn't to be used any more, then. */
  static from(queue: WriteQueue): FileQueue {
    if (queue instanceof FileQueue) return queue;
    const made = new FileQueue();
    made.takeOver(queue);
    return made;
  }

  override get bytes(): number {
    return super.bytes + this.#bytesBehind + this.#fileBytes;
  }

  override get memoryBytes(): number {
    return super.bytes + this.#bytesBehind;
  }

  override get file(): QueuedFile | undefined {
    return this.#head?.file;
  }

  override push(chunk: Uint8Array): void {
    if (this.#tail === undefined) {
      super.push(chunk);
    } else if (chunk.length > 0) {
      this.#tail.chunks.push(chunk);
      this.#tail.bytes += chunk.length;
      this.#bytesBehind += chunk.length;
    }
  }

  /** Queues a file that has something to send. */
  pushFile(file: QueuedFile): void {
    const link: Link = { file, chunks: [], bytes: 0, next: undefined };
    if (this.#tail === undefined) this.#head = link;
    else this.#tail.next = link;
    this.#tail = link;
    this.#fileBytes += file.bytes;
  }

  override consume(count: number): void {
    const link = this.#head;
    if (link === undefined || this.chunkBytes > 0) super.consume(count);
    else this.consumeFile(link, count);
  }

  override clear(): void {
    super.clear();
    for (let link = this.#head; link !== undefined; link = link.next) this.#dropped.push(link.file);
    this.#head = undefined;
    this.#tail = undefined;
    this.#bytesBehind = 0;
    this.#fileBytes = 0;
  }

  override tellSent(): void {
    if (this.#sent.length === 0) return;
    for (const file of this.#sent.splice(0)) file.succeed();
  }

  override takeDropped(): readonly QueuedFile[] {
    return this.#dropped.splice(0);
  }

  private consumeFile(link: Link, count: number): void {
    link.file.take(count);
    this.#fileBytes -= count;
    if (link.file.bytes > 0) return;
    this.#head = link.next;
    if (this.#head === undefined) this.#tail = undefined;
    this.#bytesBehind -= link.bytes;
    this.moveUp(link.chunks, link.bytes);
    this.#sent.push(link.file);
  }
}
