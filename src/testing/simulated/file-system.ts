import { O_APPEND, O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY, errno } from '../../libc/index.js';
import { EPOLLIN, EPOLLOUT } from '../../libc/index.js';
import { type OpenFile, SeekableFile } from './open-file.js';

const ACCESS_MODE = O_RDONLY | O_WRONLY | O_RDWR;
const KEPT_FLAGS = ACCESS_MODE | O_APPEND | 0o4000;

/** The bytes of a file, shared by all who have it open. */
interface Content {
  bytes: Buffer;
}

/** A regular file, open. epoll can't wait for it. */
class RegularFile extends SeekableFile {
  readonly #content: Content;
  #position = 0;

  constructor(flags: number, content: Content) {
    super(flags & KEPT_FLAGS);
    this.#content = content;
  }

  readiness(): number {
    return EPOLLIN | EPOLLOUT;
  }

  read(target: Uint8Array): number {
    const n = this.pread(target, this.#position);
    if (n > 0) this.#position += n;
    return n;
  }

  pread(target: Uint8Array, position: number): number {
    if ((this.flags & ACCESS_MODE) === O_WRONLY) return -errno.EBADF;
    if (position < 0) return -errno.EINVAL;
    const part = this.#content.bytes.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  }

  write(source: Uint8Array): number {
    if ((this.flags & ACCESS_MODE) === O_RDONLY) return -errno.EBADF;
    const { bytes } = this.#content;
    if ((this.flags & O_APPEND) !== 0) this.#position = bytes.length;
    const end = this.#position + source.length;
    const grown = Buffer.alloc(Math.max(bytes.length, end));
    grown.set(bytes);
    grown.set(source, this.#position);
    this.#content.bytes = grown;
    this.#position = end;
    return source.length;
  }

  protected released(): void {
    // The content stays.
  }
}

/** /dev/null: always empty, and takes everything. */
export class NullDevice extends SeekableFile {
  override readonly sendable = false;

  readiness(): number {
    return EPOLLIN | EPOLLOUT;
  }

  read(): number {
    return 0;
  }

  pread(): number {
    return 0;
  }

  write(source: Uint8Array): number {
    return source.length;
  }

  protected released(): void {
    // There is nothing to it.
  }
}

/** The few files that programs on the kernel may open: by their whole path, without folders or permissions. */
export class FileSystem {
  readonly #files = new Map<string, Content>([['/proc/self/exe', { bytes: Buffer.from('\u007fELF') }]]);

  /** Puts a file there, or other bytes into one. */
  set(path: string, bytes: Uint8Array): void {
    this.#files.set(path, { bytes: Buffer.from(bytes) });
  }

  /** What is in a file; undefined if there is none of this path. */
  get(path: string): Buffer | undefined {
    return this.#files.get(path)?.bytes;
  }

  /** open(2): the file, or `-errno`. */
  open(path: string, flags: number): OpenFile | number {
    if (path === '/dev/null') return new NullDevice(flags & KEPT_FLAGS);
    let content = this.#files.get(path);
    if (content === undefined) {
      if ((flags & O_CREAT) === 0) return -errno.ENOENT;
      content = { bytes: Buffer.alloc(0) };
      this.#files.set(path, content);
    }
    if ((flags & O_TRUNC) !== 0) content.bytes = Buffer.alloc(0);
    return new RegularFile(flags, content);
  }
}
