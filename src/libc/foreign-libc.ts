import { DescriptorAccounting } from './descriptor-accounting.js';
import { F_DUPFD_CLOEXEC } from './constants.js';
import { EpollEventArray } from './epoll-event.js';
import { errno } from './errno.js';
import type { ForeignFunctions, ForeignType } from './foreign-functions.js';
import type { Libc } from './libc.js';
import { GatherList } from './gather-list.js';
import { type ResourceLimit, decodeResourceLimit, encodeResourceLimit } from './resource-limit.js';
import type { SocketAddress } from './socket-address.js';

/** The parameters of each libc function; all answer an int, or a ssize_t that fits one. */
const signatures = {
  socket: ['int', 'int', 'int'],
  socketpair: ['int', 'int', 'int', 'word'],
  bind: ['int', 'word', 'int'],
  listen: ['int', 'int'],
  accept4: ['int', 'word', 'word', 'int'],
  connect: ['int', 'word', 'int'],
  getsockname: ['int', 'word', 'word'],
  getpeername: ['int', 'word', 'word'],
  getsockopt: ['int', 'int', 'int', 'word', 'word'],
  setsockopt: ['int', 'int', 'int', 'word', 'int'],
  shutdown: ['int', 'int'],
  recv: ['int', 'word', 'word', 'int'],
  send: ['int', 'word', 'word', 'int'],
  sendmsg: ['int', 'word', 'int'],
  sendfile: ['int', 'int', 'word', 'word'],
  read: ['int', 'word', 'word'],
  pread: ['int', 'word', 'word', 'word'],
  write: ['int', 'word', 'word'],
  open: ['word', 'int', 'int'],
  pipe2: ['word', 'int'],
  close: ['int'],
  dup: ['int'],
  fcntl: ['int', 'int', 'word'],
  epoll_create1: ['int'],
  epoll_ctl: ['int', 'int', 'int', 'word'],
  epoll_wait: ['int', 'word', 'int', 'int'],
  eventfd: ['int', 'int'],
  poll: ['word', 'word', 'int'],
  getrlimit: ['int', 'word'],
  setrlimit: ['int', 'word'],
} as const satisfies Record<string, readonly ForeignType[]>;

type Signatures = typeof signatures;
type Arguments<P extends readonly ForeignType[]> = { -readonly [K in keyof P]: number };
type Calls = { [K in keyof Signatures]: (...args: Arguments<Signatures[K]>) => number };

function bindAll(ffi: ForeignFunctions): Calls {
  const entries = Object.entries(signatures).map(([name, parameters]) => [name, ffi.bind(name, parameters)]);
  return Object.fromEntries(entries) as Calls;
}

/** The most that one call of sendfile moves (sendfile(2), "NOTES"); an answer fits an int, then. */
const SENDFILE_MAX_BYTES = 0x7fff_f000;

/** sizeof struct pollfd. */
const POLLFD_BYTES = 8;

/**
 * Whether a range goes beyond its buffer, or the buffer was detached. The kernel can't see that, and would read or
 * overwrite whatever lies there; EFAULT is what it answers where it does see that memory isn't the caller's.
 */
function isOutside(buffer: Uint8Array, offset: number, length: number): boolean {
  return !(offset >= 0 && length >= 0 && offset + length <= buffer.length);
}

/** The same for sendmsg's list. A list that is longer than the kernel takes is left to the kernel to refuse. */
function isOutsideGather(
  buffers: readonly Uint8Array[],
  first: number,
  count: number,
  offset: number,
): boolean {
  if (count === 0) return false;
  const head = buffers[first];
  return head === undefined || isOutside(head, offset, 0) || first + count > buffers.length;
}

/** A SocketAddress's two places in memory. */
interface AddressPlace {
  readonly bytes: number;
  readonly length: number;
}

/**
 * `Libc` over an FFI package. The hot calls look the address of their buffer up by comparing with the one they
 * had last: a reactor passes the same slab again and again.
 */
export class ForeignLibc implements Libc {
  readonly name: string;
  readonly descriptors = new DescriptorAccounting();
  readonly #ffi: ForeignFunctions;
  readonly #call: Calls;

  readonly #pinned = new WeakMap<ArrayBufferView, number>();
  readonly #addressPlaces = new WeakMap<SocketAddress, AddressPlace>();
  #receiveBuffer: Uint8Array | undefined;
  #receiveAddress = 0;
  #sendBuffer: Uint8Array | undefined;
  #sendAddress = 0;
  #waitEvents: EpollEventArray | undefined;
  #waitAddress = 0;

