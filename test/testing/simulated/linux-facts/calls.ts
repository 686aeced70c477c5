import {
  AF_INET,
  AF_UNIX,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
  IPPROTO_TCP,
  type Libc,
  MSG_NOSIGNAL,
  O_CLOEXEC,
  O_NONBLOCK,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  SO_ERROR,
  SO_LINGER,
  SocketAddress,
  TCP_INFO,
} from '../../../../src/libc/index.js';

const STREAM = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
const POLLFD_BYTES = 8;

/** Plain system calls, short to write. What they answer is not looked at here: it is recorded, and compared. */
export class Calls {
  readonly libc: Libc;
  readonly #open: number[] = [];

  constructor(libc: Libc) {
    this.libc = libc;
  }

  own(fd: number): number {
    if (fd >= 0) this.#open.push(fd);
    return fd;
  }

  socket(family = AF_INET): number {
    return this.own(this.libc.socket(family, STREAM, 0));
  }

  /** A listening socket on 127.0.0.1, or where it is said. */
  listener(backlog = 8, address = new SocketAddress().setIPv4(0x7f00_0001, 0)): number {
    const fd = this.socket(address.family);
    this.libc.bind(fd, address);
    this.libc.listen(fd, backlog);
    return fd;
  }

  nameOf(fd: number): SocketAddress {
    const address = new SocketAddress();
    this.libc.getsockname(fd, address);
    return address;
  }

  peerOf(fd: number): void {
    this.libc.getpeername(fd, new SocketAddress());
  }

  connect(to: SocketAddress, family = AF_INET): number {
    const fd = this.socket(family);
    this.libc.connect(fd, to);
    return fd;
  }

  accept(listener: number): number {
    return this.own(this.libc.accept4(listener, new SocketAddress(), SOCK_NONBLOCK | SOCK_CLOEXEC));
  }

  /** A connection: the client's end and the server's. */
  pair(): readonly [number, number] {
    const listener = this.listener();
    const client = this.connect(this.nameOf(listener));
    const server = this.accept(listener);
    this.close(listener);
    return [client, server];
  }

  unixPair(): readonly [number, number] {
    const pair = new Int32Array(2);
    this.libc.socketpair(AF_UNIX, STREAM, 0, pair);
    return [this.own(pair[0] ?? -1), this.own(pair[1] ?? -1)];
  }

  pipe(): readonly [number, number] {
    const pair = new Int32Array(2);
    this.libc.pipe2(pair, O_NONBLOCK | O_CLOEXEC);
    return [this.own(pair[0] ?? -1), this.own(pair[1] ?? -1)];
  }

  send(fd: number, text: string): number {
    return this.libc.send(fd, Buffer.from(text), 0, text.length, MSG_NOSIGNAL);
  }

  recv(fd: number, length = 100, flags = 0): number {
    return this.libc.recv(fd, Buffer.alloc(length), 0, length, flags);
  }

  /** What each descriptor is ready for. */
  poll(...fds: number[]): void {
    for (const fd of fds) {
      const record = Buffer.alloc(POLLFD_BYTES);
      record.writeInt32LE(fd, 0);
      record.writeInt16LE(EPOLLIN | EPOLLOUT | EPOLLRDHUP, 4);
      this.libc.poll(record, 1, 0);
    }
  }

  option(fd: number, level: number, name: number, bytes = 4): void {
    this.libc.getsockopt(fd, level, name, Buffer.alloc(bytes));
  }

  setOption(fd: number, level: number, name: number, ...values: number[]): void {
    this.libc.setsockopt(fd, level, name, Buffer.from(Int32Array.from(values).buffer));
  }

  error(fd: number): void {
    this.option(fd, SOL_SOCKET, SO_ERROR);
  }

  state(fd: number): void {
    this.option(fd, IPPROTO_TCP, TCP_INFO, 128);
  }

  /** Everything that a socket can be asked. */
  look(...fds: number[]): void {
    this.poll(...fds);
    for (const fd of fds) {
      this.state(fd);
      this.peerOf(fd);
      this.nameOf(fd);
    }
  }

  close(fd: number): void {
    this.#open.splice(this.#open.indexOf(fd), 1);
    this.libc.close(fd);
  }

  reset(fd: number): void {
    this.setOption(fd, SOL_SOCKET, SO_LINGER, 1, 0);
    this.close(fd);
  }

  closeAll(): void {
    for (const fd of this.#open.splice(0)) this.libc.close(fd);
  }
}
