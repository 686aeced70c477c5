/**
 * Calling the functions of the running program (libc's and libuv's) through ffi-napi and ref-napi.
 *
 * Facts (the 2060.io forks, Node 20, found by experiment and in their sources):
 *  - A `ForeignFunction` allocates a buffer per argument and registers each of them natively: 37 us for a recv. The
 *    binding below it takes four buffers: the call interface, the function's code, room for the answer, and an array
 *    of pointers to the arguments. Made once per function and filled again for each call, they bring it to 0.9 us.
 *  - `ref.address` remembers every buffer whose address it was asked for until that is collected: 0.2 us for one that
 *    it knows, 2.6 us for a new one.
 *  - A result narrower than a register is widened to one, so two 32-bit words hold every answer.
 */
import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import type { ForeignFunction, ForeignType } from './foreign-functions.js';
import { MissingDriverError, UnsupportedPlatformError } from './missing-driver-error.js';

/** A C type of ref-napi's. Nothing looks inside. */
interface CType {
  readonly size: number;
}

/** What is used of ffi-napi. */
interface Ffi {
  readonly types: { readonly int: CType; readonly int64: CType; readonly void: CType };
  readonly DynamicLibrary: new (path: null) => { get(symbol: string): Buffer };
  CIF(answer: CType, parameters: readonly CType[]): Buffer;
}

/** What is used of the native part of ffi-napi, below the functions that it documents. */
interface FfiBindings {
  ffi_call(callInterface: Buffer, code: Buffer, answer: Buffer, argumentPointers: Buffer): void;
}

/** What is used of ref-napi. */
interface Ref {
  address(buffer: Uint8Array): number;
  readPointer(buffer: Buffer, offset: number, length: number): Buffer;
}

/** The packages, loaded. */
export interface FfiNapi {
  readonly ffi: Ffi;
  readonly bindings: FfiBindings;
  readonly ref: Ref;
}

/** The names are those of the original packages, which don't build on the Nodes of today; the forks do. */
const INSTALL = 'npm install ffi-napi@npm:@2060.io/ffi-napi ref-napi@npm:@2060.io/ref-napi';

/**
 * Loads ffi-napi and ref-napi. Throws {@link MissingDriverError} if they aren't installed (or not built), and
 * {@link UnsupportedPlatformError} in a worker thread.
 */
export function loadFfiNapi(): FfiNapi {
  if (!isMainThread) {
    throw new UnsupportedPlatformError(
      "The ffi-napi driver works in the main thread only, since uv_default_loop is the main thread's: use koffi in a worker",
    );
  }
  try {
    const require = createRequire(import.meta.url);
    return {
      ffi: require('ffi-napi') as Ffi,
      bindings: require('ffi-napi/lib/bindings') as FfiBindings,
      ref: require('ref-napi') as Ref,
    };
  } catch (error) {
    throw new MissingDriverError('ffi-napi', INSTALL, error);
  }
}

const TWO_TO_32 = 2 ** 32;

type ForeignCall = (args: readonly number[]) => void;

/** Functions of the running program: each has memory of its own for its arguments, and all share that for the answer. */
export class ForeignProgram {
  readonly #packages: FfiNapi;
  readonly #library: { get(symbol: string): Buffer };
  readonly #answer = new Int32Array(2);
  readonly #answerBytes = Buffer.from(this.#answer.buffer);

  constructor(packages: FfiNapi) {
    this.#packages = packages;
    this.#library = new packages.ffi.DynamicLibrary(null);
  }

  /** A function that answers an int. */
  int(name: string, parameters: readonly ForeignType[]): ForeignFunction {
    const call = this.#prepare(name, 'int', parameters);
    const answer = this.#answer;
    return (...args) => {
      call(args);
      return answer[0] as number;
    };
  }

  /** A function that answers a size, an address (or nothing). */
  word(name: string, parameters: readonly ForeignType[]): ForeignFunction {
    const call = this.#prepare(name, 'word', parameters);
    const answer = this.#answer;
    return (...args) => {
      call(args);
      return ((answer[0] as number) >>> 0) + (answer[1] as number) * TWO_TO_32;
    };
  }

  addressOf(bytes: ArrayBufferView): number {
    const { ref } = this.#packages;
    if (bytes instanceof Uint8Array) return ref.address(bytes);
    return ref.address(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  /** The 32-bit words at an address. */
  wordsAt(address: number, count: number): Int32Array {
    const pointer = Buffer.alloc(8);
    pointer.writeBigUInt64LE(BigInt(address));
    const bytes = this.#packages.ref.readPointer(pointer, 0, count * Int32Array.BYTES_PER_ELEMENT);
    return new Int32Array(bytes.buffer, bytes.byteOffset, count);
  }

  #prepare(name: string, returned: ForeignType, parameters: readonly ForeignType[]): ForeignCall {
    const { ffi, bindings } = this.#packages;
    const callInterface = ffi.CIF(this.#typeOf(returned), this.#typesOf(parameters));
    const code = this.#library.get(name);
    const answer = this.#answerBytes;
    const count = parameters.length;
    const values = new Int32Array(2 * count);
    const pointers = this.#pointersTo(values);
    return (args) => {
      for (let i = 0; i < count; i += 1) {
        const value = args[i] as number;
        values[2 * i] = value;
        values[2 * i + 1] = Math.floor(value / TWO_TO_32);
      }
      bindings.ffi_call(callInterface, code, answer, pointers);
    };
  }

  #typeOf(type: ForeignType): CType {
    return type === 'int' ? this.#packages.ffi.types.int : this.#packages.ffi.types.int64;
  }

  #typesOf(types: readonly ForeignType[]): CType[] {
    return types.map((type) => this.#typeOf(type));
  }

  /** The addresses of 64-bit words, as an array of C pointers. */
  #pointersTo(words: Int32Array): Buffer {
    const start = BigInt(this.addressOf(words));
    const pointers = BigUint64Array.from({ length: words.length / 2 }, (_, i) => start + 8n * BigInt(i));
    return Buffer.from(pointers.buffer);
  }
}
