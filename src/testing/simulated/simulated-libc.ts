import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  DescriptorAccounting,
  EFD_CLOEXEC,
  EFD_NONBLOCK,
  EPOLL_CLOEXEC,
  type EpollEventArray,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  FD_CLOEXEC,
  IOV_MAX,
  IPPROTO_TCP,
  type Libc,
  MSG_DONTWAIT,
  MSG_PEEK,
  O_APPEND,
  O_CLOEXEC,
  O_NONBLOCK,
  POLLNVAL,
  RLIMIT_NOFILE,
  type ResourceLimit,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  type SocketAddress,
  errno,
} from '../../libc/index.js';
import { EpollSet } from './epoll-set.js';
import { EventCounter } from './event-counter.js';
import type { FdTable } from './fd-table.js';
import { type OpenFile, SeekableFile } from './open-file.js';
import { makePipe } from './pipe.js';
import type { SimulatedProcess } from './simulated-process.js';
import { StreamSocket } from './stream-socket.js';
import { TcpSocket } from './tcp-socket.js';
import { UnixSocket } from './unix-socket.js';

/** The bits of a socket's type that are flags. */
const SOCKET_FLAGS = SOCK_NONBLOCK | SOCK_CLOEXEC;
const POLLFD_BYTES = 8;
/** One call of sendfile moves no more here; Linux would move more if the socket has room, and who asks has to reckon with less anyway. */
const SENDFILE_PIECE_BYTES = 1024 * 1024;
/** The flags that F_SETFL changes (fcntl(2)). */
const SETTABLE_FLAGS = O_NONBLOCK | O_APPEND;
/** poll's events and epoll's have the same numbers; these two are always told. */
const ALWAYS_POLLED = 0x018;

/**
 * The system calls of one process on a simulated kernel. Each ends with what is due in the network by now, as Linux carries loopback
 * traffic over within the call that sends it.
 *
 * A call that would block lets the virtual time go on until it needn't: the network goes on meanwhile, other host loops don't. One that
 * would block for ever throws an Error.
 */
export class SimulatedLibc implements Libc {
  readonly name = 'simulated';
  readonly descriptors = new DescriptorAccounting();
  readonly #process: SimulatedProcess;
  readonly #table: FdTable;

  constructor(process: SimulatedProcess, table: FdTable) {
    this.#process = process;
    this.#table = table;
  }

  pin(): void {
    // Nothing is passed by its address.
  }

  // ---- sockets

  socket(domain: number, type: number, protocol: number): number {
    if (domain !== AF_INET && domain !== AF_INET6 && domain !== AF_UNIX) return -errno.EAFNOSUPPORT;
    if ((type & ~SOCKET_FLAGS) !== SOCK_STREAM) return -errno.ESOCKTNOSUPPORT;
    const usual = domain === AF_UNIX ? AF_UNIX : IPPROTO_TCP;
    if (protocol !== 0 && protocol !== usual) return -errno.EPROTONOSUPPORT;
    const { host } = this.#process;
    const nonBlocking = isSet(type, SOCK_NONBLOCK);
    const make = (): OpenFile =>
      domain === AF_UNIX ? new UnixSocket(host, nonBlocking) : new TcpSocket(host, domain, nonBlocking);
    return this.#open(make, isSet(type, SOCK_CLOEXEC));
  }

  socketpair(domain: number, type: number, protocol: number, pair: Int32Array): number {
    if (pair.length < 2) return -errno.EFAULT;
    if (domain !== AF_UNIX)
      return domain === AF_INET || domain === AF_INET6 ? -errno.EOPNOTSUPP : -errno.EAFNOSUPPORT;
    if ((type & ~SOCKET_FLAGS) !== SOCK_STREAM) return -errno.ESOCKTNOSUPPORT;
    if (protocol !== 0 && protocol !== AF_UNIX) return -errno.EPROTONOSUPPORT;
    return this.#openPair(
      pair,
      () => UnixSocket.pair(this.#process.host, isSet(type, SOCK_NONBLOCK)),
      isSet(type, SOCK_CLOEXEC),
    );
  }