  readonly #gather: GatherList;
  readonly #gatherAddress: number;
  readonly #scratchEvent = new EpollEventArray(1);
  readonly #scratchEventAddress: number;
  /** Two 64-bit words for calls off the hot path. */
  readonly #scratch = Buffer.alloc(16);
  readonly #scratchAddress: number;

  constructor(ffi: ForeignFunctions) {
    this.name = ffi.name;
    this.#ffi = ffi;
    this.#call = bindAll(ffi);
    this.#gather = new GatherList((bytes) => ffi.addressOf(bytes));
    this.#gatherAddress = ffi.addressOf(this.#gather.header);
    this.#scratchEventAddress = ffi.addressOf(this.#scratchEvent.bytes);
    this.#scratchAddress = ffi.addressOf(this.#scratch);
  }

  pin(buffer: Uint8Array): void {
    this.#pinned.set(buffer, this.#ffi.addressOf(buffer));
  }

  socket(domain: number, type: number, protocol: number): number {
    return this.#opened(this.#call.socket(domain, type, protocol));
  }

  socketpair(domain: number, type: number, protocol: number, pair: Int32Array): number {
    if (pair.length < 2) return -errno.EFAULT;
    return this.#openedPair(this.#call.socketpair(domain, type, protocol, this.#addressOf(pair)));
  }

  bind(fd: number, address: SocketAddress): number {
    return this.#answer(this.#call.bind(fd, this.#placeOf(address).bytes, address.length));
  }

  listen(fd: number, backlog: number): number {
    return this.#answer(this.#call.listen(fd, backlog));
  }

  accept4(fd: number, address: SocketAddress, flags: number): number {
    const place = this.#placeOf(address);
    address.reset();
    return this.#opened(this.#call.accept4(fd, place.bytes, place.length, flags));
  }

  connect(fd: number, address: SocketAddress): number {
    return this.#answer(this.#call.connect(fd, this.#placeOf(address).bytes, address.length));
  }

  getsockname(fd: number, address: SocketAddress): number {
    const place = this.#placeOf(address);
    address.reset();
    return this.#answer(this.#call.getsockname(fd, place.bytes, place.length));
  }

  getpeername(fd: number, address: SocketAddress): number {
    const place = this.#placeOf(address);
    address.reset();
    return this.#answer(this.#call.getpeername(fd, place.bytes, place.length));
  }

  getsockopt(fd: number, level: number, name: number, value: Uint8Array): number {
    this.#scratch.writeInt32LE(value.length, 0);
    const result = this.#call.getsockopt(fd, level, name, this.#addressOf(value), this.#scratchAddress);
    return result < 0 ? -this.#ffi.errno() : this.#scratch.readInt32LE(0);
  }

  setsockopt(fd: number, level: number, name: number, value: Uint8Array): number {
    return this.#answer(this.#call.setsockopt(fd, level, name, this.#addressOf(value), value.length));
  }

  shutdown(fd: number, how: number): number {
    return this.#answer(this.#call.shutdown(fd, how));
  }

  recv(fd: number, buffer: Uint8Array, offset: number, length: number, flags: number): number {
    if (isOutside(buffer, offset, length)) return -errno.EFAULT;
    if (buffer !== this.#receiveBuffer) {
      this.#receiveBuffer = buffer;
      this.#receiveAddress = this.#addressOf(buffer);
    }
    const n = this.#call.recv(fd, this.#receiveAddress + offset, length, flags);
    return n < 0 ? -this.#ffi.errno() : n;
  }

  send(fd: number, buffer: Uint8Array, offset: number, length: number, flags: number): number {
    if (isOutside(buffer, offset, length)) return -errno.EFAULT;
    const address = buffer === this.#sendBuffer ? this.#sendAddress : this.#sendFrom(buffer);
    const n = this.#call.send(fd, address + offset, length, flags);
    return n < 0 ? -this.#ffi.errno() : n;
  }

  sendmsg(
    fd: number,
    buffers: readonly Uint8Array[],
    first: number,
    count: number,
    offset: number,
    flags: number,
  ): number {
    if (isOutsideGather(buffers, first, count, offset)) return -errno.EFAULT;
    this.#gather.fill(buffers, first, count, offset);
    return this.#answer(this.#call.sendmsg(fd, this.#gatherAddress, flags));
  }

  sendfile(fd: number, file: number, position: number, length: number): number {
    // The position is a 64-bit word that the kernel reads, and moves on. Written in halves: a BigInt would be an allocation.
    this.#scratch.writeInt32LE(position | 0, 0);
    this.#scratch.writeInt32LE(Math.floor(position / 2 ** 32) | 0, 4);
    const most = Math.min(length, SENDFILE_MAX_BYTES);
    return this.#answer(this.#call.sendfile(fd, file, this.#scratchAddress, most));
  }

