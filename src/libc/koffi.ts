/**
 * The default driver, over koffi.
 *
 * Facts (koffi 3.3, Node 20 to 26, found by experiment):
 *  - `koffi.node.poll(fd, events, callback)` is uv_poll, in a worker too, where libuv's own functions (uv-watch.ts) can't be
 *    used: a handle of koffi's is closed by Node itself if the worker is terminated.
 *  - It calls back without a callback scope: an exception thrown there vanishes, or comes out of an unrelated later
 *    call. So nothing but raising a flag may happen in there.
 *  - Polling a number that isn't open, a regular file, or one number twice aborts the process. Using a closed handle
 *    crashes it. A handle that nobody references is collected and silently closed. Leaving the process by its natural
 *    end with an unref'd handle that is ready aborts. Hence the checks, the flag and the exit hook below.
 *  - A `word` that fits a double is answered as a number, and so is every address.
 *  - `int` answers cost less than `long` ones, which koffi may have to give as BigInt.
 */
import { createRequire } from 'node:module';
import type koffiModule from 'koffi';
import { closeAtExit } from './close-at-exit.js';
import { errno } from './errno.js';
import type {
  ForeignFunction,
  ForeignFunctions,
  ForeignType,
  ReadableWatch,
  WatchReadable,
} from './foreign-functions.js';
import { MissingDriverError } from './missing-driver-error.js';
import { systemError } from './system-error.js';

type Koffi = typeof koffiModule;

/** koffi's names for the two widths of integers. */
const types: Record<ForeignType, string> = { int: 'int', word: 'int64' };

/** Loads koffi. Throws {@link MissingDriverError} if it isn't installed. */
export function loadKoffi(): Koffi {
  try {
    return createRequire(import.meta.url)('koffi') as Koffi;
  } catch (error) {
    throw new MissingDriverError('koffi', 'npm install koffi', error);
  }
}

/** libc's functions through koffi. */
export class KoffiFunctions implements ForeignFunctions {
  readonly name = 'koffi';
  readonly errno: () => number;
  readonly #koffi: Koffi;
  readonly #libc: ReturnType<Koffi['load']>;

  constructor(koffi: Koffi) {
    this.#koffi = koffi;
    this.#libc = koffi.load(null);
    this.errno = koffi.errno;
  }

  bind(name: string, parameters: readonly ForeignType[], answer: ForeignType = 'int'): ForeignFunction {
    return this.#libc.func(
      name,
      types[answer],
      parameters.map((type) => types[type]),
    ) as ForeignFunction;
  }

  addressOf(bytes: ArrayBufferView): number {
    return Number(this.#koffi.address(bytes));
  }

  wordsAt(address: number, count: number): Int32Array {
    const bytes = this.#koffi.view(BigInt(address), count * Int32Array.BYTES_PER_ELEMENT);
    return new Int32Array(bytes);
  }
}

/** The descriptors that are watched now. libuv takes each only once, and koffi aborts when it refuses. */
const watched = new Set<number>();

/**
 * How descriptors are watched in a worker: through koffi's uv_poll. The caller has checked that the descriptor is open and
 * can be polled. What this answers throws a SystemError (EEXIST) if it is being watched.
 */
export function watchWithKoffi(koffi: Koffi): WatchReadable {
  return (fd) => new KoffiWatch(koffi, fd);
}

class KoffiWatch implements ReadableWatch {
  readonly #fd: number;
  #handle: ReturnType<Koffi['node']['poll']> | undefined;
  #readable = false;
  readonly #forgetExit: () => void;

  constructor(koffi: Koffi, fd: number) {
    if (watched.has(fd)) throw systemError(-errno.EEXIST, 'uv_poll_start', { fd });
    this.#fd = fd;
    // The callback refers to the handle through `this`, so the handle lives as long as it may call.
    this.#handle = koffi.node.poll(fd, { readable: true }, () => {
      this.#readable = this.#handle !== undefined;
    });
    watched.add(fd);
    this.#forgetExit = closeAtExit(this);
  }

  takeReadiness(): boolean {
    const readable = this.#readable;
    this.#readable = false;
    return readable;
  }

  ref(): void {
    this.#handle?.ref();
  }

  unref(): void {
    this.#handle?.unref();
  }

  close(): void {
    const handle = this.#handle;
    if (handle === undefined) return;
    this.#handle = undefined;
    this.#readable = false;
    this.#forgetExit();
    watched.delete(this.#fd);
    handle.close();
  }
}
