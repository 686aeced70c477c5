import type { DescriptorAccounting } from './descriptor-accounting.js';
import type { EpollEventArray } from './epoll-event.js';
import type { ResourceLimit } from './resource-limit.js';
import type { SocketAddress } from './socket-address.js';

/**
 * The one door to the kernel: a method for each libc function that heddle uses.
 *
 * A driver supplies all of them and keeps these promises:
 *  - synchronous, and free of allocation where the call is hot (recv, send, accept4, epoll_wait, epoll_ctl, close);
 *  - on failure the answer is `-errno`, as the raw Linux system call gives it: no exception, no Error object;
 *  - errno is read once per failed call, before anything else happens;
 *  - EINTR is handed up like any errno; a `close` is never made twice;
 *  - descriptors that a call makes are told to `descriptors`, and so is every close;
 *  - the program stays alive whatever the arguments (SIGPIPE is the caller's affair: MSG_NOSIGNAL).
 *
 * Descriptors are made CLOEXEC and non-blocking by the flags given here; nothing adds them later.
 */
export interface Libc {
  /** The driver's name: `koffi`, `ffi-napi`, `simulated`, ... */
  readonly name: string;
  /** Counts the descriptors that went through this door. */
  readonly descriptors: DescriptorAccounting;

  /**
   * Tells the driver that this buffer will be passed often, so that it can look its address up once.
   * The buffer is kept from being moved or collected as long as the caller holds it.
   */
  pin(buffer: Uint8Array): void;

  /** socket(2): a new descriptor. */
  socket(domain: number, type: number, protocol: number): number;
  /** socketpair(2): fills `pair` with two connected descriptors. */
  socketpair(domain: number, type: number, protocol: number, pair: Int32Array): number;
  /** bind(2). */
  bind(fd: number, address: SocketAddress): number;
  /** listen(2). The kernel cuts `backlog` to net.core.somaxconn. */
  listen(fd: number, backlog: number): number;
  /** accept4(2): a new descriptor; the peer's address goes to `address`. */
  accept4(fd: number, address: SocketAddress, flags: number): number;
  /**
   * connect(2). On a non-blocking socket it nearly always answers -EINPROGRESS: SO_ERROR tells the outcome once
   * the socket is writable.
   */
  connect(fd: number, address: SocketAddress): number;
  /** getsockname(2): this end's address goes to `address`. */
  getsockname(fd: number, address: SocketAddress): number;
  /** getpeername(2): the other end's address goes to `address`. */
  getpeername(fd: number, address: SocketAddress): number;
  /** getsockopt(2): fills `value` from its start and answers the number of bytes the kernel has filled. */
  getsockopt(fd: number, level: number, name: number, value: Uint8Array): number;
  /** setsockopt(2) with the bytes of `value`. */
  setsockopt(fd: number, level: number, name: number, value: Uint8Array): number;
  /** shutdown(2): SHUT_RD, SHUT_WR or SHUT_RDWR. */
  shutdown(fd: number, how: number): number;

  /** recv(2) into `buffer[offset, offset + length)`: the number of bytes, 0 at the end. */
  recv(fd: number, buffer: Uint8Array, offset: number, length: number, flags: number): number;
  /** send(2) of `buffer[offset, offset + length)`: the number of bytes taken. */
  send(fd: number, buffer: Uint8Array, offset: number, length: number, flags: number): number;
  /**
   * sendmsg(2) of many buffers in one call: `buffers[first]` from its byte `offset` on, then the following ones,
   * `count` in all (at most IOV_MAX, 1024). Answers the number of bytes taken.
   */
  sendmsg(
    fd: number,
    buffers: readonly Uint8Array[],
    first: number,
    count: number,
    offset: number,
    flags: number,
  ): number;
  /**
   * sendfile(2) to a socket, from the byte `position` of `file` on, whose own offset stays where it is: the number of bytes that the
   * socket has taken, 0 at the file's end. One call moves no more than 0x7ffff000 bytes. There is no MSG_NOSIGNAL for it: it counts on
   * SIGPIPE being ignored, as Node has it from the start.
   */
  sendfile(fd: number, file: number, position: number, length: number): number;
  /** read(2) into `buffer[offset, offset + length)`: the number of bytes, 0 at the end. */
  read(fd: number, buffer: Uint8Array, offset: number, length: number): number;
  /** pread(2): reads from the file's byte `position` on, and leaves the file's own offset where it is. */
  pread(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number;
  /** write(2) of `buffer[offset, offset + length)`: the number of bytes taken. */
  write(fd: number, buffer: Uint8Array, offset: number, length: number): number;

  /** open(2); `mode` matters only with O_CREAT. */
  open(path: string, flags: number, mode: number): number;
  /** pipe2(2): fills `pair` with the reading and the writing end. */
  pipe2(pair: Int32Array, flags: number): number;
  /** close(2). The descriptor is gone whatever the answer: never call it again (close(2), "Dealing with error returns"). */
  close(fd: number): number;
  /** dup(2). The copy isn't CLOEXEC: `fcntl(fd, F_DUPFD_CLOEXEC, 0)` is what you want. */
  dup(fd: number): number;
  /** fcntl(2) with an integer as argument; what it answers depends on the command. */
  fcntl(fd: number, command: number, argument: number): number;

  /** epoll_create1(2): a new epoll descriptor. */
  epoll_create1(flags: number): number;
  /** epoll_ctl(2). `low` and `high` are the two halves of the event's data. */
  epoll_ctl(epfd: number, operation: number, fd: number, events: number, low: number, high: number): number;
  /** epoll_wait(2): how many of `events` were filled; it takes at most `maximum`, and waits up to `timeoutMs` (-1: for ever). */
  epoll_wait(epfd: number, events: EpollEventArray, maximum: number, timeoutMs: number): number;
  /** eventfd(2): a new descriptor that counts from `initial` on. */
  eventfd(initial: number, flags: number): number;
  /** poll(2) over pollfd records in `fds` (8 bytes each). */
  poll(fds: Uint8Array, count: number, timeoutMs: number): number;

  /** getrlimit(2): fills `limit`. */
  getrlimit(resource: number, limit: ResourceLimit): number;
  /** setrlimit(2). Raising the hard limit needs a privilege (CAP_SYS_RESOURCE). */
  setrlimit(resource: number, limit: ResourceLimit): number;
}
