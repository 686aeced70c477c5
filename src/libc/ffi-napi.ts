/**
 * The second driver, over ffi-napi and ref-napi.
 *
 * Facts (the 2060.io forks, Node 20 to 26, found by experiment and in their sources):
 *  - `ffi.errno()` is one more foreign call, and costs like one. errno lies at one address for a thread's whole life
 *    (`__errno_location`, in glibc and musl), so a view of these four bytes gives it by a mere load, with nothing
 *    between the call and the load that could change it.
 *  - libuv's functions are symbols of the node binary. `uv_default_loop` is the main thread's loop, so in a worker
 *    it is the wrong one: watching there ends in a segmentation fault.
 *  - A callback that was collected while libuv may still call it ends the process. After `uv_close` libuv doesn't
 *    call it any more, but it uses the handle's memory until it calls the function that `uv_close` was given.
 *  - The process may end before that, and JavaScript that libuv calls while the environment is torn down aborts. So
 *    the handle's memory comes from malloc, and that function is free itself: nothing of JavaScript takes part.
 *  - An exception that leaves a callback comes out of some later foreign call.
 */
import { closeAtExit } from './close-at-exit.js';
import { errno } from './errno.js';
import { type FfiNapi, ForeignProgram } from './ffi-napi-program.js';
import type { ForeignFunction, ForeignFunctions, ForeignType, ReadableWatch } from './foreign-functions.js';
import { systemError } from './system-error.js';

export { type FfiNapi, loadFfiNapi } from './ffi-napi-program.js';

/** libc's functions through ffi-napi. */
export class FfiNapiFunctions implements ForeignFunctions {
  readonly name = 'ffi-napi';
  readonly #program: ForeignProgram;
  readonly #errno: Int32Array;

  constructor(packages: FfiNapi) {
    this.#program = new ForeignProgram(packages);
    this.#errno = this.#program.viewOfInt('__errno_location');
  }

  bind(name: string, parameters: readonly ForeignType[]): ForeignFunction {
    return this.#program.int(name, parameters);
  }

  errno(): number {
    return this.#errno[0] as number;
  }

  addressOf(bytes: ArrayBufferView): number {
    return this.#program.addressOf(bytes);
  }
}

/** `uv_handle_type` of a poll handle, `uv_poll_event` for readability (uv.h; part of libuv's ABI). */
const UV_POLL = 8;
const UV_READABLE = 1;

/** libuv's functions, found once. A handle is its address. */
class Libuv {
  static readonly #known = new WeakMap<FfiNapi, Libuv>();

  readonly init: (handle: number, fd: number) => number;
  readonly start: (handle: number, callback: Buffer) => number;
  readonly ref: (handle: number) => void;
  readonly unref: (handle: number) => void;
  /** Ends the handle; libuv frees its memory when it is done with it. */
  readonly close: (handle: number) => void;
  readonly allocate: () => number;
  readonly free: (handle: number) => void;
  readonly callback: (called: () => void) => Buffer;

  static of(packages: FfiNapi): Libuv {
    const known = Libuv.#known.get(packages);
    if (known !== undefined) return known;
    const made = new Libuv(packages);
    Libuv.#known.set(packages, made);
    return made;
  }

  private constructor(packages: FfiNapi) {
    const program = new ForeignProgram(packages);
    const loop = program.word('uv_default_loop', [])();
    const size = program.word('uv_handle_size', ['int'])(UV_POLL);
    const freed = program.symbol('free');
    const malloc = program.word('malloc', ['word']);
    const init = program.int('uv_poll_init', ['word', 'word', 'int']);
    const start = program.int('uv_poll_start', ['word', 'int', 'word']);
    const close = program.word('uv_close', ['word', 'word']);
    this.init = (handle, fd) => init(loop, handle, fd);
    this.start = (handle, callback) => start(handle, UV_READABLE, program.addressOf(callback));
    this.ref = program.word('uv_ref', ['word']);
    this.unref = program.word('uv_unref', ['word']);
    this.close = (handle) => void close(handle, freed);
    this.allocate = () => malloc(size);
    this.free = program.word('free', ['word']);
    this.callback = (called) => program.callback(['word', 'int', 'int'], called);
  }
}

/** Watches `fd` through libuv's own functions. Throws a SystemError if libuv can't watch it. */
export function watchWithFfiNapi(packages: FfiNapi, fd: number, onReadable: () => void): ReadableWatch {
  return new FfiNapiWatch(Libuv.of(packages), fd, onReadable);
}

class FfiNapiWatch implements ReadableWatch {
  readonly #uv: Libuv;
  /** Where the uv_poll_t lies; undefined once it is libuv's to free. */
  #handle: number | undefined;
  /** Held here so that it isn't collected; closeAtExit holds the watch. */
  #callback: Buffer | undefined;
  readonly #forgetExit: () => void;

  constructor(uv: Libuv, fd: number, onReadable: () => void) {
    this.#uv = uv;
    this.#callback = uv.callback(() => {
      if (this.#handle !== undefined) onReadable();
    });
    this.#handle = startedHandle(uv, fd, this.#callback);
    this.#forgetExit = closeAtExit(this);
  }

  ref(): void {
    if (this.#handle !== undefined) this.#uv.ref(this.#handle);
  }

  unref(): void {
    if (this.#handle !== undefined) this.#uv.unref(this.#handle);
  }

  close(): void {
    const handle = this.#handle;
    if (handle === undefined) return;
    this.#handle = undefined;
    this.#callback = undefined;
    this.#forgetExit();
    this.#uv.close(handle);
  }
}

/** A handle that polls `fd`. On failure nothing is left of it. */
function startedHandle(uv: Libuv, fd: number, callback: Buffer): number {
  const handle = uv.allocate();
  if (handle === 0) throw systemError(-errno.ENOMEM, 'malloc');
  const initialised = uv.init(handle, fd);
  if (initialised < 0) {
    uv.free(handle);
    throw systemError(initialised, 'uv_poll_init', { fd });
  }
  const started = uv.start(handle, callback);
  if (started < 0) {
    uv.close(handle);
    throw systemError(started, 'uv_poll_start', { fd });
  }
  return handle;
}
