/**
 * Watching a descriptor in Node's loop by libuv's own functions, which are symbols of the node binary. For the main
 * thread only: `uv_default_loop` is its loop, in a worker too.
 *
 * Facts (uv.h, libuv's handle.c and uv-common.c, and experiment on Node 20 to 26), and what follows:
 *  - JavaScript as the callback has its price: koffi makes an object with three named properties each time, ffi-napi goes
 *    through libffi twice; and it is called without a callback scope, so that an exception vanishes. Here the callback is C:
 *    libuv calls `callback(handle, status, events)`, and `uv_handle_set_data(handle, data)` makes of it a note of the
 *    status in the handle's first word, which JavaScript reads when it likes. (Surplus arguments don't matter on x86-64 and
 *    arm64: they stay in their registers.) A message that comes alone costs 9 % less CPU time for it.
 *  - Polling a number that isn't open or can't be polled aborts: the caller has checked it. One number twice is EEXIST.
 *  - After `uv_close` libuv uses the handle's memory until it calls the function that it was given. The process may end
 *    before that, with JavaScript gone. So the memory comes from malloc, and that function is free itself.
 *  - A handle that is unref'd and ready when the loop ends by itself makes libuv abort; see close-at-exit.ts.
 */
import { closeAtExit } from './close-at-exit.js';
import { errno } from './errno.js';
import type { ForeignFunctions, ReadableWatch, WatchReadable } from './foreign-functions.js';
import { systemError } from './system-error.js';

/** `uv_handle_type` of a poll handle, `uv_poll_event` for readability (uv.h; part of libuv's ABI). */
const UV_POLL = 8;
const UV_READABLE = 1;

/** dlsym(3): look in the program and all that it has loaded. */
const RTLD_DEFAULT = 0;

/** As C wants them. Kept, so that they stay where they are. */
const NAME_OF_NOTE = Buffer.from('uv_handle_set_data\0');
const NAME_OF_FREE = Buffer.from('free\0');

/** In the handle's first word until libuv notes a status there, which is 0 or below. */
const NOTHING_NOTED = 1;

/** libuv's functions, found once. A handle is its address. */
class Libuv {
  readonly init: (handle: number, fd: number) => number;
  readonly start: (handle: number) => number;
  readonly ref: (handle: number) => number;
  readonly unref: (handle: number) => number;
  /** Ends the handle; libuv frees its memory when it is done with it. */
  readonly close: (handle: number) => number;
  readonly allocate: () => number;
  readonly free: (handle: number) => number;
  /** The handle's first word. */
  readonly noteIn: (handle: number) => Int32Array;

  constructor(ffi: ForeignFunctions) {
    const note = addressOfFunction(ffi, NAME_OF_NOTE);
    const freed = addressOfFunction(ffi, NAME_OF_FREE);
    const loop = ffi.bind('uv_default_loop', [], 'word')();
    const size = ffi.bind('uv_handle_size', ['int'], 'word')(UV_POLL);
    const malloc = ffi.bind('malloc', ['word'], 'word');
    const init = ffi.bind('uv_poll_init', ['word', 'word', 'int']);
    const start = ffi.bind('uv_poll_start', ['word', 'int', 'word']);
    const close = ffi.bind('uv_close', ['word', 'word']);
    this.init = (handle, fd) => init(loop, handle, fd);
    this.start = (handle) => start(handle, UV_READABLE, note);
    this.ref = ffi.bind('uv_ref', ['word']);
    this.unref = ffi.bind('uv_unref', ['word']);
    this.close = (handle) => close(handle, freed);
    this.allocate = () => malloc(size);
    this.free = ffi.bind('free', ['word']);
    this.noteIn = (handle) => ffi.wordsAt(handle, 1);
  }
}

/** Throws if there is none: libuv would call address 0. */
function addressOfFunction(ffi: ForeignFunctions, name: Buffer): number {
  const address = ffi.bind('dlsym', ['word', 'word'], 'word')(RTLD_DEFAULT, ffi.addressOf(name));
  if (address === 0)
    throw new Error(`The running program has no function ${name.toString('latin1', 0, name.length - 1)}`);
  return address;
}

/** How descriptors are watched in the main thread. What it answers throws a SystemError if libuv can't watch one. */
export function watchWithLibuv(ffi: ForeignFunctions): WatchReadable {
  const uv = new Libuv(ffi);
  return (fd) => new UvWatch(uv, fd);
}

class UvWatch implements ReadableWatch {
  readonly #uv: Libuv;
  /** Where the uv_poll_t lies; undefined once it is libuv's to free. */
  #handle: number | undefined;
  #note: Int32Array | undefined;
  readonly #forgetExit: () => void;

  constructor(uv: Libuv, fd: number) {
    this.#uv = uv;
    this.#handle = startedHandle(uv, fd);
    this.#note = uv.noteIn(this.#handle);
    this.#note[0] = NOTHING_NOTED;
    this.#forgetExit = closeAtExit(this);
  }

  takeReadiness(): boolean {
    const note = this.#note;
    if (note === undefined || note[0] === NOTHING_NOTED) return false;
    note[0] = NOTHING_NOTED;
    return true;
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
    this.#note = undefined;
    this.#forgetExit();
    this.#uv.close(handle);
  }
}

/** A handle that polls `fd`. On failure nothing is left of it. */
function startedHandle(uv: Libuv, fd: number): number {
  const handle = uv.allocate();
  if (handle === 0) throw systemError(-errno.ENOMEM, 'malloc');
  const initialised = uv.init(handle, fd);
  if (initialised < 0) {
    uv.free(handle);
    throw systemError(initialised, 'uv_poll_init', { fd });
  }
  const started = uv.start(handle);
  if (started < 0) {
    uv.close(handle);
    throw systemError(started, 'uv_poll_start', { fd });
  }
  return handle;
}
