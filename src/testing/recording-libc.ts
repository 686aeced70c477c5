import type { EpollEventArray, Libc, SocketAddress } from '../libc/index.js';
import { InterceptedLibc, type LibcArguments, type LibcCall } from './intercepted-libc.js';

/** One event that epoll_wait told. */
export interface RecordedEvent {
  /** The event mask. */
  readonly events: number;
  /** The low half of the data: a descriptor's number. */
  readonly low: number;
  /** The high half of the data: a registration's generation. */
  readonly high: number;
}

/** One call, and what the kernel has answered. Bytes and addresses are copies. */
export interface RecordedCall {
  /** The function that was called. */
  readonly call: LibcCall;
  /** A number, or `-errno`. */
  readonly result: number;
  /** The arguments that are numbers, in their order. */
  readonly numbers: readonly number[];
  /** open's path. */
  readonly path?: string;
  /** The bytes that the caller gave: those to be sent or written, or an option's value. Of sendmsg's list, all in one piece. */
  readonly given?: Buffer;
  /** The bytes that the kernel gave: those received or read, an option's value, or poll's records. */
  readonly filled?: Buffer;
  /** `struct sockaddr`, from the caller or from the kernel. */
  readonly address?: Buffer;
  /** The two descriptors of socketpair and pipe2. */
  readonly pair?: readonly [number, number];
  /** What epoll_wait told. */
  readonly events?: readonly RecordedEvent[];
}

type Details = Omit<RecordedCall, 'call' | 'result' | 'numbers'>;

/** How many calls are kept unless it is said otherwise. */
const LIMIT = 100_000;

/**
 * A `Libc` that writes down every call of another one, with its arguments and its answer, in `log`: for a look at what a program asks of the
 * kernel, and to check a simulated kernel against the real one. To be had beneath a FaultyLibc too, where it sees the calls that
 * are really made.
 */
export class RecordingLibc extends InterceptedLibc {
  readonly #log: RecordedCall[] = [];
  readonly #limit: number;
  #dropped = 0;

  constructor(libc: Libc, { limit = LIMIT }: { readonly limit?: number } = {}) {
    super('recorded', libc);
    this.#limit = limit;
  }

  /** The calls so far, the first one first; no more than the limit. */
  get log(): readonly RecordedCall[] {
    return this.#log;
  }

  /** How many calls were made beyond the limit, and not kept. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Forgets all calls. */
  clear(): void {
    this.#log.length = 0;
    this.#dropped = 0;
  }

  protected override intercept(call: LibcCall, args: LibcArguments): number {
    const given = givenTo(call, args);
    const result = this.make(call, args);
    if (this.#log.length < this.#limit) {
      const numbers = args.filter((arg) => typeof arg === 'number');
      this.#log.push({ call, result, numbers, ...given, ...toldBy(call, args, result) });
    } else {
      this.#dropped += 1;
    }
    return result;
  }
}

/** What goes into a call besides numbers. */
function givenTo(call: LibcCall, args: LibcArguments): Details {
  switch (call) {
    case 'bind':
    case 'connect':
      return { address: bytesOf(args[1] as SocketAddress) };
    case 'send':
    case 'write': {
      const [, buffer, offset, length] = args as Parameters<Libc['send']>;
      return { given: Buffer.from(buffer.subarray(offset, offset + length)) };
    }
    case 'sendmsg': {
      const [, buffers, first, count, offset] = args as Parameters<Libc['sendmsg']>;
      return { given: Buffer.concat(buffers.slice(first, first + count)).subarray(offset) };
    }
    case 'setsockopt':
      return { given: Buffer.from(args[3] as Uint8Array) };
    case 'poll':
      return { given: Buffer.from(args[0] as Uint8Array) };
    case 'open':
      return { path: args[0] as string };
    default:
      return {};
  }
}

/** What comes out of a call that hasn't failed, besides its result. */
function toldBy(call: LibcCall, args: LibcArguments, result: number): Details {
  if (result < 0) return {};
  switch (call) {
    case 'accept4':
    case 'getsockname':
    case 'getpeername':
      return { address: bytesOf(args[1] as SocketAddress) };
    case 'recv':
    case 'read':
    case 'pread': {
      const [, buffer, offset] = args as Parameters<Libc['read']>;
      return { filled: Buffer.from(buffer.subarray(offset, offset + result)) };
    }
    case 'getsockopt':
      return { filled: Buffer.from((args[3] as Uint8Array).subarray(0, result)) };
    case 'poll':
      return { filled: Buffer.from(args[0] as Uint8Array) };
    case 'socketpair':
    case 'pipe2': {
      const [one = -1, two = -1] = args.find((arg) => arg instanceof Int32Array) ?? [];
      return { pair: [one, two] };
    }
    case 'epoll_wait': {
      const events = args[1] as EpollEventArray;
      const at = (i: number): RecordedEvent => ({
        events: events.events(i),
        low: events.low(i),
        high: events.high(i),
      });
      return { events: Array.from({ length: result }, (_, i) => at(i)) };
    }
    default:
      return {};
  }
}

function bytesOf({ bytes, length }: SocketAddress): Buffer {
  return Buffer.from(bytes.subarray(0, length));
}
