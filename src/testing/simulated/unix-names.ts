import { errno } from '../../libc/index.js';
import type { UnixSocket } from './unix-socket.js';

/**
 * The names of a host's UNIX sockets.
 *
 * Facts (unix(7)): a name is a path, or bytes that begin with a NUL (an abstract one). A path stays when its socket is closed, and is in the
 * way of another bind() with EADDRINUSE until somebody removes the file; who connects there is refused. An abstract name goes with its
 * socket.
 */
export class UnixNames {
  /** By name, its bytes as latin1 text; undefined for a path whose socket is gone. */
  readonly #sockets = new Map<string, UnixSocket | undefined>();

  /** 0, or -EADDRINUSE. */
  bind(name: Buffer, socket: UnixSocket): number {
    const key = keyOf(name);
    if (this.#sockets.has(key)) return -errno.EADDRINUSE;
    this.#sockets.set(key, socket);
    return 0;
  }

  /** Who has this name; or what connect(2) says if nobody has. */
  find(name: Buffer): UnixSocket | number {
    const key = keyOf(name);
    if (!isAbstract(name) && !this.#sockets.has(key)) return -errno.ENOENT;
    return this.#sockets.get(key) ?? -errno.ECONNREFUSED;
  }

  /** The socket that had this name is closed. */
  release(name: Buffer): void {
    if (isAbstract(name)) this.#sockets.delete(keyOf(name));
    else this.#sockets.set(keyOf(name), undefined);
  }

  /** Removes the file of a path, as unlink(2) does. */
  remove(path: string): void {
    this.#sockets.delete(path);
  }
}

function keyOf(name: Buffer): string {
  return name.toString('latin1');
}

function isAbstract(name: Buffer): boolean {
  return name[0] === 0;
}
