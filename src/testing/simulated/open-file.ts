import { O_NONBLOCK } from '../../libc/index.js';

/** Somebody who wants to know when a file may have become ready: an epoll set's entry. */
export interface Watcher {
  /** What it is ready for may have changed. */
  fileChanged(): void;
  /** The last descriptor of it was closed. */
  fileReleased(): void;
}

/**
 * An open file description (open(2), "Open file descriptions"): what descriptor numbers lead to. Duplicates share it, with its
 * flags; it ends when the last of them is closed.
 */
export abstract class OpenFile {
  /** Whether poll and epoll can wait for it. A regular file is always ready, and epoll_ctl refuses it (EPERM). */
  readonly pollable: boolean = true;
  /** What F_GETFL tells: the access mode, O_NONBLOCK, O_APPEND. */
  flags: number;
  #numbers = 0;
  readonly #watchers = new Set<Watcher>();

  constructor(flags: number) {
    this.flags = flags;
  }

  get nonBlocking(): boolean {
    return (this.flags & O_NONBLOCK) !== 0;
  }

  /** The events that hold now, EPOLLIN and so on, as the kernel's poll method of such a file tells them. */
  abstract readiness(): number;

  /** read(2) into all of `target`: how many bytes, or `-errno`. */
  abstract read(target: Uint8Array): number;

  /** write(2). */
  abstract write(source: Uint8Array): number;

  /** One more number leads here. */
  retain(): void {
    this.#numbers += 1;
  }

  /** One number less. The last one ends the file. */
  release(): void {
    this.#numbers -= 1;
    if (this.#numbers > 0) return;
    for (const watcher of [...this.#watchers]) watcher.fileReleased();
    this.released();
  }

  watch(watcher: Watcher): void {
    this.#watchers.add(watcher);
  }

  unwatch(watcher: Watcher): void {
    this.#watchers.delete(watcher);
  }

  /** Nobody has it open any more. */
  protected abstract released(): void;

  /** Its readiness may have changed. To tell so once too often does no harm: who is told looks. */
  changed(): void {
    for (const watcher of this.#watchers) watcher.fileChanged();
  }
}

/** A file whose bytes have places. */
export abstract class SeekableFile extends OpenFile {
  override readonly pollable = false;
  /** Whether sendfile takes it. */
  readonly sendable: boolean = true;

  /** pread(2): reads from a place of the file, whose offset stays where it is. */
  abstract pread(target: Uint8Array, position: number): number;
}