  bind(fd: number, address: SocketAddress): number {
    return this.#onSocket(fd, (socket) => socket.bind(address));
  }

  listen(fd: number, backlog: number): number {
    return this.#onSocket(fd, (socket) => socket.listen(backlog));
  }

  /** As Linux does it, the number is taken before anything else is looked at. */
  accept4(fd: number, address: SocketAddress, flags: number): number {
    const file = this.#table.at(fd);
    if (file === undefined) return -errno.EBADF;
    if ((flags & ~SOCKET_FLAGS) !== 0) return -errno.EINVAL;
    if (!this.#table.hasRoom()) return -errno.EMFILE;
    if (!(file instanceof StreamSocket)) return -errno.ENOTSOCK;
    return this.#perhapsBlocking(file, 0, () => {
      const client = file.accept();
      return typeof client === 'number' ? client : this.#accepted(client, address, flags);
    });
  }

  connect(fd: number, address: SocketAddress): number {
    return this.#onSocket(fd, (socket) => {
      const result = socket.connect(address);
      if (result !== -errno.EINPROGRESS || socket.nonBlocking) return result;
      this.#process.kernel.block(() => socket.readiness() !== 0, -1);
      return -socket.takeError();
    });
  }

  getsockname(fd: number, address: SocketAddress): number {
    return this.#onSocket(fd, (socket) => socket.getsockname(address.reset()));
  }

  getpeername(fd: number, address: SocketAddress): number {
    return this.#onSocket(fd, (socket) => socket.getpeername(address.reset()));
  }

  getsockopt(fd: number, level: number, name: number, value: Uint8Array): number {
    return this.#onSocket(fd, (socket) => socket.getOption(level, name, value));
  }

  setsockopt(fd: number, level: number, name: number, value: Uint8Array): number {
    return this.#onSocket(fd, (socket) => socket.setOption(level, name, value));
  }

  shutdown(fd: number, how: number): number {
    return this.#onSocket(fd, (socket) => socket.shutdown(how));
  }

  recv(fd: number, buffer: Uint8Array, offset: number, length: number, flags: number): number {
    if (isOutside(buffer, offset, length)) return -errno.EFAULT;
    return this.#onSocket(fd, (socket) => {
      const target = buffer.subarray(offset, offset + this.#partOf(length));
      return this.#perhapsBlocking(socket, flags, () => socket.receive(target, isSet(flags, MSG_PEEK)));
    });
  }

  send(fd: number, buffer: Uint8Array, offset: number, length: number, flags: number): number {
    if (isOutside(buffer, offset, length)) return -errno.EFAULT;
    return this.#onSocket(fd, (socket) => {
      const source = buffer.subarray(offset, offset + this.#partOf(length));
      return this.#perhapsBlocking(socket, flags, () => socket.send(source));
    });
  }

  sendmsg(
    fd: number,
    buffers: readonly Uint8Array[],
    first: number,
    count: number,
    offset: number,
    flags: number,
  ): number {
    const head = buffers[first];
    if (count > 0 && (head === undefined || isOutside(head, offset, 0) || first + count > buffers.length)) {
      return -errno.EFAULT;
    }
    if (count > IOV_MAX) return -errno.EMSGSIZE;
    const bytes = Buffer.concat(buffers.slice(first, first + count)).subarray(offset);
    return this.send(fd, bytes, 0, bytes.length, flags);
  }

  sendfile(fd: number, file: number, position: number, length: number): number {
    const source = this.#table.at(file);
    if (source === undefined) return -errno.EBADF;
    if (!(source instanceof SeekableFile)) return -errno.ESPIPE;
    if (!source.sendable) return -errno.EINVAL;
    return this.#on(fd, (target) => {
      const bytes = Buffer.alloc(this.#partOf(Math.min(length, SENDFILE_PIECE_BYTES)));
      const n = source.pread(bytes, position);
      if (n <= 0) return n;
      return this.#perhapsBlocking(target, 0, () => target.write(bytes.subarray(0, n)));
    });
  }

  // ---- files

  read(fd: number, buffer: Uint8Array, offset: number, length: number): number {
    if (isOutside(buffer, offset, length)) return -errno.EFAULT;
    const target = buffer.subarray(offset, offset + length);
    return this.#on(fd, (file) => this.#perhapsBlocking(file, 0, () => file.read(target)));
  }

  pread(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number {
    if (isOutside(buffer, offset, length)) return -errno.EFAULT;
    const target = buffer.subarray(offset, offset + length);
    return this.#on(fd, (file) =>
      file instanceof SeekableFile ? file.pread(target, position) : -errno.ESPIPE,
    );
  }

  write(fd: number, buffer: Uint8Array, offset: number, length: number): number {
    if (isOutside(buffer, offset, length)) return -errno.EFAULT;
    const source = buffer.subarray(offset, offset + length);
    return this.#on(fd, (file) => this.#perhapsBlocking(file, 0, () => file.write(source)));
  }

  open(path: string, flags: number): number {
    if (!this.#table.hasRoom()) return -errno.EMFILE;
    const file = this.#process.kernel.files.open(path, flags);
    return typeof file === 'number' ? file : this.#open(() => file, isSet(flags, O_CLOEXEC));
  }

  pipe2(pair: Int32Array, flags: number): number {
    if (pair.length < 2) return -errno.EFAULT;
    return this.#openPair(pair, () => makePipe(isSet(flags, O_NONBLOCK)), isSet(flags, O_CLOEXEC));
  }

  close(fd: number): number {
    const result = this.#table.remove(fd);
    this.#process.kernel.agenda.runDue();
    if (result === 0) this.descriptors.closed();
    return result;
  }

  dup(fd: number): number {
    return this.#on(fd, (file) => this.#open(() => file, false));
  }

  fcntl(fd: number, command: number, argument: number): number {
    return this.#on(fd, (file) => {
      switch (command) {
        case F_GETFD:
          return this.#table.isClosedOnExec(fd) ? FD_CLOEXEC : 0;
        case F_SETFD:
          this.#table.setClosedOnExec(fd, isSet(argument, FD_CLOEXEC));
          return 0;
        case F_GETFL:
          return file.flags;
        case F_SETFL:
          file.flags = (file.flags & ~SETTABLE_FLAGS) | (argument & SETTABLE_FLAGS);
          return 0;
        case F_DUPFD_CLOEXEC:
          if (argument < 0 || argument >= this.#table.limit.soft) return -errno.EINVAL;
          return this.#open(() => file, true, argument);
        default:
          return -errno.EINVAL;
      }
    });
  }

  // ---- waiting

  epoll_create1(flags: number): number {
    return this.#open(() => new EpollSet(this.#process.kernel.choices), isSet(flags, EPOLL_CLOEXEC));
  }

  epoll_ctl(epfd: number, operation: number, fd: number, events: number, low: number, high: number): number {
    return this.#on(epfd, (set) =>
      this.#on(fd, (file) => {
        // Linux asks whether the file can be polled before it asks what epfd is.
        if (!file.pollable) return -errno.EPERM;
        if (!(set instanceof EpollSet)) return -errno.EINVAL;
        return set.control(operation, file, fd, events, low, high);
      }),
    );
  }

  epoll_wait(epfd: number, events: EpollEventArray, maximum: number, timeoutMs: number): number {
    if (maximum <= 0) return -errno.EINVAL;
    if (maximum > events.capacity) return -errno.EFAULT;
    return this.#on(epfd, (set) => {
      if (!(set instanceof EpollSet)) return -errno.EINVAL;
      this.#process.kernel.block(() => set.readiness() !== 0, timeoutMs);
      return set.collect(events, maximum);
    });
  }

  eventfd(initial: number, flags: number): number {
    return this.#open(() => new EventCounter(initial, isSet(flags, EFD_NONBLOCK)), isSet(flags, EFD_CLOEXEC));
  }

  poll(fds: Uint8Array, count: number, timeoutMs: number): number {
    if (isOutside(fds, 0, count * POLLFD_BYTES)) return -errno.EFAULT;
    if (count > this.#table.limit.soft) return -errno.EINVAL;
    const records = new DataView(fds.buffer, fds.byteOffset, count * POLLFD_BYTES);
    let ready = 0;
    this.#process.kernel.block(() => {
      ready = this.#pollOnce(records, count);
      return ready > 0;
    }, timeoutMs);
    return ready;
  }

  // ---- limits

  getrlimit(resource: number, limit: ResourceLimit): number {
    if (resource !== RLIMIT_NOFILE) return -errno.EINVAL;
    Object.assign(limit, this.#table.limit);
    return 0;
  }

  setrlimit(resource: number, { soft, hard }: ResourceLimit): number {
    if (resource !== RLIMIT_NOFILE || soft > hard) return -errno.EINVAL;
    if (hard > this.#table.limit.hard) return -errno.EPERM;
    Object.assign(this.#table.limit, { soft, hard });
    return 0;
  }

  // ---- inside

  #accepted(client: StreamSocket, address: SocketAddress, flags: number): number {
    if (isSet(flags, SOCK_NONBLOCK)) client.flags |= O_NONBLOCK;
    client.tellPeer(address.reset());
    return this.#open(() => client, isSet(flags, SOCK_CLOEXEC));
  }

  #open(make: () => OpenFile, closeOnExec: boolean, least = 0): number {
    if (least === 0 && !this.#table.hasRoom()) return -errno.EMFILE;
    const fd = this.#table.add(make(), closeOnExec, least);
    if (fd >= 0) this.descriptors.opened();
    return fd;
  }

  #openPair(pair: Int32Array, make: () => readonly [OpenFile, OpenFile], closeOnExec: boolean): number {
    if (!this.#table.hasRoom(2)) return -errno.EMFILE;
    for (const [i, file] of make().entries()) pair[i] = this.#table.add(file, closeOnExec);
    this.descriptors.opened(2);
    return 0;
  }

  #on(fd: number, call: (file: OpenFile) => number): number {
    const file = this.#table.at(fd);
    if (file === undefined) return -errno.EBADF;
    const result = call(file);
    this.#process.kernel.agenda.runDue();
    return result;
  }

  #onSocket(fd: number, call: (socket: StreamSocket) => number): number {
    return this.#on(fd, (file) => (file instanceof StreamSocket ? call(file) : -errno.ENOTSOCK));
  }

  /** Makes a call again and again, if it may block, until it says something else than EAGAIN. */
  #perhapsBlocking(file: OpenFile, flags: number, call: () => number): number {
    let result = call();
    if (result !== -errno.EAGAIN || file.nonBlocking || isSet(flags, MSG_DONTWAIT)) return result;
    this.#process.kernel.block(() => {
      result = call();
      return result !== -errno.EAGAIN;
    }, -1);
    return result;
  }

  /** How many of so many bytes a transfer is for: all, unless the seed cuts it short. */
  #partOf(length: number): number {
    const { choices, network } = this.#process.kernel;
    return length > 1 && choices.chance(network.fragmentation) ? choices.integer(1, length) : length;
  }

  #pollOnce(records: DataView, count: number): number {
    let ready = 0;
    for (let i = 0; i < count; i += 1) {
      const at = i * POLLFD_BYTES;
      const fd = records.getInt32(at, true);
      const wanted = records.getInt16(at + 4, true);
      const told =
        fd < 0 ? 0 : (this.#table.at(fd)?.readiness() ?? POLLNVAL) & (wanted | ALWAYS_POLLED | POLLNVAL);
      records.setInt16(at + 6, told, true);
      if (told !== 0) ready += 1;
    }
    return ready;
  }
}

function isSet(flags: number, flag: number): boolean {
  return (flags & flag) === flag;
}

/** As the drivers of the real kernel do it: a range that goes beyond its buffer is EFAULT. */
function isOutside(buffer: Uint8Array, offset: number, length: number): boolean {
  return !(offset >= 0 && length >= 0 && offset + length <= buffer.length);
}