  read(fd: number, buffer: Uint8Array, offset: number, length: number): number {
    if (isOutside(buffer, offset, length)) return -errno.EFAULT;
    return this.#answer(this.#call.read(fd, this.#addressOf(buffer) + offset, length));
  }

  pread(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number {
    if (isOutside(buffer, offset, length)) return -errno.EFAULT;
    return this.#answer(this.#call.pread(fd, this.#addressOf(buffer) + offset, length, position));
  }

  write(fd: number, buffer: Uint8Array, offset: number, length: number): number {
    if (isOutside(buffer, offset, length)) return -errno.EFAULT;
    return this.#answer(this.#call.write(fd, this.#addressOf(buffer) + offset, length));
  }

  open(path: string, flags: number, mode: number): number {
    const text = Buffer.from(`${path}\0`);
    return this.#opened(this.#call.open(this.#ffi.addressOf(text), flags, mode));
  }

  pipe2(pair: Int32Array, flags: number): number {
    if (pair.length < 2) return -errno.EFAULT;
    return this.#openedPair(this.#call.pipe2(this.#addressOf(pair), flags));
  }

  close(fd: number): number {
    const result = this.#answer(this.#call.close(fd));
    if (result !== -errno.EBADF) this.descriptors.closed();
    return result;
  }

  dup(fd: number): number {
    return this.#opened(this.#call.dup(fd));
  }

  fcntl(fd: number, command: number, argument: number): number {
    const result = this.#answer(this.#call.fcntl(fd, command, argument));
    return command === F_DUPFD_CLOEXEC && result >= 0 ? this.#opened(result) : result;
  }

  epoll_create1(flags: number): number {
    return this.#opened(this.#call.epoll_create1(flags));
  }

  epoll_ctl(epfd: number, operation: number, fd: number, events: number, low: number, high: number): number {
    this.#scratchEvent.set(0, events, low, high);
    return this.#answer(this.#call.epoll_ctl(epfd, operation, fd, this.#scratchEventAddress));
  }

  epoll_wait(epfd: number, events: EpollEventArray, maximum: number, timeoutMs: number): number {
    if (maximum > events.capacity) return -errno.EFAULT;
    if (events !== this.#waitEvents) {
      this.#waitEvents = events;
      this.#waitAddress = this.#addressOf(events.bytes);
    }
    return this.#answer(this.#call.epoll_wait(epfd, this.#waitAddress, maximum, timeoutMs));
  }

  eventfd(initial: number, flags: number): number {
    return this.#opened(this.#call.eventfd(initial, flags));
  }

  poll(fds: Uint8Array, count: number, timeoutMs: number): number {
    if (isOutside(fds, 0, count * POLLFD_BYTES)) return -errno.EFAULT;
    return this.#answer(this.#call.poll(this.#addressOf(fds), count, timeoutMs));
  }

  getrlimit(resource: number, limit: ResourceLimit): number {
    const result = this.#answer(this.#call.getrlimit(resource, this.#scratchAddress));
    if (result === 0) decodeResourceLimit(this.#scratch, limit);
    return result;
  }

  setrlimit(resource: number, limit: ResourceLimit): number {
    encodeResourceLimit(limit, this.#scratch);
    return this.#answer(this.#call.setrlimit(resource, this.#scratchAddress));
  }

  #answer(result: number): number {
    return result < 0 ? -this.#ffi.errno() : result;
  }

  #opened(fd: number): number {
    if (fd < 0) return -this.#ffi.errno();
    this.descriptors.opened();
    return fd;
  }

  #openedPair(result: number): number {
    if (result < 0) return -this.#ffi.errno();
    this.descriptors.opened(2);
    return 0;
  }

  /** The address of a buffer to send from. Only a pinned one is remembered: remembering keeps it alive. */
  #sendFrom(buffer: Uint8Array): number {
    const pinned = this.#pinned.get(buffer);
    if (pinned === undefined) return this.#ffi.addressOf(buffer);
    this.#sendBuffer = buffer;
    this.#sendAddress = pinned;
    return pinned;
  }

  #addressOf(buffer: ArrayBufferView): number {
    return this.#pinned.get(buffer) ?? this.#ffi.addressOf(buffer);
  }

  #placeOf(address: SocketAddress): AddressPlace {
    const known = this.#addressPlaces.get(address);
    if (known !== undefined) return known;
    const place = {
      bytes: this.#ffi.addressOf(address.bytes),
      length: this.#ffi.addressOf(address.lengthCell),
    };
    this.#addressPlaces.set(address, place);
    return place;
  }
}
